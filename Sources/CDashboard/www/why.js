// Why the engine was notified of an event, or was not: one's own at once, those of others by the driver's decisions.

import { base, call } from "./api.js";
import { $, el, fill } from "./dom.js";
import { every } from "./link.js";
import { attempt, link, refill, select, submit } from "./parts.js";
import { routine } from "./path.js";
import { nameOf } from "./processes.js";
import { emit, get, listen, on, set } from "./state.js";
import { vocabulary } from "./vocabulary.js";
import { baseName, clock, counted, number, open } from "./words.js";

const kinds = [
  ["", "any event"],
  ["MpCreateThreadNotifyRoutine", "thread created"],
  ["MpCreateThreadNotifyRoutineEx", "first thread, command line"],
  ["MpLoadImageNotifyRoutine", "image loaded"],
  ["MpCreateProcessNotifyRoutineEx", "process created or exited"],
];
const hint = "Select a message, fire an event, or ask below why there was no message: here is what the driver looked "
  + "at, condition by condition, and which one decided.";
const reach = 10000;
const answer = el("div", { attributes: { id: "why-answer" } });
const results = el("div", { attributes: { id: "why-results" } });
let shown = { reports: [] };
let conditions = new Map();
let named = false;
let loop;
let question = 0;

// The conditions of each routine by their text, with their meanings.
const learn = async () => {
  const found = await vocabulary();
  const meanings = new Map(found.conditions.map(({ routine: name, check, meaning }) => [name + check, meaning]));
  conditions = new Map(found.routines.map(({ name, conditions: list }) => [name, new Map(list.map(each =>
    [each.check, Object.assign({}, each, { meaning: meanings.get(name + each.check) })]))]));
  draw();
};

const draw = () => refill(answer,
  shown.title && el("h2", { text: shown.title() }),
  shown.note && el("p", { text: shown.note }),
  ...shown.reports.toSorted((one, other) => other.notified - one.notified).map(report =>
    routine(report, conditions.get(report.routine) ?? new Map(), report.subject)));

// A message, or undefined if the journal does not have it: as a page of one, because browsers log each 404.
const record = async (sequence, signal) => {
  const { items } = await call(`${base()}/messages?after=${sequence - 1}&limit=1`, { signal });
  return items[0]?.sequence === Number(sequence) ? items[0] : undefined;
};

const decision = async (wanted, signal) => {
  const { items } = await call(`${base()}/decisions?after=${wanted - 1}&limit=1`, { signal });
  return items[0]?.decision === Number(wanted) ? items[0] : undefined;
};

// Reads what is not final yet: routines that wait for the engine, and messages until they are at their end.
const complete = async signal => {
  const mine = shown;
  let changed = false;
  for (const report of mine.reports) {
    if (report.open) Object.assign(report, { open: false }, await decision(report.decision, signal));
    const messages = [];
    for (const message of report.messages) {
      const final = message.routine && !open(message);
      changed ||= !final;
      messages.push(final ? message : await record(message.sequence ?? message, signal));
    }
    report.messages = messages.filter(Boolean);
  }
  if (changed && mine === shown) draw();
};

// Decisions only number their messages, so those are read before anything is drawn.
const show = (title, reports, note) => {
  shown = { title, reports, note };
  question += 1;
  if (reports.every(({ messages }) => messages.every(message => message.sequence))) draw();
  loop.now();
};

/** Shows what the driver did for one's own action: the `routines` of the answer, and whom it was about. */
export const showRoutines = (title, routines, { creator, target, image } = {}) =>
  show(() => title, routines.map(report => Object.assign({}, report, { subject: {
    pid: report.routine === "MpCreateThreadNotifyRoutine" ? creator ?? target : target, target, image,
  } })));

const decided = found => Object.assign(found, { subject: {
  pid: found.event.processId, target: found.event.targetProcessId, image: found.event.fullImageName,
} });

