// The worker of the queue: its state and controls, the ledger, and while it is paused the entries and whose turn it is.

import { base, call } from "./api.js";
import { $, attribute, el, fill, put, say } from "./dom.js";
import { choices, now, span, totals } from "./history.js";
import { key } from "./keys.js";
import { barred, every } from "./link.js";
import { attempt, block, button, first, messageLink, refill, select } from "./parts.js";
import { controls } from "./plot.js";
import { emit, listen, on, set } from "./state.js";
import { clock, counted, number } from "./words.js";

const shown = 20;
const pips = 16;
const quiet = 5000;
const lists = { highPriority: "high", normal: "normal" };
const reasons = {
  highPriorityFirst: "high first",
  starvationLimit: "the limit is reached, so the normal list",
  normalListEmpty: "the limit is reached, but the normal list is empty",
  highPriorityListEmpty: "the high-priority list is empty",
};

let queues;
let counters;
let drawn;
let selected;
let loop;
let taken = [];
let guesses;
let busy = false;
let lost = {};

const paused = () => queues?.worker.state === "paused";

// Whose turn it is by ASY-6: the driver compares the counter with the limit for equality.
const turn = ({ starvationCounter, asyncStarvationLimit, highPriority, normal }) => {
  if (!highPriority.count && !normal.count) return [];
  if (starvationCounter === asyncStarvationLimit) {
    return normal.count ? ["normal", "starvationLimit"] : ["highPriority", "normalListEmpty"];
  }
  return highPriority.count ? ["highPriority", "highPriorityFirst"] : ["normal", "highPriorityListEmpty"];
};

const poll = async signal => {
  const ask = entries => call(`${base()}/queues?entries=${entries}`, { signal });
  const before = paused();
  queues = await ask(before ? shown : 0);
  if (paused() && !before) queues = await ask(shown);
  counters = await call(`${base()}/counters`, { signal });
  emit("queues", queues);
  emit("counters", counters);
  show();
};

// A control's call: the others do nothing meanwhile, and the views are read again after it.
const act = async (path, body, done, method = "POST") => {
  if (busy) return;
  busy = true;
  try {
    await attempt(async () => done(await call(`${base()}/worker${path}`, { method, body })));
  } finally {
    busy = false;
    loop.now();
  }
};

const toggle = () => {
  const state = paused() ? "running" : "paused";
  act("", { state }, () => say(`The worker is ${state}.`), "PUT");
};

const step = (count, list) => act("/steps", { count }, answer => {
  emit("stepped", answer);
  const [message] = answer.messages;
  if (!message || !list || !guesses) {
    say(message ? `Taken: ${counted(answer.messages.length, "message")}.` : "The queue is empty.");
    return;
  }
  const right = message.taken.list === list;
  guesses = { all: guesses.all + 1, right: guesses.right + Number(right) };
  say(`${right ? "Right" : "No"}: ${lists[message.taken.list]}, ${reasons[message.taken.reason]}.`);
});

const drain = () => act("/drain", undefined, ({ drained, remaining }) =>
  say(drained ? "The queue is empty." : `${counted(remaining, "message")} still in the queue.`));

const predict = () => {
  guesses = guesses ? undefined : { right: 0, all: 0 };
  show();
};

// Each control: its text, what it does, its title, and why it cannot be used now.
const still = () => (paused() ? "" : "Pause the worker first.");
const stepping = () => still() || (guesses ? "Say first which list is next." : "");
const buttons = {
  pause: ["Pause worker", toggle, "Space", () => (queues?.worker.state === "stopped" ? "It has stopped." : "")],
  step1: ["Step 1", () => step(1), "Take one message (.)", stepping],
  step10: ["Step 10", () => step(10), "Take ten messages", stepping],
  drain: ["Drain", drain, "Wait until the queue is empty", () => (paused() ? "Run the worker first." : "")],
  predict: ["Predict", predict, "Say before each step which list is next", still],
};
const spans = select({ id: "span" }, choices.map(seconds =>
  [seconds, seconds < 120 ? `${seconds} s` : `${seconds / 60} min`]));

const enable = () => {
  for (const [id, [, , title, reason]] of Object.entries(buttons)) {
    block($(`#${id}`), barred("drive") || (queues ? reason() : "The worker is not known yet."), title);
  }
  attribute($("#predict"), "aria-pressed", Boolean(guesses));
};

const showBar = next => {
  put($("#worker-state"), `worker ${queues.worker.state}`);
  put($("#pause"), paused() ? "Run worker" : "Pause worker");
  $("#worker").classList.toggle("paused", paused());
  const { starvationCounter: counter, asyncStarvationLimit: most } = queues;
  const dots = most > pips ? [`${number(counter)} of ${number(most)}`]
    : Array.from({ length: most }, (_, index) => el("i", { class: index < counter ? "full" : "" }));
  fill($("#starvation"), "starvation ", ...dots, next && ` next: ${lists[next]}`);
  attribute($("#starvation"), "aria-label", `Starvation counter ${counter} of ${most}, next: ${lists[next] ?? "none"}`);
};

// Names, labels with their sign in the sum, and the glyphs that they get as losses.
const terms = [
  ["enqueued", "enqueued"], ["sent", "= sent"], ["sendFailed", "+ failed", "✗"], ["dropped", "+ dropped", "▼"],
  ["queued", "+ queued"], ["inHand", "+ in hand"],
  ["sync", "sync"], ["syncErrors", "errors", "✗"], ["syncTimeouts", "timeouts", "✗"], ["notSent", "not sent", "∅"],
  ["direct", "direct"], ["directErrors", "errors", "✗"], ["mismatches", "mismatches", "✗"],
];

