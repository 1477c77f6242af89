// The engine of the host: what it is, how fast it answers, and a switch for its behaviour.

import { base, call } from "./api.js";
import { $, el, fill, say } from "./dom.js";
import { range, totals } from "./history.js";
import { every } from "./link.js";
import { attempt, blockFor, button, facts, first } from "./parts.js";
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

const describe = ({ type, reply, delayMs, failEvery, replies: special = [], url }) => [
  type === "none" ? "not connected" : type, url, reply, delayMs && `slow by ${number(delayMs)} ms`,
  failEvery && `1 of ${number(failEvery)} fails`,
  special.length && counted(special.length, "special reply", "special replies"),
].filter(Boolean).join(", ");

const inSpan = () => {
  const { from, to } = range();
  const sum = totals(from, to);
  const failed = sum.sendFailed + sum.syncFailed + sum.directFailed;
  if (!sum.answers) return `nothing sent in ${(to - from) / 1000} s`;
  const mean = duration(Math.round(sum.microseconds / sum.answers));
  return `${counted(sum.answers, "send")}, mean ${mean}, slowest ${duration(sum.slowest)}${
    failed ? `, ✗ ${number(failed)} failed` : ""}`;
};

const show = () => {
  const { encoding, headers, connections, waiting, lastError: error, lastLatencyMicroseconds: last } = engine;
  fill(box, facts([
    ["engine", describe(engine)],
    ["encoding", encoding],
    ["headers", headers && Object.keys(headers).join(", ")],
    ["connections", connections === undefined ? "" : `${connections} in use, ${counted(waiting, "message")} waiting`],
    ...(engine.replies ?? []).map(special => ["special", JSON.stringify(special)]),
    ["in the plot", inSpan()],
    ["last latency", last === null ? "nothing sent yet" : duration(last)],
    ["last success", engine.lastSuccessAt ? clock(engine.lastSuccessAt) : "none yet"],
    ["last error", error ? `✗ ${clock(error.time)} ${error.operation ?? "ping"}: ${error.detail}` : "none"],
  ]));
  if (!touched) adopt();
  enable();
};

// Puts the settings of the engine into the form, unless somebody changes them there.
const adopt = () => {
  form.reply.value = engine.reply ?? "acknowledge";
  form.delayMs.value = engine.delayMs ?? 0;
  form.failEvery.value = engine.failEvery ?? 0;
};

const enable = () => {
  for (const control of form.elements) {
    const nothing = control.name === "back" && !before ? "Nothing was switched here." : "";
    blockFor(control.name === "ping" ? "drive" : "admin", control, nothing);
  }
};

// The secret of a webhook is never told, so a webhook cannot be put back from here.
const setting = ({ type, reply, delayMs, failEvery, replies: special }) => {
  if (type === "webhook") return undefined;
  return type === "none" ? { type } : { type, reply, delayMs, failEvery, replies: special };
};

const change = body => attempt(async () => {
  const previous = setting(engine);
  engine = await call(`${base()}/engine`, { method: "PUT", body });
  before = previous;
  touched = false;
  say(`The engine is now: ${describe(engine)}.`);
  show();
});

const ping = () => attempt(async () => {
  const { status, durationMicroseconds: time, detail } = await call(`${base()}/engine/ping`, { method: "POST" });
  const good = status === "STATUS_SUCCESS";
  say(good ? `The engine answered the ping in ${duration(time)}.` : `Ping: ${detail ?? status}.`);
  loop.now();
});

const amount = (name, label, max) => el("label", {}, el("span", { text: label }),
  el("input", { attributes: { type: "number", name, min: 0, max, value: 0 } }));

const form = el("form", { attributes: { id: "engine-form" }, on: {
  input: () => {
    touched = true;
  },
  submit: event => {
    event.preventDefault();
    change({ type: "embedded", reply: form.reply.value, delayMs: Number(form.delayMs.value),
      failEvery: Number(form.failEvery.value) });
  },
} },
el("fieldset", {}, el("legend", { text: "Embedded engine" }),
  ...Object.entries(replies).map(([value, text]) => el("label", {},
    el("input", { attributes: { type: "radio", name: "reply", value } }), `${value} `, el("small", { text })))),
amount("delayMs", "slow, ms", 60000),
amount("failEvery", "every nth fails", 1000000),
el("button", { text: "Switch", attributes: { type: "submit" } }),
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
    before = undefined;
    touched = false;
    loop.now();
  });
  for (const signal of ["link", "self"]) listen(signal, enable);
  return first("engine");
};
