// What a new user sees: how to report events with this address, the tour, and the form that fires one.

import { base, call, curlOf } from "./api.js";
import { copy } from "./dialog.js";
import { $, el, fill } from "./dom.js";
import { barred, select } from "./link.js";
import { attempt, block, button, lessonLinks } from "./parts.js";
import { emit, get, listen } from "./state.js";

let seen;
let quiet;
let tour;

/** Shows itself on a host on which nothing has happened, until something does. */
export const mount = () => {
  tour = button("Take the tour: nine steps", () => leave("tour"));
  listen("host", look);
  listen("items", () => {
    quiet = false;
    hide();
  });
  for (const signal of ["self", "link"]) listen(signal, () => block(tour, barred("admin")));
};

// A host that was reset is not new to its user.
const look = async name => {
  hide();
  if (name === seen) return;
  seen = name;
  quiet = true;
  await attempt(async () => {
    const { items } = await call(`${base()}/processes?limit=2`);
    const { newest } = await call(`${base()}/messages?limit=1`);
    if (items.length !== 1 || newest) return;
    const { items: hosts } = await call("/v1/hosts?limit=9").catch(() => ({ items: [] }));
    if (quiet && name === get("host")) show(hosts.filter(host => host.name !== name));
  });
};

const hide = () => {
  if ($("#first").hidden) return;
  $("#first").hidden = true;
  document.body.classList.remove("first-run");
};

const leave = (signal, detail) => {
  hide();
  emit(signal, detail);
};

const show = others => {
  const processes = `${base()}/processes`;
  const process = { processId: 584, imageFileName: "C:\\Windows\\notepad.exe", rules: ["NotifyNewThreadSameProcess"] };
  fill($("#first"),
    el("h2", { text: `Nothing has happened on host ${get("host")} yet.`, attributes: { id: "first-title" } }),
    el("p", { text: "This is a simulated Windows machine with the driver WdFilter. Report what happens on it, and see "
      + "here which messages the driver sends to its engine, and why." }),
    command("Create a process with a rule:", curlOf("POST", processes, process)),
    command("Create a thread in it:", curlOf("POST", `${processes}/584/threads`, { startAddress: "0x7ffbda8844f0" })),
    command("See the messages that the driver sent:", curlOf("GET", `${base()}/messages`)),
    el("p", { class: "bar" }, tour, button("Fire an event", () => leave("show", "fire")),
      button("Show the empty views", hide)),
    el("p", {}, "Lessons: ", lessonLinks().slice(1).map((item, place) => [place ? ", " : "", item])),
    others.length > 0 && el("p", { class: "bar" }, "Other hosts: ",
      others.map(({ name }) => button(name, () => select(name)))));
  $("#first").hidden = false;
  document.body.classList.add("first-run");
};

const command = (text, curl) => el("div", { class: "command" }, el("p", { text }), el("code", { text: curl }),
  button("copy", () => copy(curl, "the command")));
