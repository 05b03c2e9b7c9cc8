// The counsellor's page: one screen, by touch or by keyboard.

import "./page.js";
import { $, el, replace, typing } from "./dom.js";
import { say, label, ago, now, setNow, span } from "./words.js";
import { post } from "./net.js";
import { segments } from "./segments.js";
import { draft, keep, only, own } from "./drafts.js";
import { askable, clip, facts, silent, transcript, writing } from "./chat.js";
import { connect } from "./live.js";

const maxWords = 4096; // handoff.MaxWords
const attentive = 5 * 60000; // ms: how long after the last touch somebody still counts as reading
const askAfter = 25 * 60000; // ms: five minutes before an idle session ends

let view = null; // the last overview
let chat = null; // the chat on the screen
let current = ""; // its ticket
let stale = false; // it has changed and nobody has looked
let on = false; // duty, as this page keeps it
let sending = false;
let touched = Date.now();
let touchedSinceBeat = true;
let over = false;

const duty = new BroadcastChannel("sosin-duty");
own(document.body.dataset.me);

// --- telling ---

function tell(text, kind, mend) {
  const box = $("notice");
  replace(box, el("span", null, text), mend || null,
    el("button", { type: "button", class: "quiet", "aria-label": say("dismiss") }, "×"));
  box.lastChild.addEventListener("click", () => { box.hidden = true; });
  box.className = "notice " + kind;
  box.hidden = false;
}

const hush = () => { $("notice").hidden = true; };

function signedOut() {
  if (over) return;
  over = true;
  location.replace("/sign-in");
}

// trouble says in plain words what went wrong and what mends it.
function trouble(err) {
  if (err.code === "signed_out") return signedOut();
  if (err.code === undefined) throw err;
  tell(say("error." + err.code), "bad");
}

// --- queue and my chats ---

let first = true;
let asking = null;
let askAgain = false;

// refresh fetches the overview; calls that come meanwhile are one more fetch after it.
async function refresh() {
  if (asking) { askAgain = true; return asking; }
  asking = (async () => {
    try {
      view = await post("/desk/overview");
      setNow(view.now);
      drawOverview();
    } catch (err) {
      trouble(err);
    }
  })();
  await asking;
  asking = null;
  if (askAgain) { askAgain = false; await refresh(); }
}

function drawOverview() {
  if (first) on = view.onDuty; // a reload stays on duty; later this page knows better than an answer on its way
  first = false;
  drawDuty();
  const total = view.waiting.reduce((sum, w) => sum + w.count, 0);
  replace($("queue"),
    el("p", { class: "queue-total" }, el("strong", null, total), " ", total === 0 ? say("queue.none") : say("queue.waiting"),
      view.high ? el("span", { class: "badge band-1" }, say("queue.high", { n: view.high })) : null),
    el("ul", { class: "queue-desks soft" }, view.waiting.filter((w) => w.count).map((w) => el("li", null, w.label + ": " + w.count))),
    el("p", { class: "soft" }, total ? say("queue.longest", { span: span(view.longest) }) + " · " : "", say("queue.onduty", { n: view.count })));
  $("take").disabled = false;
  only(view.chats.map((c) => c.ticket));
  drawMine();
  if (current && !view.chats.some((c) => c.ticket === current)) lost();
  if (!current && view.chats.length) open(wanted() || view.chats[0].ticket, false);
}

const wanted = () => {
  const id = new URLSearchParams(location.hash.slice(1)).get("t");
  return view.chats.some((c) => c.ticket === id) ? id : "";
};

