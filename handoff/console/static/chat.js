// One chat on the screen: the facts of the first five seconds, the transcript, the state of writing.

import { $, el, person, replace } from "./dom.js";
import { say, label, at, ago, span, now } from "./words.js";

const present = 10 * 60000; // ms: flows.Present

// silent: our words would wait for their yes.
export const silent = (chat) => !chat.canWrite || now() - chat.person >= present;

// askable: a question of ours would be answered by the next thing they say.
export const askable = (chat) => chat.there && !silent(chat) && !chat.left;

export function facts(chat) {
  const fact = (name, value, cls, detail) => el("div", { class: "fact " + (cls || "") },
    el("dt", null, say("fact." + name)), el("dd", null, value, detail ? el("span", { class: "soft" }, " ", detail) : null));
  const said = chat.answers.filter((a) => a.value !== "");
  const list = el("dl", { class: "fact-list" },
    fact("last", chat.person ? ago(chat.person) : "–", "", lastWords(chat)),
    fact("safe", chat.safe ? say("safe.yes") : say("safe.no"), chat.safe ? "" : "warn", chat.safeAt ? ago(chat.safeAt) : ""),
    fact("lang", label("language", chat.lang) + ", " + label("channel", chat.channel)),
    fact("waiting", at(chat.since), "", span(now() - chat.since)),
    fact("desk", chat.desk || "–"),
    chat.times ? fact("times", chat.times) : null,
    fact("chosen", said.length ? said.map((a) => a.label + ": " + a.value).join(" · ") : say("chosen.none")));
  const band = el("p", { class: "band band-" + chat.band }, el("strong", null, label("band", chat.band)), " ",
    el("span", { class: "code", title: say("fact.code") }, el("span", { class: "unseen" }, say("fact.code") + " "), chat.code), " · ",
    chat.raised && chat.band < 6 ? el("span", null, ago(chat.raised), " · ") : null, el("span", null, say("phase." + chat.phase)));
  const needs = chat.needs.length ? el("ul", { class: "needs", "aria-label": say("need.label") },
    chat.needs.map((n) => el("li", { class: "need " + n.kind }, n.text))) : null;
  replace($("facts"), band, needs, list);
}

// lastWords are the beginning of the person's last message.
function lastWords(chat) {
  const last = chat.log.findLast((l) => l.from === "person");
  if (!last) return null;
  return el("bdi", { class: "isolate", dir: "auto" }, el("q", null, clip(last.text, 40)));
}

export function clip(text, length) {
  const letters = [...text.replace(/\s+/g, " ").trim()];
  return letters.length > length ? letters.slice(0, length).join("") + "…" : letters.join("");
}

// The log stays at its end unless the reader has gone up, also when a phone's keyboard takes half the screen.
let atEnd = true;
let height = 0;
$("log").addEventListener("scroll", () => {
  const log = $("log");
  if (log.clientHeight !== height) return; // the window moved it, not the reader
  atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
});
new ResizeObserver(() => {
  height = $("log").clientHeight;
  if (atEnd) $("log").scrollTop = $("log").scrollHeight;
}).observe($("log"));

// transcript draws the log.
export function transcript(chat) {
  const log = $("log");
  const other = log.dataset.ticket !== chat.ticket;
  log.dataset.ticket = chat.ticket;
  const lines = chat.log.map((l) => line(chat, l));
  const same = !other && log.children.length <= lines.length ? [...log.children].findIndex((n, i) => !n.isEqualNode(lines[i])) : 0;
  const from = same === -1 ? log.children.length : same;
  [...log.children].slice(from).forEach((n) => n.remove());
  log.append(...lines.slice(from));
  atEnd ||= other;
  if (atEnd) log.scrollTop = log.scrollHeight;
}

const sides = { person: "theirs", bot: "ours bot", counsellor: "ours", note: "note", event: "event" };

function line(chat, l) {
  const who = { person: say("who.person"), bot: say("who.bot"), note: say("who.note"), event: "" }[l.from] ?? "";
  if (l.from === "event") {
    return el("div", { class: "line event" }, el("p", null, person("span", "words", l.text), " ", el("time", null, at(l.at))));
  }
  const mark = delivery(chat, l);
  return el("div", { class: "line " + (sides[l.from] || "theirs") },
    el("p", { class: "unseen" }, (l.by || who) + ":"),
    person("p", "words", l.text),
    el("p", { class: "meta" },
      l.from === "note" ? el("span", null, say("who.note"), " · ") : null,
      l.from === "bot" ? el("span", null, say("who.bot"), " · ") : null,
      l.by ? el("span", null, el("bdi", { class: "isolate" }, l.by), " · ") : null,
      l.chosen ? el("span", null, say("line.chosen"), " · ") : null,
      l.edited ? el("span", null, say("line.edited"), " · ") : null,
      el("time", null, at(l.at)),
      mark ? el("span", { class: "mark " + mark[0] }, " · ", mark[1]) : null));
}

// delivery says what became of a line of ours.
function delivery(chat, l) {
  if (l.from !== "counsellor") return l.from === "bot" && ["refused", "unreachable"].includes(l.delivery) ? ["bad", say("mark.failed")] : null;
  switch (l.delivery) {
    case "sent": return ["good", say("mark.sent")];
    case "unsure": return ["warn", say("mark.unsure")];
    case "refused": case "unreachable": return ["bad", say("mark.failed")];
  }
  if (!l.held && l.delivery !== "stale") return ["", say("mark.going")];
  return chat.held > 0 ? ["warn", say("mark.held")] : ["bad", say("mark.cancelled")];
}

// writing says, before a word is typed, what will become of the words.
export function writing(chat) {
  const text = chat.dead ? say("state.dead")
    : chat.left ? say("state.left")
    : silent(chat) ? say(chat.held ? "state.held" : "state.silent")
    : !chat.safe ? say("state.unsafe")
    : chat.phase === "claimed" ? say("state.claimed") : "";
  const box = $("state");
  if (box.textContent !== text) box.textContent = text;
  box.hidden = text === "";
  $("consent-button").setAttribute("aria-disabled", String(!askable(chat)));
  box.classList.toggle("calm", chat.phase === "claimed" && !chat.left && !silent(chat));
}
