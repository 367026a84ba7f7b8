// Says one sentence to who listens instead of looks.

export function announce(sentence) {
  const voice = document.querySelector("[data-announcer]");
  if (!voice) return;
  voice.textContent = "";
  requestAnimationFrame(() => {
    voice.textContent = sentence;
  });
}
