// One routine of the driver: what came of it in a sentence, the path through its conditions, what would have to change.

import { call } from "./api.js";
import { el, put, say } from "./dom.js";
import { barred } from "./link.js";
import { attempt, block, button, link, messageLink } from "./parts.js";
import { moment } from "./plot.js";
import { nameOf, refresh } from "./processes.js";
import { get } from "./state.js";
import { baseName, duration, fate, lost } from "./words.js";

const statuses = {
  STATUS_TIMEOUT: "the engine did not answer in time (STATUS_TIMEOUT)",
  STATUS_PORT_DISCONNECTED: "no engine is connected (STATUS_PORT_DISCONNECTED)",
  STATUS_CANCELLED: "the driver was unloading (STATUS_CANCELLED)",
};
const glyphs = { held: "✓", failed: "✗", branch: "◇" };

const sent = ({ kind, acknowledged, clearedRule, durationMicroseconds: time }, name, why) => {
  if (acknowledged === false) return `The engine got ${name}, but did not acknowledge it: ${why}.`;
  const cleared = clearedRule ? `; that cleared ${clearedRule}` : "";
  return `The engine got ${name}, ${kind === "sync" ? "acknowledged" : "sent"} in ${duration(time)}${cleared}.`;
};

/** What became of a message, in one sentence. */
export const became = message => {
  const { sequence, kind, operation, delivery, status, failure, droppedFor } = message;
  const name = `#${sequence} ${operation}`;
  const why = failure ?? statuses[status] ?? status;
  if (delivery === "sent") return sent(message, name, why);
  return {
    dropped: `${name} was made and lost: the queue was full, and #${droppedFor} pushed it out (ASY-4).`,
    failed: `${name} failed: ${why}${kind === "sync" ? "; the rule stays" : ""}.`,
    notSent: `${name} was not sent: ${why}.`,
    queued: `${name} was put into the queue.`,
    inHand: `${name} is on its way to the engine.`,
  }[delivery];
};

// A template of the vocabulary with its names filled in.
const worded = (template, { pid, target, image }) => template
  .replaceAll("{process}", pid === undefined ? "the process" : nameOf(pid))
  .replaceAll("{target}", target === undefined ? "the process" : nameOf(target))
  .replaceAll("{image}", image === undefined ? "the image" : baseName(image));

const verdict = (report, end, subject) => {
  if (report.messages.length) return report.messages.map(became).join(" ");
  if (report.notified) return "The engine was notified; the journal does not have the message any more.";
  return `The engine was not notified: ${worded(end?.because ?? `${end?.check} does not hold.`, subject)}`;
};

const condition = (each, explain) => el("li", {
  attributes: { "data-check": each.check, "data-outcome": each.outcome, title: each.value },
}, el("span", {
  class: each.outcome,
  text: `${glyphs[each.outcome]} ${each.check}${each.outcome === "branch" ? (each.holds ? " yes" : " no") : ""}`,
}), each.rule && el("a", {
  text: each.rule,
  attributes: { href: `/v1/vocabulary/${each.rule}`, title: each.meaning },
  on: { click: event => {
    event.preventDefault();
    explain(each);
  } },
}));

const outcome = message => {
  const { sequence, kind, operation, clearedRule, endedAt, time } = message;
  return el("li", { attributes: { "data-message": sequence } },
    el("span", { class: `message${lost(message) ? " lost" : ""}` },
      messageLink(`#${sequence} ${kind} ${operation}`, sequence),
      ` ${fate(message)}${clearedRule ? ` ○ ${clearedRule}` : ""} `,
      lost(message) && time && link("in the plot", () => moment(Date.parse(endedAt ?? time)))));
};

// What would have to change: a button where one call does it.
const remedy = ({ text, call: wanted }, subject) => {
  const sentence = worded(text, subject);
  const unknown = !wanted || subject.pid === undefined || /{(id|image)}/.test(JSON.stringify(wanted));
  if (unknown) return `To change that: ${sentence}`;
  const path = wanted.path.replace("{host}", encodeURIComponent(get("host"))).replace("{pid}", subject.pid);
  const made = button(sentence.replace(/\.$/, ""), () => attempt(async () => {
    await call(path, { method: wanted.method, body: wanted.body });
    say("Done. Fire the event again (r) to see what changed.");
    refresh();
  }), { "data-remedy": "" });
  block(made, barred("drive"));
  return made;
};

// What the routine could have sent besides: branches that would send something if they held.
const besides = (report, checks, subject) => (report.notified ? checks : [])
  .filter(({ holds, kind, sends, remedy: change }) => kind === "branch" && !holds && sends?.length && change)
  .map(each => el("p", { text: `No ${each.sends.join(", ")}: ${worded(each.because, subject)} ` },
    remedy(each.remedy, subject)));

/** A routine's report as elements; `conditions` by check, `subject` has its pid, target and image. */
export const routine = (report, conditions, subject) => {
  const checks = (report.checks ?? []).map(check => Object.assign({}, conditions.get(check.check), check));
  for (const check of checks) check.outcome = check.kind === "branch" ? "branch" : check.holds ? "held" : "failed";
  const end = report.notified ? undefined : checks.at(-1);
  const meaning = el("p", { class: "dim" });
  const explain = each => put(meaning, `${each.rule}: ${each.check} means: ${each.meaning}.`);
  return el("section", { class: "routine", attributes: { "data-routine": report.routine } },
    el("p", { class: "sentence", text: verdict(report, end, subject) }),
    el("ol", { class: "path", attributes: { "aria-label": `The conditions of ${report.routine}` } },
      el("li", {}, el("strong", { text: report.routine })),
      ...checks.map(check => condition(check, explain)),
      ...report.messages.map(outcome),
      !report.messages.length && el("li", {},
        el("span", { class: "message", text: report.notified ? "left the journal" : "no message" }))),
    meaning,
    end?.remedy && el("p", {}, remedy(end.remedy, subject)),
    ...besides(report, checks, subject));
};
