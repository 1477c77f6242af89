// One routine of the driver: what came of it in a sentence, the path through its conditions, what would have to change.

import { call } from "./api.js";
import { el, put, say } from "./dom.js";
import { barred } from "./link.js";
import { attempt, block, button, link, messageLink } from "./parts.js";
import { moment } from "./plot.js";
import { nameOf, refresh } from "./processes.js";
import { get } from "./state.js";
import { baseName, duration, fate, lost, whyDropped } from "./words.js";

const statuses = {
  STATUS_TIMEOUT: "the engine did not answer in time (STATUS_TIMEOUT)",
  STATUS_PORT_DISCONNECTED: "no engine is connected (STATUS_PORT_DISCONNECTED)",
  STATUS_CANCELLED: "the driver was unloading (STATUS_CANCELLED)",
};
const glyphs = { held: "✓", failed: "✗", branch: "◇" };
const ways = [" no", " yes"];

/** What became of a message, in one sentence. */
export const became = message => {
  const { sequence, kind, operation, acknowledged, clearedRule, failure, reply, durationMicroseconds: time } = message;
  const name = `#${sequence} ${operation}`;
  const why = failure ?? statuses[message.status] ?? message.status;
  const answer = acknowledged === false ? `but did not acknowledge it: ${why}`
    : `${kind === "sync" ? "acknowledged" : "sent"} in ${duration(time ?? 0)}`
      + `${reply?.accessDenied ? ", and denied the process" : failure ? `; ${failure}` : ""}`;
  return {
    sent: `The engine got ${name}, ${answer}${clearedRule ? `; that cleared ${clearedRule}` : ""}.`,
    dropped: `${name} was made and lost: ${whyDropped(message)} (ASY-4).`,
    failed: `${name} failed: ${why}${kind === "sync" ? "; the rule stays" : ""}.`,
    notSent: `${name} was not sent: ${why}.`,
    queued: `${name} was put into the queue.`,
    inHand: `${name} is on its way to the engine.`,
  }[message.delivery];
};

// A template of the vocabulary with its names filled in.
const worded = (template, { pid, target, image }) => {
  const named = { process: pid && nameOf(pid), target: target && nameOf(target), image: image && baseName(image) };
  return template.replace(/{(process|target|image)}/g, (_, name) => named[name] ?? `the ${name}`);
};

const verdict = (report, end, subject) => {
  if (report.messages.length) return report.messages.map(became).join(" ");
  if (report.notified) return "The engine was notified; the journal does not have the message any more.";
  return `The engine was not notified: ${worded(end?.because ?? `${end?.check} does not hold.`, subject)}`;
};

const condition = ({ check, rule, meaning, value, outcome, holds }, explain) => el("li", {
  attributes: { "data-check": check, "data-outcome": outcome, title: value },
},
el("span", { class: outcome, text: `${glyphs[outcome]} ${check}${outcome === "branch" ? ways[Number(holds)] : ""}` }),
rule && el("a", { text: rule, attributes: { href: `/v1/vocabulary/${rule}`, title: meaning }, on: {
  click: event => {
    event.preventDefault();
    explain(`${rule}: ${check} means: ${meaning}.`);
  },
} }));

const made = message => {
  const { sequence, kind, operation, clearedRule, endedAt, time } = message;
  return el("li", { attributes: { "data-message": sequence } },
    el("span", { class: `message${lost(message) ? " lost" : ""}` },
      messageLink(`#${sequence} ${kind} ${operation}`, sequence),
      ` ${fate(message)}${clearedRule ? ` ○ ${clearedRule}` : ""} `,
      lost(message) && time && link("in the plot", () => moment(Date.parse(endedAt ?? time)))));
};

// What would have to change: a button where one call does it.
const remedy = ({ text, call: change }, subject) => {
  const sentence = worded(text, subject);
  if (!change || subject.pid === undefined || /{(id|image)}/.test(JSON.stringify(change))) {
    return `To change that: ${sentence}`;
  }
  const path = change.path.replace("{host}", encodeURIComponent(get("host"))).replace("{pid}", subject.pid);
  const apply = button(sentence.replace(/\.$/, ""), () => attempt(async () => {
    await call(path, { method: change.method, body: change.body });
    say("Done. Fire the event again (r) to see what changed.");
    refresh();
  }), { "data-remedy": "" });
  block(apply, barred("drive"));
  return apply;
};

// What the routine could have sent besides: branches that would send something if they held.
const besides = (checks, subject) => checks
  .filter(({ holds, kind, sends, remedy: change }) => kind === "branch" && !holds && sends?.length && change)
  .map(each => el("p", { text: `No ${each.sends.join(", ")}: ${worded(each.because, subject)} ` },
    remedy(each.remedy, subject)));

/** A routine's report as elements; `conditions` by check, `subject` has its pid, target and image. */
export const routine = (report, conditions, subject) => {
  const checks = (report.checks ?? []).map(check => Object.assign({}, conditions.get(check.check), check));
  for (const check of checks) check.outcome = check.kind === "branch" ? "branch" : check.holds ? "held" : "failed";
  const end = report.notified ? undefined : checks.at(-1);
  const meaning = el("p", { class: "dim" });
  return el("section", { class: "routine", attributes: { "data-routine": report.routine } },
    el("p", { class: "sentence", text: verdict(report, end, subject) }),
    el("ol", { class: "path", attributes: { "aria-label": `The conditions of ${report.routine}` } },
      el("li", {}, el("strong", { text: report.routine })),
      ...checks.map(check => condition(check, text => put(meaning, text))),
      ...report.messages.map(made),
      !report.messages.length && el("li", {},
        el("span", { class: "message", text: report.notified ? "left the journal" : "no message" }))),
    meaning,
    end?.remedy && el("p", {}, remedy(end.remedy, subject)),
    ...(report.notified ? besides(checks, subject) : []));
};
