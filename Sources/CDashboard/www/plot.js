// The plot of the queue as one uses it: pointer, keys, a selected stretch of time, the same as text and as a table.

import { $, attribute, el, fill, put, say } from "./dom.js";
import { draw, frame } from "./draw.js";
import * as history from "./history.js";
import { key } from "./keys.js";
import { button } from "./parts.js";
import { emit, listen, on } from "./state.js";
import { clock, counted, duration, number } from "./words.js";

const canvas = $("#plot");
const rows = 60;
const headings = ["time", "peak", "high", "normal", "enqueued", "sent", "failed", "dropped", "slowest", "worker"];
const table = el("div", { class: "table", attributes: { id: "plot-table", tabindex: 0, hidden: true, role: "group",
  "aria-label": "Buckets of the plot" } });
const nowButton = button("Back to now", () => follow(), { hidden: true });
const tableButton = button("table", () => toggleTable(), { "aria-pressed": "false", title: "The same as a table (t)" });
let queues;
let cursor;
let selection;
let anchor;
let dragged;
let spoken = 0;

/** The controls of the plot: the way back to now, and its table. */
export const controls = [nowButton, tableButton];

const show = () => {
  const { from, to, live } = history.range();
  const buckets = history.within(from, to);
  attribute(canvas, "data-buckets", buckets.length);
  if (table.hidden) {
    const columns = history.columns(from, to, Math.floor(frame(canvas).width));
    const quiet = !buckets.length && columns.every(({ peak }) => !peak);
    draw(canvas, { columns, from, to, live, selection, cursor,
      empty: quiet ? `Nothing changed in these ${history.span() / 1000} s.` : "",
      limit: queues?.maxAsyncNotificationCount,
      starvationLimit: queues?.asyncStarvationLimit,
      note: cursor === undefined ? [] : note(),
    });
  }
  if (performance.now() < spoken) return;
  spoken = performance.now() + 950;
  put($("#plot-text"), sentence(live, to));
  nowButton.hidden = live && !selection;
  if (!table.hidden) fillTable(buckets.toReversed());
};

const showNow = () => {
  spoken = 0;
  show();
};

// What the plot shows, in words.
const sentence = (live, to) => {
  if (!queues) return "";
  const { highPriority, normal, maxAsyncNotificationCount: most, worker } = queues;
  const { dropped } = history.totals(history.now() - 10000, Infinity);
  const text = `High ${number(highPriority.count)}, normal ${number(normal.count)} of ${number(most)}. `
    + `${dropped ? `▼ ${number(dropped)}` : "Nothing"} dropped in the last 10 s. Worker ${worker.state}.`;
  return live ? text
    : `${text} The plot is frozen at ${clock(to).slice(0, 8)}; ${counted(history.since(), "message")} since.`;
};

const failures = ({ sendFailed, sync, direct }) => sendFailed + sync.failed + direct.failed;

// What held where the cursor is.
const note = () => {
  const found = history.at(cursor);
  const failed = failures(found);
  return [
    `${clock(cursor)}${found.worker === "running" ? "" : `, worker ${found.worker}`}`,
    `high ${number(found.highPriority.last)}, normal ${number(found.normal.last)}, peak ${number(found.depthMax)}`,
    `starvation ${number(found.starvationMax)}${found.dropped ? `, ▼ ${number(found.dropped)} dropped` : ""}${
      failed ? `, ✗ ${number(failed)} failed` : ""}`,
  ];
};

const cells = bucket => [
  clock(bucket.time), ...[bucket.depthMax, bucket.highPriority.last, bucket.normal.last, bucket.enqueued, bucket.sent,
    failures(bucket), bucket.dropped].map(number),
  bucket.latency.count ? duration(bucket.latency.maxMicroseconds) : "", bucket.worker,
];

const line = (tag, texts) => el("tr", {}, ...texts.map(text =>
  el(tag, { text, attributes: { scope: tag === "th" ? "col" : undefined } })));

const fillTable = buckets => fill(table, el("table", {},
  el("caption", { text: `${counted(buckets.length, "bucket")} with a change in these ${history.span() / 1000} s${
    buckets.length > rows ? `, the newest ${rows}` : ""}` }),
  el("thead", {}, line("th", headings)),
  el("tbody", {}, ...buckets.slice(0, rows).map(bucket => line("td", cells(bucket))))));

