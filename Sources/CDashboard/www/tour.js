// Leads through the tour or a lesson: says what to do, shows the call, makes it, and says what to look at. The host of
// a lesson exists for it alone and is deleted when one leaves.

import { base, call, curlOf, may } from "./api.js";
import { $, attribute, el, fill, lines, say } from "./dom.js";
import { lessons } from "./lessons.js";
import { barred, check, connected } from "./link.js";
import { attempt, block, button, first } from "./parts.js";
import { refresh } from "./processes.js";
import { emit, get, listen, on, set } from "./state.js";
import { showRoutines } from "./why.js";

const box = $("#tour");
const none = { m: undefined, f: undefined, p: undefined, d: undefined, q: undefined };
let lesson;
let place = 0;
let done = false;
let busy = false;
let fault;
let back;
let begun = false;

const step = () => lesson.steps[place];
const titles = end => lesson.steps.slice(0, end).map(({ title }) => title).filter(Boolean);

// Why this step's call cannot be made, as a sentence; "" if it can be, or already was.
const obstacle = () => (done ? "" : barred("admin", false));

const go = () => {
  const last = place === lesson.steps.length - 1;
  const [text, click] = done ? (last ? ["Finish", leave] : ["Next", next]) : [fault ? "Try again" : "Do it", act];
  const made = button(text, click, { id: "tour-go" });
  block(made, obstacle(), "Enter");
  return made;
};

const show = () => {
  box.hidden = !lesson;
  if (!lesson) return;
  const { say: text, method, path, body, look } = step();
  const passed = titles(place + 1);
  const leads = document.activeElement === document.body || box.contains(document.activeElement);
  const command = el("code", { class: "curl" });
  command.textContent = lines(curlOf(method, base(lesson.host) + path, body));
  attribute(box, "data-step", passed.length);
  fill(box,
    el("h2", { text: `${lesson.title}, step ${passed.length} of ${titles().length}: ${passed.at(-1)}` }),
    el("p", { text: done ? `Look: ${look}` : text, attributes: { role: "status" } }),
    command,
    fault && el("p", { class: "fault", text: fault }),
    el("div", { class: "actions" },
      go(),
      !done && button("I did it myself", skip, { title: "Goes on without the call" }),
      button("Leave", leave, { title: `Deletes the host ${lesson.host}` }),
      obstacle()));
  for (const control of busy ? box.querySelectorAll("button") : []) block(control, "Busy.");
  if (!busy && leads) $("#tour-go").focus();
};

// Points at the view that a step speaks of.
const point = at => {
  for (const node of document.querySelectorAll(".looked")) node.classList.remove("looked");
  if (!at) return;
  emit("show", at);
  $(at === "why" ? "#panel" : `#${at}`).classList.add("looked");
};

const arrive = () => {
  fault = undefined;
  begun = true;
  if (get("host") !== lesson.host) {
    back = get("host");
    set({ ...none, host: lesson.host });
  } else if (!connected()) {
    check();
  }
  if (step().look) {
    done = true;
    point(step().at);
    show();
  } else {
    next();
  }
};

const next = () => {
  place += 1;
  done = false;
  point();
  show();
};

// Makes a call, and blocks the buttons until it ends; undefined if it is refused, or if Back left the step meanwhile.
const during = async (path, options) => {
  const mine = step();
  const same = () => lesson && step() === mine;
  busy = true;
  show();
  const answer = await attempt(() => call(base(lesson.host) + path, { ...options, bound: false }), detail => {
    if (same()) fault = detail;
  });
  busy = false;
  if (answer && same()) return answer;
  show();
  return undefined;
};

const act = async () => {
  const { method, path, body } = step();
  const answer = await during(path, { method, body });
  if (!answer) return;
  const title = titles(place + 1).at(-1);
  const { host } = lesson;
  const moved = get("host") !== host;
  arrive();
  // The views forget all when they begin with a host.
  if (moved) await first("host");
  if (get("host") !== host) return;
  const target = Number(/processes\/(\d+)/.exec(path)?.[1] ?? body?.processId);
  const creator = body?.creatorProcessId;
  if (answer.routines) showRoutines(title, answer.routines, { target, creator });
  if (path === "/worker/steps") emit("stepped", answer);
  refresh();
};

// Whoever made the call has the host.
const skip = async () => {
  if (await during("")) arrive();
};

const leave = async () => {
  const { host } = lesson;
  lesson = undefined;
  point();
  show();
  set({ lesson: undefined });
  if (!begun) return;
  set({ ...none, host: back ?? "default" });
  if (!may("admin")) return;
  await attempt(async () => {
    await call(base(host), { method: "DELETE", bound: false });
    say(`The host ${host} is deleted. The help (?) has the lessons.`);
  });
};

const begin = name => {
  const wanted = Object.hasOwn(lessons, name) ? lessons[name] : undefined;
  if (name && !wanted) say(`There is no lesson ${name}. There are: ${Object.keys(lessons).join(", ")}.`);
  if (lesson === wanted) return;
  lesson = wanted;
  [place, done, begun, fault] = [0, false, get("host") === lesson?.host, undefined];
  show();
};

/** Begins the lesson of the address, and each that is chosen later. */
export const mount = () => {
  for (const signal of ["link", "self"]) listen(signal, () => lesson && !busy && show());
  listen("tour", () => set({ lesson: "tour" }));
  on("lesson", begin);
  first("host").then(() => begin(get("lesson")));
};
