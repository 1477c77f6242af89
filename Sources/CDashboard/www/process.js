// The selected process: what one can do with it, its rules and flags as switches, and what the driver keeps about it.

import { base, call } from "./api.js";
import { $, attribute, el, fill, put, say } from "./dom.js";
import { prepare } from "./fire.js";
import { barred } from "./link.js";
import { attempt, block, button, facts } from "./parts.js";
import { all, nameOf, refresh } from "./processes.js";
import { get, listen, on, set } from "./state.js";
import { vocabulary } from "./vocabulary.js";
import { search } from "./why.js";
import { both } from "./words.js";

const box = $("#process");
const kinds = {
  thread: "Thread", remote: "Thread in another process", image: "Load image", commandLine: "Command line", exit: "Exit",
};
const controls = "button, input, summary";
const unfolded = new Set(["rules"]);
let shown;
let terms;

const toggle = (word, name, checked) => attempt(async () => {
  const path = `${base()}/processes/${get("p")}/${word}`;
  await call(path, { method: "PATCH", body: { [checked ? "set" : "clear"]: [name] } });
  say(`${name} is ${checked ? "set on" : "cleared from"} ${nameOf(Number(get("p")))}.`);
}).then(refresh);

const related = ({ processId, creationTime }) =>
  (creationTime && all().has(processId) ? nameOf(processId) : `${processId}, not running`);

const details = process => facts([
  ["image", process.imageFileName],
  ["command line", process.commandLine],
  ["changed to", process.currentCommandLine === process.commandLine ? "" : process.currentCommandLine],
  ["pid", both(process.processId)],
  ["created", process.creationTime],
  ["parent", related(process.parent)],
  ["creator", process.creator.processId === process.parent.processId ? "" : related(process.creator)],
  ["session", process.sessionId],
  ["integrity", process.token.integrityLevel],
  ["messages", process.notificationsSent],
]);

const choice = (word, has, { name, meaning, value }) => {
  const field = el("input", { attributes: { type: "checkbox", checked: has.includes(name) },
    on: { change: event => toggle(word, name, event.target.checked) } });
  block(field, barred("drive"), `${value}: ${meaning}`);
  return el("label", { attributes: { title: `${value}: ${meaning}` } }, field, name);
};

const switches = (word, has) => el("details", {
  attributes: { open: unfolded.has(word) },
  on: { toggle: event => unfolded[event.target.open ? "add" : "delete"](word) },
},
el("summary", { text: `${word}: ${has.length ? has.join(", ") : "none"}` }),
...terms[word].map(term => choice(word, has, term)));

const actions = process => [
  ...Object.entries(kinds).map(([kind, text]) => {
    const made = button(text, () => prepare(kind, process.processId));
    block(made, process.gone ? "It has exited." : barred("drive"));
    return made;
  }),
  button("Its messages", () => set({ q: `pid:${process.processId}` }, { push: true })),
  button("Why no message?", () => search(process.processId)),
];

const threads = () => attempt(async () => {
  const pid = get("p");
  const { items, next } = await call(`${base()}/processes/${pid}/threads?limit=20`);
  const ids = items.map(({ threadId }) => threadId).join(", ");
  if (pid === get("p")) put($("#threads"), items.length ? `threads: ${ids}${next ? ", …" : ""}` : "no threads");
}, () => {});

const content = (pid, process) => (process ? [
  el("h3", { text: `${nameOf(pid)}${process.gone ? ", exited" : ""}` }),
  el("div", { class: "actions" }, ...actions(process)),
  details(process),
  el("p", { attributes: { id: "threads" } }),
  terms && switches("rules", process.rules),
  terms && switches("flags", process.flags),
] : [el("p", { class: "empty", text: `There is no process ${get("p")}. It was not created, or it has exited.` })]);

// Draws only what changed, and keeps the focus and the place.
const show = () => {
  const pid = get("p") === undefined ? undefined : Number(get("p"));
  attribute(box, "hidden", pid === undefined);
  if (pid === undefined) return false;
  const process = all().get(pid);
  const state = JSON.stringify([pid, process, barred("drive"), terms === undefined]);
  if (state === shown) return false;
  shown = state;
  const focused = [...box.querySelectorAll(controls)].indexOf(document.activeElement);
  const top = box.scrollTop;
  fill(box, ...content(pid, process));
  box.scrollTop = top;
  if (focused >= 0) box.querySelectorAll(controls)[focused]?.focus();
  return process && !process.gone;
};

const showWithThreads = () => show() && threads();

/** Begins to show the selected process. */
export const mount = () => {
  attribute(box, "tabindex", -1);
  for (const signal of ["link", "self"]) listen(signal, show);
  listen("processes", showWithThreads);
  on("p", showWithThreads);
  listen("host", () => attempt(async () => {
    terms = await vocabulary();
    showWithThreads();
  }));
};