function drawMine() {
  $("mine-none").hidden = view.chats.length > 0;
  const focused = document.activeElement?.dataset?.ticket;
  replace($("mine"), view.chats.map((c, i) => {
    const button = el("button", { type: "button", class: "tab", "data-ticket": c.ticket, "aria-current": c.ticket === current ? "true" : null },
      el("span", { class: "dot band-" + c.band, "aria-hidden": "true" }),
      el("span", { class: "tab-text" }, el("span", null, el("span", { class: "code" }, c.code), " ", label("band", c.band)), el("span", { class: "soft" }, label("language", c.lang) + " · " + (c.left ? say("tab.left") : ago(c.person)))),
      c.unread ? el("span", { class: "badge" }, c.unread, el("span", { class: "unseen" }, " " + say("tab.unread"))) : null,
      el("kbd", null, i + 1));
    button.addEventListener("click", () => open(c.ticket, true));
    return el("li", null, button);
  }));
  if (focused) $("mine").querySelector(`[data-ticket="${CSS.escape(focused)}"]`)?.focus();
  const unread = view.chats.reduce((sum, c) => sum + c.unread, 0);
  document.title = (unread ? "(" + unread + ") " : "") + say("desk.title") + " – Sosin";
}

// lost: the chat on the screen is no longer ours. Its words go from the screen; a draft stays until it is dismissed.
function lost() {
  const words = $("words").value.trim();
  current = "";
  chat = null;
  history.replaceState(null, "", location.pathname);
  $("chat").hidden = true;
  $("nothing").hidden = false;
  replace($("log"));
  replace($("facts"));
  $("words").value = "";
  const copy = words ? el("textarea", { readonly: true, rows: 2, dir: "auto", "aria-label": say("lost.words") }) : null;
  if (copy) copy.value = words;
  if (!leaving) tell(say(words ? "lost.draft" : "lost.text"), "warn", copy);
  leaving = false;
}

let leaving = false; // we closed it ourselves

async function take() {
  if ($("take").getAttribute("aria-busy")) return;
  $("take").setAttribute("aria-busy", "true");
  try {
    const got = await post("/desk/take");
    hush();
    await refresh();
    await open(got.ticket, true);
  } catch (err) {
    trouble(err);
  } finally {
    $("take").removeAttribute("aria-busy");
  }
}

// --- the chat ---

let opening = 0;

async function open(ticket, focus) {
  const mine = ++opening;
  if (ticket !== current) {
    current = ticket;
    chat = null;
    history.replaceState(null, "", "#t=" + ticket);
    replace($("log"));
    replace($("facts"));
    $("words").value = draft(ticket);
    $("chat").hidden = false;
    $("nothing").hidden = true;
    $("state").hidden = true;
    count();
    if (view) drawMine();
  }
  if (focus) $("words").focus();
  await load(mine);
}

async function load(mine = ++opening) {
  if (!current) return;
  stale = false;
  try {
    const got = await post("/desk/chat", { ticket: current });
    if (mine !== opening || got.ticket !== current) return;
    chat = got;
    setNow(got.now);
    drawChat();
  } catch (err) {
    if (mine !== opening) return;
    if (err.code === "gone") { await refresh(); return; }
    stale = true;
    trouble(err);
  }
}

function drawChat() {
  facts(chat);
  transcript(chat);
  writing(chat);
  count();
}

// changed: fetch now if somebody is looking; otherwise say that there is something, and let their next touch fetch it.
// Reading is a sign of life for the ticket, so a page nobody looks at must not read.
function changed(ticket) {
  if (ticket !== current || leaving) return; // what we are closing is no longer ours to read
  stale = true;
  if (!document.hidden && Date.now() - touched < attentive) load();
  else tell(say("stale.text"), "calm");
}

// --- the answer ---

// count shows the cost, and the beginning as the other's lock screen will.
function count() {
  const text = $("words").value;
  const c = chat;
  let cost = "";
  let bad = false;
  const runes = [...text].length;
  if (runes > maxWords) { cost = say("cost.long", { n: runes - maxWords }); bad = true; }
  else if (c && c.channel === "sms" && text) {
    const s = segments(text.normalize("NFC"));
    cost = say(s.encoding === "GSM-7" ? "cost.gsm" : "cost.ucs", { n: s.segments, left: s.left });
    bad = s.segments > 2;
  } else if (runes > maxWords - 200) cost = say("cost.left", { n: maxWords - runes });
  $("cost").textContent = cost;
  $("cost").classList.toggle("bad", bad);
  replace($("preview"), text.trim() ? [el("span", null, say("preview") + " "), el("bdi", { class: "isolate", dir: "auto" }, clip(text, 40))] : []);
  $("send").textContent = c && (silent(c) || c.left) ? say("answer.hold") : say("answer.send");
}