const titleOf = ({ event: { type, processId, targetProcessId: target, fullImageName: image }, time }) => {
  const where = target && target !== processId ? ` in ${nameOf(target, time)}` : "";
  const what = type.startsWith("process") ? "" : `${image ? `${baseName(image)} ` : ""}by `;
  return `${type} ${what}${nameOf(processId, time)}${where}, ${clock(time)}`;
};

// Only the newest question is answered.
const showDecision = async wanted => {
  const mine = question += 1;
  const found = await decision(wanted);
  if (wanted !== get("d") || mine !== question) return;
  if (found) show(() => titleOf(found), [decided(found)]);
  else show(() => `Decision ${wanted}`, [], "This decision is not kept, or not made yet.");
};

const showMessage = async wanted => {
  const mine = question += 1;
  const { items } = await call(`${base()}/decisions?message=${wanted}`);
  const message = items.length ? undefined : await record(wanted);
  if (wanted !== get("m") || mine !== question) return;
  const title = () => `Message #${wanted}`;
  if (items.length) {
    show(() => titleOf(items[0]), items.map(decided));
  } else if (!message) {
    show(title, [], "The journal does not have this message.");
  } else if (message.routine.endsWith("Notification")) {
    show(title, [{ routine: message.routine, notified: true, messages: [message], subject: {} }],
      "A client sent this notification itself, so no condition decided about it.");
  } else {
    show(title, [], "The decision that made this message is not kept any more.");
  }
};

const newest = (one, other) => other.decision - one.decision;
const nearest = (one, other) => other.checks.length - one.checks.length || newest(one, other);

const ask = async () => {
  const [pid, kind, whole] = [form.pid.value.trim(), form.kind.value, form.all.checked];
  const wanted = new URLSearchParams({ limit: 1000, ...(pid && { processId: pid }), ...(kind && { routine: kind }),
    ...(!whole && { notified: false }) });
  const found = [];
  const { oldest, newest: last } = await call(`${base()}/decisions?limit=1`);
  for (let next = Math.max(0, last - reach); next !== undefined;) {
    wanted.set("after", next);
    const page = await call(`${base()}/decisions?${wanted}`);
    found.push(...page.items);
    ({ next } = page);
  }
  const about = `${pid ? nameOf(Number(pid)) : "any process"}${whole ? "" : " without a message"}`;
  fill(results, el("p", { text: found.length
    ? `${counted(found.length, "decision")} about ${about}, ${whole ? "the newest" : "the nearest to one"} first:`
    : `No decision about ${about} among the last ${number(Math.min(reach, last - oldest + 1))}.` }),
  el("ol", { class: "decisions" }, ...found.sort(whole ? newest : nearest).slice(0, 20).map(each => el("li", {},
    link(titleOf(each), () => set({ d: each.decision }, { push: true }), { "data-decision": each.decision }),
    ` ${each.notified ? "✓" : "✗"} ${each.decidedBy} `, el("small", { text: each.decidedByRule })))));
};

const form = el("form", { attributes: { id: "why-form" }, on: { submit: event => {
  event.preventDefault();
  attempt(ask);
} } },
el("label", { text: "Why was there no message? process " }, el("input", {
  attributes: { id: "why-process", name: "pid", type: "number", min: 0, list: "pids", autocomplete: "off" } })),
el("label", { text: "event " }, select({ name: "kind" }, kinds)),
el("label", {}, el("input", { attributes: { name: "all", type: "checkbox" } }), "all decisions"),
submit("Ask"));

/** Asks why there was no message of a process. */
export const search = pid => {
  emit("show", "why");
  form.pid.value = pid;
  attempt(ask);
};

/** Begins to explain. */
export const mount = () => {
  fill($("#why"), answer, form, results);
  loop = every(1000, complete);
  listen("host", () => {
    show(undefined, [], hint);
    fill(results);
    named = false;
    attempt(learn);
    attempt(() => (get("d") ? showDecision(get("d")) : get("m") && showMessage(get("m"))));
  });
  listen("processes", () => {
    if (!named) draw();
    named = true;
  });
  on("m", wanted => wanted && attempt(() => showMessage(wanted)));
  on("d", wanted => wanted && attempt(() => showDecision(wanted)));
};
