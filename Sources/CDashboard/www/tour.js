// Leads through the tour or a lesson: says what to do, shows the call, makes it, and says what to look at. The host of
// a lesson exists for it alone and is deleted when one leaves.

import { base, call, curlOf } from "./api.js";
import { $, attribute, el, fill, lines, say } from "./dom.js";
import { lessons } from "./lessons.js";
import { barred } from "./link.js";
import { attempt, block, button } from "./parts.js";
import { refresh } from "./processes.js";
import { emit, get, listen, on, set } from "./state.js";
import { showRoutines } from "./why.js";

const bar = $("#tour");
const none = { m: undefined, f: undefined, p: undefined, d: undefined, q: undefined };
let lesson;
let place = 0;
let done = false;
let busy = false;
let fault;
let back;

const host = () => lesson.host;
const step = () => lesson.steps[place];
const last = () => place === lesson.steps.length - 1;
const titles = steps => steps.map(({ title }) => title).filter(Boolean);

const heading = () => {
  const passed = titles(lesson.steps.slice(0, place + 1));
  return `${lesson.title}, step ${passed.length} of ${titles(lesson.steps).length}: ${passed.at(-1)}`;
};

const go = () => {
  const [text, click] = done ? (last() ? ["Finish", leave] : ["Next", next]) : [fault ? "Try again" : "Do it", act];
  const made = button(text, click, { id: "tour-go" });
  block(made, busy ? "Busy." : done ? "" : barred("admin"), "Enter");
  return made;
};

const show = () => {
  attribute(bar, "hidden", !lesson);
  if (!lesson) return;
  const { say: text, method, path, body, look } = step();
  const command = el("code", { class: "curl" });
  command.textContent = lines(curlOf(method, base(host()) + path, body));
  attribute(bar, "data-step", titles(lesson.steps.slice(0, place + 1)).length);
  fill(bar,
    el("h2", { text: heading() }),
    el("p", { text: done ? `Look: ${look}` : text, attributes: { role: "status" } }),
    command,
    fault && el("p", { class: "fault", text: fault }),
    el("div", { class: "actions" },
      go(),
      !done && button("I did it myself", arrive, { title: "Goes on without the call" }),
      !(done && last()) && button("Leave", leave, { title: `Deletes the host ${host()}` })));
  if (!busy) $("#tour-go").focus();
};

// Points at the view that a step speaks of.
const point = at => {
  for (const node of document.querySelectorAll(".looked")) node.classList.remove("looked");
  if (!at) return;
  emit("show", at);
  $(at === "why" || at === "engine" ? "#panel" : `#${at}`).classList.add("looked");
};

const arrive = () => {
  fault = undefined;
  if (get("host") !== host()) {
    back = get("host");
    set({ ...none, host: host() });
  }
  if (!step().look) {
    next();
    return;
  }
  done = true;
  point(step().at);
  show();
};

const next = () => {
  place += 1;
  done = false;
  point();
  show();
};

const act = async () => {
  busy = true;
  show();
  const { method, path, body } = step();
  const answer = await attempt(() => call(base(host()) + path, { method, body }), detail => {
    fault = detail;
  });
  busy = false;
  if (!answer) {
    show();
    return;
  }
  tell(answer, path, body);
  arrive();
};

const tell = (answer, path, body) => {
  const target = Number(/processes\/(\d+)/.exec(path)?.[1] ?? body?.processId);
  if (answer.routines) showRoutines(heading(), answer.routines, { target, creator: body?.creatorProcessId });
  if (path === "/worker/steps") emit("stepped", answer);
  refresh();
};

const leave = async () => {
  const mine = host();
  lesson = undefined;
  point();
  show();
  set({ ...none, lesson: undefined, host: back ?? "default" });
  await attempt(async () => {
    await call(base(mine), { method: "DELETE" });
    say(`The host ${mine} is deleted.`);
  });
};

const begin = name => {
  if (lesson === lessons[name]) return;
  lesson = lessons[name];
  if (name && !lesson) say(`There is no lesson ${name}. There are: ${Object.keys(lessons).join(", ")}.`);
  if (!lesson) return;
  place = 0;
  done = false;
  fault = undefined;
  show();
};

/** Begins the lesson of the address, and each that is chosen later by `lesson`. */
export const mount = () => {
  for (const signal of ["link", "self"]) listen(signal, () => lesson && !busy && show());
  listen("tour", () => set({ lesson: "tour" }));
  on("lesson", begin);
  begin(get("lesson"));
};
