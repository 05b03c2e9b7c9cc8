// The catalogue of this page's language, and how it tells times.

const data = document.body.dataset;
const words = data.words ? JSON.parse(data.words) : {};
export const lang = data.lang || document.documentElement.lang;

export function say(key, args) {
  let text = words[key];
  if (text === undefined) return key;
  for (const [name, value] of Object.entries(args || {})) text = text.replaceAll("{" + name + "}", String(value));
  return text;
}

export const label = (prefix, id) => words[prefix + "." + id] ?? id;

// The server's clock rules; ours only counts on from it.
let ahead = 0;
export const setNow = (ms) => { ahead = ms - Date.now(); };
export const now = () => Date.now() + ahead;

const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Tallinn" });
const day = new Intl.DateTimeFormat(lang, { day: "numeric", month: "numeric", timeZone: "Europe/Tallinn" });

// at is a clock time, with the date when it was not today.
export function at(ms) {
  const when = new Date(ms);
  return day.format(when) === day.format(new Date(now())) ? clock.format(when) : day.format(when) + " " + clock.format(when);
}

// span is a length of time in the largest whole unit that says enough.
export function span(ms) {
  const minutes = Math.floor(Math.max(0, ms) / 60000);
  if (minutes < 1) return say("span.now");
  if (minutes < 60) return say("span.minutes", { n: minutes });
  if (minutes < 48 * 60) return say("span.hours", { h: Math.floor(minutes / 60), n: minutes % 60 });
  return say("span.days", { n: Math.floor(minutes / 1440) });
}

export const ago = (ms) => (now() - ms < 60000 ? say("ago.now") : say("ago", { span: span(now() - ms) }));
