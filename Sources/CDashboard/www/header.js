// The header, the views of a narrow screen, the tabs of the panel, and the theme.

import { token } from "./api.js";
import { $, attribute, el, fill, put } from "./dom.js";
import { key } from "./keys.js";
import { check, every } from "./link.js";
import { get, listen, on, set } from "./state.js";
import { signOut } from "./sign.js";
import { duration } from "./words.js";

const tabs = ["why", "fire", "engine"];
const loopback = /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/;
const slow = 5000;
let described = 0;

/** Whether one view is shown at a time. */
export const isNarrow = () => getComputedStyle($("#views")).display !== "none";

/** Shows the header and begins to switch views. */
export const mount = () => {
  listen("described", describe);
  listen("engine", showEngine);
  listen("self", showRole);
  on("v", showView);
  listen("show", open);
  for (const button of document.querySelectorAll("#views button")) {
    button.addEventListener("click", () => set({ v: button.dataset.view }, { push: true }));
  }
  for (const tab of tabs) $(`#${tab}-tab`).addEventListener("click", () => set({ v: tab }));
  $("[role=tablist]").addEventListener("keydown", turn);
  $("#theme-button").addEventListener("click", theme);
  key("w", "why", () => open("why"));
  key("p", "processes", () => open("processes"));
  key("q", "queue", () => open("queue"));
  key("T", "light or dark", theme);
  showView(get("v"));
  every(slow, async () => {
    if (described + slow / 2 < Date.now()) await check();
  });
};

const describe = ({ name, engine, clock }) => {
  described = Date.now();
  put($("#host"), `Host ${name} ▾`);
  document.title = `${name} - wdfilterd`;
  put($("#clock"), clock.mode === "system" ? "" : `clock: ${clock.mode}`);
  showEngine(engine);
};

const showEngine = engine => {
  const { type, reply, delayMs, lastLatencyMicroseconds, lastError } = engine;
  const parts = [`engine ${type}${reply ? ` ${reply}` : ""}${delayMs ? ` ${delayMs} ms` : ""}`];
  if (typeof lastLatencyMicroseconds === "number") parts.push(`last ${duration(lastLatencyMicroseconds)}`);
  if (lastError) parts.push("✗ last call failed");
  put($("#engine-state"), parts.join(", "));
  attribute($("#engine-state"), "title", lastError?.detail);
};

const showRole = ({ authentication, role, name }) => {
  const signed = authentication === "token";
  fill($("#role"), signed && `${name ? `${name}, ` : ""}role ${role} `, token.get() && el("button",
    { text: "sign out", attributes: { type: "button" }, on: { click: signOut } }));
  $("#insecure").hidden = !signed || location.protocol !== "http:" || loopback.test(location.hostname);
};

const showView = view => {
  document.body.dataset.view = view ?? "queue";
  for (const button of document.querySelectorAll("#views button")) {
    attribute(button, "aria-current", button.dataset.view === document.body.dataset.view && "true");
  }
  if (!tabs.includes(view) && !isNarrow()) return;
  const shown = tabs.includes(view) ? view : "why";
  for (const tab of tabs) {
    attribute($(`#${tab}-tab`), "aria-selected", tab === shown);
    $(`#${tab}-tab`).tabIndex = tab === shown ? 0 : -1;
    $(`#${tab}`).hidden = tab !== shown;
  }
};

const open = view => {
  if (isNarrow() || tabs.includes(view)) set({ v: view });
  $(`#${view}`).focus();
};

const turn = event => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = tabs.findIndex(tab => $(`#${tab}-tab`) === event.target);
  const next = tabs.at((at + step) % tabs.length);
  set({ v: next });
  $(`#${next}-tab`).focus();
};

const theme = () => {
  const { dataset } = document.documentElement;
  const dark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", dataset.theme);
  dispatchEvent(new Event("resize"));
};
