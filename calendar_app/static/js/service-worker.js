// Stands in the browser also when no page of Kapstok is open: shows what is pushed, and opens it.

self.addEventListener("push", (event) => {
  const told = event.data?.json();
  if (!told) return;
  const shown = { body: told.body, tag: told.tag, lang: told.lang, data: { url: told.url } };
  event.waitUntil(self.registration.showNotification(told.title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url));
});

async function open(address) {
  const url = new URL(address ?? "/", self.location.origin);
  if (url.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: "window" });
  const there = windows.find((one) => one.url === url.href);
  await (there ? there.focus() : self.clients.openWindow(url.href));
}