const toggleTable = () => {
  table.hidden = !table.hidden;
  canvas.hidden = !table.hidden;
  attribute(tableButton, "aria-pressed", !table.hidden);
  showNow();
  (table.hidden ? canvas : table).focus();
};

const stretch = (one, other) => ({ from: Math.min(one, other), to: Math.max(one, other) });

const choose = (one, other) => {
  history.freeze(Math.min(history.range().to, history.now() - 1));
  const apart = history.whyApart();
  if (apart) say(apart);
  else emit("span", stretch(one, other));
};

const follow = () => {
  cursor = undefined;
  anchor = undefined;
  emit("span");
};

const timeOf = ({ offsetX }) => {
  const { left, width } = frame(canvas);
  return history.range().from + history.span() * Math.min(1, Math.max(0, (offsetX - left) / width));
};

const pointer = {
  pointermove: event => {
    cursor = timeOf(event);
    if (dragged !== undefined) selection = stretch(dragged, cursor);
    show();
  },
  pointerdown: event => {
    cursor = timeOf(event);
    dragged = cursor;
    canvas.setPointerCapture(event.pointerId);
  },
  pointerup: () => {
    const from = dragged;
    dragged = undefined;
    if (Math.abs(cursor - from) > history.span() / 200) choose(from, cursor);
    else if (selection) follow();
  },
  pointerleave: () => {
    if (dragged === undefined) cursor = undefined;
    show();
  },
};

// The cursor goes from bucket to bucket, or by a pixel where a bucket is less.
const go = (direction, extend) => {
  const { from, to } = history.range();
  const start = cursor ?? to;
  const size = Math.max(history.step(), history.span() / frame(canvas).width);
  cursor = Math.min(start + direction * size, history.now());
  if (cursor < from || cursor > to) history.pan(direction / 8);
  anchor = extend ? anchor ?? start : undefined;
  if (extend) choose(anchor, cursor);
  show();
  put($("#plot-text"), note().join(", "));
  spoken = performance.now() + 3000;
};

const keys = {
  ArrowLeft: event => go(-1, event.shiftKey),
  ArrowRight: event => go(1, event.shiftKey),
  a: () => history.pan(-0.5),
  d: () => history.pan(0.5),
  "+": () => history.zoom(-1),
  "-": () => history.zoom(1),
  f: () => (history.range().live ? history.freeze(history.now() - 1) : follow()),
  Escape: follow,
};
// For the help; these keys act while the queue has the focus.
const described = {
  "← →": "what was there, bucket by bucket", "Shift ← →": "select a stretch of time", "a d": "earlier, later",
  "+ -": "a shorter or longer span",
};

const press = event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("button, select")) return;
  if (!keys[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  keys[event.key](event);
};

/** Shows a moment, a time since 1970 in milliseconds: in the middle, with the cursor on it. */
export const moment = time => {
  const apart = history.whyApart();
  if (apart) {
    say(apart);
    return;
  }
  emit("show", "queue");
  cursor = time;
  history.freeze(time + history.span() / 2);
  canvas.focus();
};

/** Begins to draw, whenever there is news. */
export const mount = () => {
  canvas.after(table);
  $("#queue").addEventListener("keydown", press);
  for (const [event, listener] of Object.entries(pointer)) canvas.addEventListener(event, listener);
  for (const [names, text] of Object.entries(described)) key(names, `in the queue: ${text}`);
  key("t", "the plot as a table", toggleTable);
  listen("history", show);
  listen("queues", found => {
    queues = found;
  });
  listen("span", found => {
    selection = found;
    if (!found) history.freeze();
    showNow();
  });
  listen("host", () => {
    [queues, cursor, anchor, dragged] = [];
    emit("span");
  });
  on("span", showNow);
  for (const source of [window, matchMedia("(prefers-color-scheme: dark)")]) {
    source.addEventListener(source === window ? "resize" : "change", show);
  }
  new ResizeObserver(show).observe(canvas);
};
