// Sends a change to the server and answers what it said, also when there was no answer.

const patience = 15000;

export function words() {
  return document.querySelector("[data-words]")?.dataset ?? {};
}

export async function send(path, pairs = []) {
  const body = new URLSearchParams(pairs);
  body.append("csrf_token", document.querySelector("[data-token]")?.dataset.token ?? "");
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { Accept: "application/json" },
      body,
      signal: AbortSignal.timeout(patience),
    });
    const answer = await response.json();
    return { ok: response.ok, status: response.status, answer };
  } catch {
    return { ok: false, status: 0, answer: { message: words().away } };
  }
}
