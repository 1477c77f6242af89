// The engine of the host: what it is, how fast it answers, and a switch for its behavior.

import { base, call } from "./api.js";
import { $, el, fill, say } from "./dom.js";
import { range, totals } from "./history.js";
import { barred, every } from "./link.js";
import { attempt, block, button, facts, first, submit } from "./parts.js";
import { emit, listen } from "./state.js";
import { clock, counted, duration, number } from "./words.js";

const replies = {
  acknowledge: "answers as an engine should",
  mismatch: "its reply cannot be read",
  empty: "its reply has no bytes",
  deny: "denies each process",
  timeout: "never answers",
  disconnect: "the connection is lost",
};
const box = el("div");
let engine;
let before;
let loop;
let touched = false;

const describe = ({ type, url, reply, delayMs, failEvery, replies: special }) => [
  type === "none" ? "not connected" : type, url, reply, delayMs && `slow by ${number(delayMs)} ms`,
  failEvery && `1 of ${number(failEvery)} fails`,
  special?.length && counted(special.length, "special reply", "special replies"),
].filter(Boolean).join(", ");

const inPlot = () => {
  const { from, to } = range();
  const { sendFailed, sync, direct, latency: { count, totalMicroseconds, maxMicroseconds } } = totals(from, to);
  const failed = sendFailed + sync.failed + direct.failed;
  if (!count) return `nothing sent in ${(to - from) / 1000} s`;
  return `${counted(count, "send")}, mean ${duration(Math.round(totalMicroseconds / count))}, slowest ${
    duration(maxMicroseconds)}${failed ? `, ✗ ${number(failed)} failed` : ""}`;
};

const show = () => {
  const { lastError: error, lastLatencyMicroseconds: last, lastSuccessAt, connections, waiting } = engine;
  fill(box, facts([
    ["engine", describe(engine)],
    ["encoding", engine.encoding],
    ["headers", Object.keys(engine.headers ?? {}).join(", ")],
    ["connections", connections === undefined ? "" : `${connections} in use, ${counted(waiting, "message")} waiting`],
    ...(engine.replies ?? []).map(special => ["special", JSON.stringify(special)]),
    ["in the plot", inPlot()],
    ["last latency", last === null ? "nothing sent yet" : duration(last)],
    ["last success", lastSuccessAt ? clock(lastSuccessAt) : "none yet"],
    ["last error", error ? `✗ ${clock(error.time)} ${error.operation ?? "ping"}: ${error.detail}` : "none"],
  ]));
  const { reply = "acknowledge", delayMs = 0, failEvery = 0 } = engine;
  if (!touched) for (const [name, value] of Object.entries({ reply, delayMs, failEvery })) form[name].value = value;
  enable();
};

const enable = () => {
  for (const control of form.elements) {
    const nothing = control.name === "back" && !before ? "Nothing was switched here." : "";
    const role = control.name === "ping" ? "drive" : "admin";
    block(control, barred(role) || (engine ? nothing : "The engine is not known yet."));
  }
};

// What puts the present engine back. A webhook cannot be: its secret is never shown.
const setting = () => {
  const { type, reply, delayMs, failEvery, replies: special } = engine;
  if (type === "webhook") return undefined;
  return type === "none" ? { type } : { type, reply, delayMs, failEvery, replies: special };
};

const change = body => attempt(async () => {
  const previous = setting();
  engine = await call(`${base()}/engine`, { method: "PUT", body });
  [before, touched] = [previous, false];
  say(`The engine is now: ${describe(engine)}.`);
  show();
});

const ping = () => attempt(async () => {
  const { status, durationMicroseconds, detail } = await call(`${base()}/engine/ping`, { method: "POST" });
  const good = status === "STATUS_SUCCESS";
  say(good ? `The engine answered the ping in ${duration(durationMicroseconds)}.` : `Ping: ${detail ?? status}.`);
  loop.now();
});

const amount = (name, text, max) => el("label", {}, el("span", { text }),
  el("input", { attributes: { type: "number", name, min: 0, max, value: 0 } }));

const form = el("form", { attributes: { id: "engine-form" }, on: {
  input: () => {
    touched = true;
  },
  submit: event => {
    event.preventDefault();
    const [reply, delayMs, failEvery] = ["reply", "delayMs", "failEvery"].map(name => form[name].value);
    change({ type: "embedded", reply, delayMs: Number(delayMs), failEvery: Number(failEvery) });
  },
} },
el("fieldset", {}, el("legend", { text: "Embedded engine" }),
  ...Object.entries(replies).map(([value, text]) => el("label", {},
    el("input", { attributes: { type: "radio", name: "reply", value } }), `${value} `, el("small", { text })))),
amount("delayMs", "slow, ms", 60000),
amount("failEvery", "every nth fails", 1000000),
submit("Switch"),
button("Put back the one before", () => change(before), { name: "back" }),
button("Disconnect", () => change({ type: "none" })),
button("Ping", ping, { name: "ping" }));

/** Begins to show the engine; `engine` is sent after each answer. */
export const mount = () => {
  fill($("#engine"), box, form);
  loop = every(1000, async signal => {
    engine = await call(`${base()}/engine`, { signal });
    emit("engine", engine);
    show();
  });
  listen("host", () => {
    [engine, before, touched] = [undefined, undefined, false];
    fill(box);
    enable();
    loop.now();
  });
  for (const signal of ["link", "self"]) listen(signal, enable);
  return first("engine");
};