async function send() {
  const words = $("words").value;
  const ticket = current;
  if (sending || !ticket || !words.trim()) return;
  const began = now();
  sending = true;
  $("send").setAttribute("aria-busy", "true");
  try {
    await post("/desk/reply", { ticket, words });
    sent(ticket, words);
    hush();
    await load();
  } catch (err) {
    if (err.code === "network") await doubt(ticket, words, began);
    else trouble(err);
  } finally {
    sending = false;
    $("send").removeAttribute("aria-busy");
    if (current === ticket) $("words").focus();
    refresh();
  }
}

function sent(ticket, words) {
  if (draft(ticket) === words) keep(ticket, "");
  if (current !== ticket || $("words").value !== words) return;
  $("words").value = "";
  count();
}

// doubt: no answer came. The transcript knows whether the words arrived.
async function doubt(ticket, words, began) {
  tell(say("error.network"), "bad");
  let got;
  try {
    got = await post("/desk/chat", { ticket }); // asked for itself: a live hint's own fetch may overtake load()
  } catch {
    await load(); // says what is wrong
    return;
  }
  const there = got.log.some((l) => l.from === "counsellor" && l.at >= began - 5000 && l.text.trim() === words.normalize("NFC").trim());
  if (there) {
    sent(ticket, words);
    hush();
  }
  await load();
}

// --- dialogs ---

// ask opens a dialog and returns whether it was confirmed.
function ask(id) {
  const dialog = $(id);
  return new Promise((done) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => done(dialog.returnValue === "ok"), { once: true });
    dialog.showModal();
  });
}

async function actOn(path, body, gone) {
  try {
    leaving = gone;
    await post(path, body);
    hush();
    if (gone) keep(body.ticket, "");
    if (gone) $("words").value = "";
    await refresh();
    if (!gone) await load();
    return true;
  } catch (err) {
    leaving = false;
    trouble(err);
    return false;
  }
}

async function closeChat() {
  const ticket = current;
  if (!ticket || !(await ask("close-dialog"))) return;
  const code = $("close-dialog").querySelector("input:checked")?.value || "";
  if (await actOn("/desk/close", { ticket, code }, true)) {
    $("close-dialog").querySelector("form").reset();
    tell(say("closed.text"), "calm");
    if (!current) $("take").focus();
  }
}

async function giveBack() {
  const ticket = current;
  if (!ticket || !(await ask("back-dialog"))) return;
  if (await actOn("/desk/give-back", { ticket }, true)) {
    tell(say("returned.text"), "calm");
    if (!current) $("take").focus();
  }
}

async function note() {
  const ticket = current;
  if (!ticket || !(await ask("note-dialog"))) return;
  if (await actOn("/desk/note", { ticket, words: $("note-words").value }, false)) $("note-words").value = "";
}

// consent asks the person whether they may be handed over: whom to, is chosen from the list the chat came with.
async function consent() {
  const ticket = current;
  if (!ticket || !chat) return;
  if (!askable(chat)) { tell(say("consent.away"), "warn"); return; }
  const list = $("partner");
  replace(list, el("option", { value: "" }, say("consent.choose")), chat.partners.map((p) => el("option", { value: p.id }, p.label)));
  list.value = "";
  if (!(await ask("consent-dialog"))) return;
  if (await actOn("/desk/consent", { ticket, partner: list.value }, false)) $("words").focus();
}

// --- duty ---

function drawDuty() {
  $("duty").setAttribute("aria-checked", String(on));
  $("duty-text").textContent = say(on ? "duty.on" : "duty.off");
}

