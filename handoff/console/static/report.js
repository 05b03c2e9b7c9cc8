// Keeps "right now" of the coordinator's page true while it is looked at.

import "./page.js";
import { $, el, replace } from "./dom.js";
import { say } from "./words.js";
import { post } from "./net.js";

async function refresh() {
  if (document.hidden) return;
  try {
    const now = await post("/report/now");
    replace($("onduty"), now.onDuty.length
      ? now.onDuty.map((d) => el("li", null, el("bdi", { class: "isolate" }, d.alias), " ", el("span", { class: "soft" }, d.desks)))
      : el("li", { class: "soft" }, say("report.nobody")));
    replace($("waiting"), now.waiting.length
      ? now.waiting.map((w) => el("li", null, w.label + ": " + w.count))
      : el("li", { class: "soft" }, say("report.none")),
      now.high ? el("li", { class: "soft" }, say("report.urgent", { n: now.high })) : null);
    $("asof").textContent = say("report.asof", { time: now.time });
  } catch (err) {
    if (err.code === "signed_out") location.replace("/sign-in");
  }
}

setInterval(refresh, 20000);
document.addEventListener("visibilitychange", refresh);