const whole = ({ async, sync, direct }) => {
  const all = name => Object.values(sync).reduce((sum, each) => sum + each[name], 0);
  return { ...async, dropped: async.droppedOnOverflow, sync: all("notificationsCount"), syncErrors: all("errorCount"),
    syncTimeouts: all("ioTimeoutCount"), direct: direct.fltSendMessageCount, directErrors: direct.fltSendMessageError,
    mismatches: direct.fltSendMessageReplyBufferMismatch };
};

const part = ({ sync, direct, ...sums }) => ({ ...sums, sync: sync.sent + sync.failed, syncErrors: sync.failed,
  notSent: sync.notSent, direct: direct.sent + direct.failed, directErrors: direct.failed });

const showLedger = () => {
  const numbers = selected ? part(totals(selected.from, selected.to)) : whole(counters);
  const title = selected && el("div", {}, el("dt", { text: "selected" }),
    el("dd", { text: `${clock(selected.from)} to ${clock(selected.to)}` }));
  fill($("#ledger"), title, ...terms.filter(([name]) => name in numbers).map(([name, label, glyph]) => {
    const loss = Boolean(glyph && numbers[name]);
    const text = selected ? label.replace(/^\W+/, "") : label;
    return el("div", { class: `${loss ? "loss" : ""} ${name === "sync" ? "side" : ""}` },
      el("dt", { text: loss ? text.replace(/(?=\w)/, `${glyph} `) : text }),
      el("dd", { text: number(numbers[name]), attributes: { "data-name": name, "data-loss": loss } }));
  }));
};

const entry = ({ sequence, operation, enqueuedAt }, next) => el("li", {
  class: next ? "next" : "", attributes: { title: `In the queue since ${clock(enqueuedAt)}` },
}, messageLink(`${next ? "▶ " : ""}#${sequence}`, sequence), ` ${operation}`);

const list = (name, next) => {
  const { count, entries } = queues[name];
  return el("div", {}, el("h3", { text: `${lists[name]} ${number(count)}` }), el("ol", {},
    ...entries.map((each, index) => entry(each, index === 0 && next === name)),
    count > entries.length && el("li", { text: `and ${number(count - entries.length)} more` })));
};

const showEntries = (next, reason) => {
  $("#entries").hidden = !paused();
  const state = JSON.stringify([queues, taken, guesses]);
  if (!paused() || state === drawn) return;
  drawn = state;
  const { starvationCounter: counter, asyncStarvationLimit: most } = queues;
  const sentence = reason ? `Next: ${lists[next]}. The counter is ${counter} of ${most}: ${reasons[reason]}.`
    : "The queue is empty. What comes now stays here until you step or run the worker.";
  const known = guesses ? undefined : next;
  refill($("#entries"),
    el("p", {}, ...(guesses && reason ? question() : [sentence])),
    el("div", { class: "lists" }, list("highPriority", known), list("normal", known),
      taken.length > 0 && el("div", { class: "taken" },
        el("h3", { text: "taken" }), el("ol", {}, ...taken.map(took)))));
};

const question = () => ["Which list is next? ", ...Object.entries(lists).map(([name, text]) =>
  button(text, () => step(1, name))), ` ${guesses.right} of ${guesses.all} right`];

const took = ({ sequence, taken: { list: name, reason, starvationCounter: { before, after } } }) =>
  el("li", { text: `#${sequence} ${lists[name]}, ${before} → ${after}: ${reasons[reason]}` });

const show = () => {
  if (!counters) return;
  const [next, reason] = turn(queues);
  showBar(guesses ? undefined : next);
  showLedger();
  showEntries(next, reason);
  enable();
};

// Losses are announced, at most each five seconds.
const announce = () => {
  const time = now();
  lost.from ??= time;
  if (time < lost.quiet) return;
  const { dropped } = totals(lost.from, time);
  if (dropped) say(`▼ ${counted(dropped, "message")} dropped.`);
  lost = { from: time, quiet: dropped ? time + quiet : 0 };
};

/** Begins to show the worker; `queues` and `counters` are sent after each answer. */
export const mount = () => {
  fill($("#worker"),
    el("span", { attributes: { id: "worker-state" } }),
    ...Object.entries(buttons).map(([id, [text, click]]) => button(text, click, { id })),
    el("span", { class: "grow" }),
    ...controls,
    el("label", { text: "span " }, spans),
    el("span", { attributes: { id: "starvation", role: "img", "aria-label": "Starvation counter" } }));
  const showSpan = () => {
    spans.value = span() / 1000;
  };
  spans.addEventListener("change", () => set({ span: spans.value }));
  on("span", showSpan);
  showSpan();
  loop = every(1000, poll);
  listen("host", () => {
    [queues, counters, guesses, taken, lost] = [undefined, undefined, undefined, [], {}];
    for (const id of ["#worker-state", "#ledger", "#starvation"]) fill($(id));
    $("#worker").classList.remove("paused");
    $("#entries").hidden = true;
    enable();
    loop.now();
  });
  for (const signal of ["link", "self"]) listen(signal, enable);
  listen("history", announce);
  listen("span", range => {
    selected = range;
    if (counters) showLedger();
  });
  listen("stepped", ({ messages }) => {
    taken = taken.concat(messages).slice(-10);
    loop.now();
  });
  key(" ", "pause or run the worker", () => $("#pause").click());
  key(".", "one step of the paused worker", () => $("#step1").click());
  return first("counters");
};