async function switchDuty() {
  const want = !on;
  on = want; // no beat from here on says otherwise
  try {
    await beating; // one that is on its way would undo it
    await post("/desk/duty", { on: want });
    duty.postMessage(on);
    hush();
  } catch (err) {
    on = !want;
    trouble(err);
  }
  drawDuty();
  refresh();
}

duty.onmessage = (e) => {
  on = e.data === true;
  drawDuty();
};

let lastBeat = 0;
let beating = Promise.resolve();

// beat answers the stream's question whether this page lives. It says whether a hand was on it: the session and the
// chat's clock go on without one.
function beat() {
  if (Date.now() - lastBeat < 10000) return;
  lastBeat = Date.now();
  beating = sendBeat();
}

async function sendBeat() {
  const active = touchedSinceBeat;
  touchedSinceBeat = false;
  try {
    await post("/desk/beat", { on, active, ticket: active && !document.hidden && !stale ? current : "" });
  } catch (err) {
    touchedSinceBeat ||= active;
    if (err.code === "signed_out") signedOut();
  }
}

// --- hands and keys ---

function touch() {
  const was = Date.now() - touched;
  touched = Date.now();
  touchedSinceBeat = true;
  if (stale && !document.hidden && current) { hush(); load(); }
  else if (was > askAfter) { hush(); lastBeat = 0; beat(); }
}

for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "input"]) {
  addEventListener(kind, touch, { passive: true, capture: true });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) { refresh(); if (stale) load(); } });

const keys = {
  n: take,
  r: () => $("words").focus(),
  m: note,
  g: giveBack,
  h: consent,
  c: closeChat,
  "?": () => ask("help-dialog"),
};

addEventListener("keydown", (e) => {
  if (document.querySelector("dialog[open]")) return;
  if (e.target === $("words")) {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); send(); }
    if (e.key === "Escape") { e.preventDefault(); $("log").focus(); }
    return;
  }
  if (typing(e.target) || e.ctrlKey || e.metaKey || e.altKey || e.repeat) return;
  const nth = /^[1-9]$/.test(e.key) && view ? view.chats[Number(e.key) - 1] : null;
  if (nth) { e.preventDefault(); open(nth.ticket, true); return; }
  const act = keys[e.key] || keys[e.key.toLowerCase()];
  if (act && (current || e.key === "n" || e.key === "?")) { e.preventDefault(); act(); }
});

$("duty").addEventListener("click", switchDuty);
$("take").addEventListener("click", take);
$("note-button").addEventListener("click", note);
$("back-button").addEventListener("click", giveBack);
$("consent-button").addEventListener("click", consent);
$("close-button").addEventListener("click", closeChat);
$("help-button").addEventListener("click", () => { document.querySelector("details.menu").open = false; ask("help-dialog"); });
$("answer").addEventListener("submit", (e) => { e.preventDefault(); send(); });
$("words").addEventListener("input", () => { keep(current, $("words").value); count(); });
// A screen keyboard has no Ctrl, and a narrow field no room to name it.
if (matchMedia("(hover: none), (max-width: 799px)").matches) $("words").placeholder = say("answer.label") + "…";
for (const b of document.querySelectorAll("[data-cancel]")) b.addEventListener("click", () => b.closest("dialog").close(""));

// --- time passes ---

setInterval(() => {
  if (view) drawMine();
  if (chat) { facts(chat); writing(chat); count(); }
  if (Date.now() - touched > askAfter && $("notice").hidden) tell(say("idle.text"), "warn");
}, 10000);
setInterval(beat, 20000);
setInterval(refresh, 30000);

function state(name) {
  $("live").textContent = say("live." + name);
  $("live").classList.toggle("on", name === "live");
}

connect({
  state,
  fresh: () => { refresh(); if (current) changed(current); },
  queue: refresh,
  chat: changed,
  beat,
  out: signedOut,
  probe: async () => { try { await post("/desk/overview"); } catch (err) { if (err.code === "signed_out") signedOut(); } },
});
