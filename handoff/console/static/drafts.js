// Words not sent yet, per ticket, in this tab only. They outlive a reload and a failed sending, and go when they are
// sent, when the ticket is no longer ours, at sign-out, and when somebody else signs in here.

const prefix = "draft:";

export function own(me) {
  if (sessionStorage.getItem("owner") !== me) sessionStorage.clear();
  sessionStorage.setItem("owner", me);
}

export const draft = (ticket) => sessionStorage.getItem(prefix + ticket) || "";

export function keep(ticket, text) {
  if (text === "") sessionStorage.removeItem(prefix + ticket);
  else sessionStorage.setItem(prefix + ticket, text);
}

// only forgets the drafts of tickets we no longer hold.
export function only(tickets) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(prefix) && !tickets.includes(key.slice(prefix.length))) sessionStorage.removeItem(key);
  }
}
