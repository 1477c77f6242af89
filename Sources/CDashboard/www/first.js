// What a new user sees: how to report events with this address, the tour, and the form that fires one.

import { base, call, curlOf, may } from "./api.js";
import { $, attribute, el, fill } from "./dom.js";
import { copy } from "./dialog.js";
import { emit, get, listen } from "./state.js";

let seen;

/** Shows itself on a host on which nothing has happened, until something does. */
export const mount = () => {
  listen("host", look);
  listen("items", hide);
  listen("self", () => {
    if (!$("#first").hidden) show();
  });
};

// A host that was reset is not new to its user.
const look = async name => {
  hide();
  const again = name === seen;
  seen = name;
  if (again) return;
  try {
    const [processes, messages] = await Promise.all([
      call(`${base()}/processes?limit=2`), call(`${base()}/messages?limit=1`)]);
    if (name === get("host") && processes.items.length === 1 && !messages.newest) show();
  } catch {
    // The link says what is wrong.
  }
};

const hide = () => {
  $("#first").hidden = true;
  document.body.classList.remove("first-run");
};

const show = () => {
  const process = `${base()}/processes`;
  const calls = [
    ["Create a process with a rule:", "POST", process,
      { processId: 584, imageFileName: "C:\\Windows\\notepad.exe", rules: ["NotifyNewThreadSameProcess"] }],
    ["Create a thread in it:", "POST", `${process}/584/threads`, { startAddress: "0x7ffbda8844f0" }],
    ["See the messages that the driver sent:", "GET", `${base()}/messages`],
  ];
  fill($("#first"),
    el("h2", { text: `Nothing has happened on host ${get("host")} yet.`, attributes: { id: "first-title" } }),
    el("p", { text: "This is a simulated Windows machine with the driver WdFilter. Report what happens on it, and see here "
      + "which messages the driver sends to its engine, and why." }),
    ...calls.map(command),
    el("p", { class: "bar" }, tour(), button("Fire an event", () => { hide(); emit("show", "fire"); }),
      button("Show the empty views", hide)));
  $("#first").hidden = false;
  document.body.classList.add("first-run");
};

const tour = () => {
  const start = button("Take the tour: nine steps", () => { hide(); emit("tour"); });
  start.disabled = !may("admin");
  attribute(start, "title", may("admin") ? undefined : "The tour takes the role admin: it makes a host of its own.");
  return start;
};

const command = ([text, ...request]) => {
  const curl = curlOf(...request);
  return el("div", { class: "command" }, el("p", { text }), el("code", { text: curl }),
    button("copy", () => copy(curl, "the command")));
};

const button = (text, click) => el("button", { text, attributes: { type: "button" }, on: { click } });
