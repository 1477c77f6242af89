// The selected process: what one can do with it, what the driver keeps about it, its rules and flags as switches.

import { base, call } from "./api.js";
import { $, el, fill, put, say } from "./dom.js";
import { prepare } from "./fire.js";
import { barred } from "./link.js";
import { attempt, block, button, facts, refill } from "./parts.js";
import { all, capped, nameOf, refresh } from "./processes.js";
import { get, listen, on, set } from "./state.js";
import { vocabulary } from "./vocabulary.js";
import { search } from "./why.js";
import { both, number } from "./words.js";

const box = $("#process");
const kinds = {
  thread: "Thread", remote: "Thread in another process", image: "Load image", commandLine: "Command line", exit: "Exit",
};
const folded = new Set(["flags"]);
let shown;
let terms;

const related = ({ processId, creationTime }) =>
  (creationTime && all().get(processId)?.creationTime === creationTime ? nameOf(processId) : `${processId}, not running`);

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

const toggle = async (word, name, { checked }) => {
  const pid = get("p");
  await attempt(async () => {
    const body = { [checked ? "set" : "clear"]: [name] };
    await call(`${base()}/processes/${pid}/${word}`, { method: "PATCH", body });
    say(`${name} is ${checked ? "set on" : "cleared from"} ${nameOf(Number(pid))}.`);
  });
  refresh();
};

const choice = (word, has, { name, meaning, value }) => {
  const field = el("input", { attributes: { type: "checkbox", checked: has.includes(name) },
    on: { change: event => toggle(word, name, event.target) } });
  block(field, barred("drive"), `${value}: ${meaning}`);
  return el("label", {}, field, name);
};

const switches = (word, has) => el("details", {
  attributes: { open: !folded.has(word) },
  on: { toggle: event => folded[event.target.open ? "delete" : "add"](word) },
},
el("summary", { text: `${word}: ${has.join(", ") || "none"}` }),
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

// Draws only what changed.
const show = () => {
  const pid = get("p");
  const process = all().get(Number(pid));
  box.hidden = pid === undefined;
  const state = JSON.stringify([pid, process, barred("drive"), terms === undefined]);
  if (state === shown || pid === undefined) return false;
  shown = state;
  if (process) {
    refill(box,
      el("h3", { text: `${nameOf(process.processId)}${process.gone ? ", exited" : ""}` }),
      el("div", { class: "actions" }, ...actions(process)),
      details(process),
      el("p", { attributes: { id: "threads" } }),
      terms && switches("rules", process.rules),
      terms && switches("flags", process.flags));
  } else {
    fill(box, el("p", { class: "empty", text: capped()
      ? `Process ${pid} is not among the first ${number(all().size)}, and only those are shown here.`
      : `Process ${pid} does not exist: it was not created, or it has exited.` }));
  }
  return process && !process.gone;
};

/** Begins to show the selected process. Resolves when rules have names. */
export const mount = () => {
  box.tabIndex = -1;
  const showAll = () => show() && threads();
  for (const signal of ["link", "self"]) listen(signal, show);
  listen("processes", showAll);
  on("p", showAll);
  return new Promise(resolve => {
    listen("host", () => attempt(async () => {
      terms = await vocabulary();
      showAll();
    }).then(resolve));
  });
};
