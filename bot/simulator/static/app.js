// The two phones. State arrives whole as a Server-Sent Event after every change;
// this file only shows it and sends presses. Other people's words are put in with
// textContent, never as markup.
"use strict";

const live = document.getElementById("live");

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

function send(path, fields) {
  return fetch(path, { method: "POST", body: new URLSearchParams(fields || {}) }).then((r) => {
    if (r.status === 409) location.reload(); // the demo was started anew
    if (!r.ok) throw new Error(path + ": " + r.status);
  });
}

function failed() {
  live.textContent = "Not sent: the demo does not answer.";
  live.classList.remove("on");
}

class Phone {
  constructor(root) {
    this.root = root;
    this.log = root.querySelector(".log");
    this.shown = new Map(); // message id -> {node, json, waiting}
    this.person = null;
    this.stay();
    this.composer();
    for (const b of root.querySelectorAll("[data-do]")) {
      b.addEventListener("click", () => {
        const choice = b.dataset.language && document.getElementById(b.dataset.language);
        send(b.dataset.do, choice ? { language: choice.value } : {}).catch(failed);
      });
    }
    const begin = root.querySelector(".begin");
    if (begin) begin.addEventListener("click", () => send("telegram/write", { text: "/start" }).catch(failed));
  }

  // stay keeps the newest message in sight, also when the window shrinks, unless the reader has gone up.
  stay() {
    this.atEnd = true;
    let height = this.log.clientHeight;
    this.log.addEventListener("scroll", () => {
      if (this.log.clientHeight !== height) return; // the window moved it, not the reader
      this.atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 48;
    });
    new ResizeObserver(() => {
      height = this.log.clientHeight;
      if (this.atEnd) this.log.scrollTop = this.log.scrollHeight;
    }).observe(this.log);
  }

  composer() {
    const form = this.root.querySelector(".compose");
    this.text = form.querySelector("textarea");
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      const text = this.text.value;
      if (!text.trim()) return;
      this.text.value = "";
      send(form.dataset.send, { text }).catch(() => {
        this.text.value = text;
        failed();
      });
    });
    const enter = (e) => e.key === "Enter" && !e.shiftKey && !e.isComposing;
    this.text.addEventListener("keydown", (e) => {
      if (!enter(e)) return;
      e.preventDefault();
      form.requestSubmit();
    });
    this.text.addEventListener("keypress", (e) => {
      if (enter(e)) e.preventDefault(); // some keyboards send it all the same
    });
  }

  show(state) {
    if (state.person !== this.person) this.clear(state.person);
    const here = new Set(state.messages.map((m) => m.id));
    for (const [id, old] of this.shown) {
      if (!here.has(id)) {
        old.node.remove();
        this.shown.delete(id);
      }
    }
    for (const m of state.messages) this.message(m);
    this.log.classList.toggle("full", state.messages.length > 0);
    this.root.querySelector(".notice").textContent = this.notice(state);
    if (state.blocked !== undefined) this.blocked(state.blocked);
  }

  notice(state) {
    if (state.blocked) return "You have blocked this bot. It cannot write to you.";
    if (state.optedOut) return "You have opted out with STOP. Write START to receive messages again.";
    return state.notice || "";
  }

  blocked(yes) {
    const b = this.root.querySelector(".block");
    b.textContent = yes ? "Unblock" : "Block";
    b.dataset.do = yes ? "telegram/unblock" : "telegram/block";
    this.text.disabled = yes;
    this.root.querySelector(".compose button").disabled = yes;
    this.root.querySelector(".begin").disabled = yes;
  }

  clear(person) {
    this.person = person;
    this.root.querySelector(".person").textContent = person;
    for (const { node } of this.shown.values()) node.remove();
    this.shown.clear();
  }

  message(m) {
    const old = this.shown.get(m.id);
    const json = JSON.stringify({ ...m, waiting: null });
    if (old && old.json === json) {
      old.waiting = m.waiting || [];
      this.spin(old.node, old.waiting);
      return;
    }
    const node = this.draw(m);
    this.spin(node, m.waiting || []);
    if (old) {
      old.node.replaceWith(node);
    } else {
      this.log.append(node);
      this.atEnd = true;
      this.log.scrollTop = this.log.scrollHeight;
    }
    this.shown.set(m.id, { node, json, waiting: m.waiting || [] });
  }

  draw(m) {
    const node = element("div", m.mine ? "message mine" : "message");
    node.dataset.message = m.id;
    node.append(element("span", "hidden", m.mine ? "You: " : "They: "));
    const bubble = element("div", "bubble", m.kind === "text" ? m.text : "[" + m.kind + "] " + m.text);
    if (m.kind !== "text") bubble.classList.add("other");
    bubble.dir = "auto";
    node.append(bubble, element("p", "meta", [m.time, ...m.notes].join(" · ")));
    if (m.buttons) node.append(this.keys(m));
    return node;
  }

  keys(m) {
    const keys = element("div", "keys");
    for (const row of m.buttons) {
      const line = element("div", "keys-row");
      for (const b of row) {
        const key = element("button", "key", b.text);
        key.type = "button";
        if (b.callback_data) {
          key.dataset.tap = b.callback_data;
          key.addEventListener("click", () => {
            key.setAttribute("aria-busy", "true");
            // A tap answered at once may change nothing here, and then no state arrives to end the wait.
            send("telegram/tap", { message: m.id, data: b.callback_data })
              .then(() => setTimeout(() => this.settle(m.id), 400), failed);
          });
        } else {
          key.disabled = true; // a link leads off the demo
        }
        line.append(key);
      }
      keys.append(line);
    }
    return keys;
  }

  // settle shows again which taps really wait.
  settle(id) {
    const shown = this.shown.get(id);
    if (shown) this.spin(shown.node, shown.waiting);
  }

  spin(node, waiting) {
    for (const key of node.querySelectorAll("[data-tap]")) {
      key.setAttribute("aria-busy", String(waiting.includes(key.dataset.tap)));
    }
  }
}

const phones = {};
for (const id of ["telegram", "sms"]) {
  const root = document.getElementById(id);
  if (root) phones[id] = new Phone(root);
}

const events = new EventSource("events");
events.addEventListener("open", () => {
  live.textContent = "Connected";
  live.classList.add("on");
});
events.addEventListener("error", () => {
  live.textContent = "Reconnecting…";
  live.classList.remove("on");
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
});
events.addEventListener("state", (e) => {
  const state = JSON.parse(e.data);
  for (const id of Object.keys(phones)) if (state[id]) phones[id].show(state[id]);
});
