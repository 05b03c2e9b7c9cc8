// Questions to the server. Everything is a POST with JSON, so that no id stands in a URL.

export class Refused extends Error {
  constructor(code, status) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

const patience = 15000; // ms

// post returns the answer or throws Refused: a code of the server's, "signed_out", or "network" when none came.
export async function post(path, body) {
  let res;
  try {
    res = await fetch(path, {
      method: "POST", credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(patience),
      headers: { "Content-Type": "application/json", "Accept": "application/json" }, body: JSON.stringify(body || {}),
    });
  } catch {
    throw new Refused("network", 0);
  }
  let answer = {};
  try {
    answer = await res.json();
  } catch {
    if (res.ok) throw new Refused("network", res.status);
  }
  if (res.ok) return answer;
  throw new Refused(answer.error || "broken", res.status);
}
