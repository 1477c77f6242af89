// The header, the views of a narrow screen, the tabs of the panel, and the theme.

import { token } from "./api.js";
import { $, attribute, fill, put } from "./dom.js";
import { key } from "./keys.js";
import { check, every } from "./link.js";
import { button } from "./parts.js";
import { enter } from "./sign.js";
import { get, listen, on, set } from "./state.js";
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
  listen("link", showHost);
  on("host", () => {
    showHost();
    described = 0;
    for (const id of ["#clock", "#engine-state"]) put($(id), "");
  });
  listen("engine", showEngine);
  listen("self", showRole);
  listen("show", open);
  on("v", showView);
  $("#views").addEventListener("click", ({ target: { dataset } }) => {
    if (dataset.view) set({ v: dataset.view }, { push: true });
  });
  for (const tab of tabs) $(`#${tab}-tab`).addEventListener("click", () => set({ v: tab }));
  $("[role=tablist]").addEventListener("keydown", turn);
  $("#theme-button").addEventListener("click", theme);
  key("w", "why", () => open("why"));
  key("p", "processes", () => open("processes"));
  key("q", "queue", () => open("queue"));
  key("T", "light or dark", theme);
  showView(get("v"));
  every(slow, async () => described + slow / 2 < Date.now() && check());
};

const showHost = () => {
  put($("#host"), `Host ${get("host") ?? "none"} ▾`);
  document.title = `${get("host") ?? "no host"} - wdfilterd`;
};

const describe = ({ engine, clock }) => {
  described = Date.now();
  put($("#clock"), clock.mode === "system" ? "" : `clock: ${clock.mode}`);
  showEngine(engine);
};

const showEngine = ({ type, reply, delayMs, lastLatencyMicroseconds: last, lastError }) => {
  put($("#engine-state"), [
    `engine ${type}`, reply, delayMs && `${delayMs} ms`, typeof last === "number" && `last ${duration(last)}`,
    lastError && "✗ last call failed",
  ].filter(Boolean).join(", "));
  attribute($("#engine-state"), "title", lastError?.detail);
};

const showRole = ({ authentication, role, name }) => {
  const signed = authentication === "token";
  fill($("#role"), signed && `${name ? `${name}, ` : ""}role ${role} `,
    token.get() && button("sign out", () => enter(undefined)));
  $("#insecure").hidden = !signed || location.protocol !== "http:" || loopback.test(location.hostname);
};

const showView = (wanted = get("m") && isNarrow() ? "message" : "queue") => {
  const view = $(`#views [data-view="${CSS.escape(wanted)}"]`) ? wanted : "queue";
  document.body.dataset.view = view;
  for (const control of document.querySelectorAll("#views button")) {
    attribute(control, "aria-current", control.dataset.view === view);
  }
  for (const section of document.querySelectorAll("main > section")) {
    section.classList.toggle("shown", section.contains($(`#${view}`)));
  }
  if (!tabs.includes(view)) return;
  for (const tab of tabs) {
    attribute($(`#${tab}-tab`), "aria-selected", tab === view);
    attribute($(`#${tab}-tab`), "tabindex", tab === view ? 0 : -1);
    $(`#${tab}`).hidden = tab !== view;
  }
};

const open = view => {
  if (isNarrow() || tabs.includes(view)) set({ v: view });
  $(`#${view}`).focus();
};

const turn = ({ key: name, target }) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[name];
  if (!step) return;
  const next = tabs.at((tabs.indexOf(target.id.replace("-tab", "")) + step) % tabs.length);
  set({ v: next });
  $(`#${next}-tab`).focus();
};

const theme = () => {
  const { dataset } = document.documentElement;
  dataset.theme = dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", dataset.theme);
  dispatchEvent(new Event("resize"));
};
