// The worker of the queue: its state and controls, and while it is paused the entries, whose turn it is, and a guess.

import { base, call } from "./api.js";
import { $, attribute, el, fill, put, say } from "./dom.js";
import { choices, span } from "./history.js";
import { key } from "./keys.js";
import { every } from "./link.js";
import { attempt, blockFor, button, messageLink, options } from "./parts.js";
import { controls } from "./plot.js";
import { emit, listen, on, set } from "./state.js";
import { clock, counted, number } from "./words.js";

const shown = 20;
const pips = 16;
const lists = { highPriority: "high", normal: "normal" };
const reasons = {
  highPriorityFirst: "high first",
  starvationLimit: "the limit is reached, so the normal list",
  normalListEmpty: "the limit is reached, but the normal list is empty",
  highPriorityListEmpty: "the high-priority list is empty",
};

let queues;
let loop;
let taken = [];
let guesses;
let busy = false;

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
  emit("queues", queues);
  show();
  emit("counters", await call(`${base()}/counters`, { signal }));
};

// A control's call: nothing else can be pressed meanwhile, and the views are read again after it.
const act = async (path, body, done, method = "POST") => {
  if (busy) return;
  busy = true;
  enable();
  await attempt(async () => done(await call(`${base()}/worker${path}`, { method, body })));
  busy = false;
  enable();
  loop.now();
};

const toggle = () => {
  const state = paused() ? "running" : "paused";
  act("", { state }, () => say(`The worker is ${state}.`), "PUT");
};

const step = count => act("/steps", { count }, answer => {
  emit("stepped", answer);
  say(answer.messages.length ? `Taken: ${counted(answer.messages.length, "message")}.` : "The queue is empty.");
});

const guess = list => act("/steps", { count: 1 }, answer => {
  emit("stepped", answer);
  const [message] = answer.messages;
  if (!message) return;
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

const build = () => fill($("#worker"),
  el("span", { attributes: { id: "worker-state" } }),
  ...Object.entries(buttons).map(([id, [text, click]]) => button(text, click, { id })),
  el("span", { class: "grow" }),
  ...controls,
  el("label", { text: "span " }, el("select", { attributes: { id: "span" }, on: {
    change: event => set({ span: event.target.value }),
  } }, ...options(choices.map(seconds => [seconds, seconds < 120 ? `${seconds} s` : `${seconds / 60} min`])))),
  el("span", { attributes: { id: "starvation", role: "img" } }));

const enable = () => {
  for (const [id, [, , title, reason]] of Object.entries(buttons)) {
    blockFor("drive", $(`#${id}`), reason() || (busy ? "Busy." : ""), title);
  }
  attribute($("#predict"), "aria-pressed", Boolean(guesses));
};

const showBar = next => {
  put($("#worker-state"), `worker ${queues.worker.state}`);
  put($("#pause"), paused() ? "Run worker" : "Pause worker");
  $("#worker").classList.toggle("paused", paused());
  const { starvationCounter: counter, asyncStarvationLimit: most } = queues;
  const dots = most > pips ? [number(counter), " of ", number(most)]
    : Array.from({ length: most }, (_, index) => el("i", { class: index < counter ? "full" : "" }));
  fill($("#starvation"), "starvation ", ...dots, next && ` next: ${lists[next]}`);
  attribute($("#starvation"), "aria-label", `Starvation counter ${counter} of ${most}, next: ${lists[next] ?? "none"}`);
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
  attribute($("#entries"), "hidden", !paused());
  if (!paused()) return;
  const { starvationCounter: counter, asyncStarvationLimit: most } = queues;
  const sentence = reason ? `Next: ${lists[next]}. The counter is ${counter} of ${most}: ${reasons[reason]}.`
    : "The queue is empty. What comes now stays here until you step or run the worker.";
  const known = guesses ? undefined : next;
  fill($("#entries"),
    el("p", {}, ...(guesses && reason ? question() : [sentence])),
    el("div", { class: "lists" }, list("highPriority", known), list("normal", known),
      taken.length > 0 && el("div", { class: "taken" }, el("h3", { text: "taken" }), el("ol", {}, ...taken.map(takenEntry)))));
};

const question = () => ["Which list is next? ", ...Object.entries(lists).map(([name, text]) =>
  button(text, () => guess(name), { "data-list": name })),
` ${guesses.right} of ${guesses.all} right`];

const takenEntry = ({ sequence, taken: { list: name, reason, starvationCounter: { before, after } } }) =>
  el("li", { text: `#${sequence} ${lists[name]}, ${before} → ${after}: ${reasons[reason]}` });

const show = () => {
  if (!queues) return;
  const [next, reason] = turn(queues);
  const focused = document.activeElement?.dataset.list;
  showBar(guesses ? undefined : next);
  showEntries(next, reason);
  if (focused) $(`[data-list="${focused}"]`)?.focus();
  enable();
};

const restart = () => {
  queues = undefined;
  taken = [];
  guesses = undefined;
  loop.now();
};

const showSpan = () => {
  $("#span").value = span() / 1000;
};

/** Begins to show the worker. */
export const mount = () => {
  build();
  showSpan();
  loop = every(1000, poll);
  listen("host", restart);
  listen("link", enable);
  listen("self", enable);
  listen("stepped", ({ messages }) => {
    taken = taken.concat(messages).slice(-10);
    loop.now();
  });
  on("span", showSpan);
  key(" ", "pause or run the worker", () => $("#pause").click());
  key(".", "one step of the paused worker", () => $("#step1").click());
};
