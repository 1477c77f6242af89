// The ledger: what came into the queue and what became of it, of the host or of a selected stretch of time.

import { $, el, fill, say } from "./dom.js";
import { now, totals } from "./history.js";
import { first } from "./parts.js";
import { listen } from "./state.js";
import { clock, counted, number } from "./words.js";

const quiet = 5000;
let counters;
let selected;
let lost = { from: 0, said: 0 };

// A number by its name, its label with the sign in the sum, and the glyph that it gets if it is a loss.
const term = ([name, label, value, loss, title]) => {
  const bad = Boolean(loss && value);
  const [, sign, text] = /^([=+] )?(.*)$/.exec(label);
  return el("div", { class: `${bad ? "loss" : ""} ${name === "sync" ? "side" : ""}`, attributes: { title } },
    el("dt", { text: `${sign ?? ""}${bad ? `${loss} ` : ""}${text}` }),
    el("dd", { text: number(value), attributes: { "data-name": name, "data-loss": bad } }));
};

const whole = ({ async, sync, direct }) => {
  const all = name => Object.values(sync).reduce((sum, each) => sum + each[name], 0);
  return [
    ["enqueued", "enqueued", async.enqueued],
    ["sent", "= sent", async.sent],
    ["sendFailed", "+ failed", async.sendFailed, "✗"],
    ["dropped", "+ dropped", async.droppedOnOverflow, "▼"],
    ["queued", "+ queued", async.queued],
    ["inHand", "+ in hand", async.inHand],
    ["sync", "sync", all("notificationsCount"), undefined, "Synchronous messages"],
    ["syncErrors", "errors", all("errorCount"), "✗", "Synchronous messages that failed"],
    ["syncTimeouts", "timeouts", all("ioTimeoutCount"), "✗", "Synchronous messages without an answer in time"],
    ["direct", "direct", direct.fltSendMessageCount, undefined, "CreateProcess and Wow64cpuLoad, which do not queue"],
    ["directErrors", "errors", direct.fltSendMessageError, "✗", "Direct messages that failed"],
    ["mismatches", "mismatches", direct.fltSendMessageReplyBufferMismatch, "✗", "Replies that could not be read"],
  ];
};

const part = sum => [
  ["enqueued", "enqueued", sum.enqueued],
  ["sent", "sent", sum.sent],
  ["sendFailed", "failed", sum.sendFailed, "✗"],
  ["dropped", "dropped", sum.dropped, "▼"],
  ["sync", "sync", sum.syncSent + sum.syncFailed],
  ["syncErrors", "errors", sum.syncFailed, "✗"],
  ["notSent", "not sent", sum.syncNotSent, "∅"],
  ["direct", "direct", sum.directSent + sum.directFailed],
  ["directErrors", "errors", sum.directFailed, "✗"],
];

const show = () => {
  if (!counters) return;
  const terms = selected ? part(totals(selected.from, selected.to)) : whole(counters);
  const title = selected && el("div", {}, el("dt", { text: "selected" }),
    el("dd", { text: `${clock(selected.from)} to ${clock(selected.to)}` }));
  fill($("#ledger"), title, ...terms.map(term));
};

// Losses are announced, at most each five seconds.
const announce = () => {
  const time = now();
  if (!lost.from) lost.from = time;
  if (time - lost.said < quiet) return;
  const { dropped } = totals(lost.from, time);
  if (dropped) say(`▼ ${counted(dropped, "message")} dropped.`);
  lost = { from: time, said: dropped ? time : lost.said };
};

/** Begins to show the ledger. */
export const mount = () => {
  listen("counters", found => {
    counters = found;
    show();
  });
  listen("host", () => {
    selected = undefined;
    lost = { from: 0, said: 0 };
  });
  listen("history", announce);
  listen("span", range => {
    selected = range;
    show();
  });
  return first("counters");
};
