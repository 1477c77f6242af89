// The selected message: what became of it, and its fields, bytes and JSON, which light up together.

import { base, call } from "./api.js";
import * as bytes from "./bytes.js";
import { $, attribute, el, fill, put, say } from "./dom.js";
import * as fields from "./fields.js";
import { isNarrow } from "./header.js";
import { found } from "./journal.js";
import { key } from "./keys.js";
import { connected } from "./link.js";
import { get, listen, on, set } from "./state.js";
import { vocabulary } from "./vocabulary.js";
import { counted, duration, fate, lost, number, open } from "./words.js";

const hint = "Point at a field or a byte to see what it is, or go there with the arrow keys.";
let shown;
let marked;
let loading;

/** Builds the view and begins to follow the selection. */
export const mount = () => {
  fields.mount({ hover, choose: chooseField });
  bytes.mount({ hover, choose: chooseField });
  $("#json").addEventListener("pointerover", event => hover(partOf(event.target.closest("[data-field]")?.dataset.field)));
  $("#json").addEventListener("pointerleave", () => hover(undefined));
  on("m", load);
  on("f", light);
  listen("host", () => {
    marked = undefined;
    load();
  });
  listen("link", () => {
    if (connected() && get("m") && !shown) load();
  });
  listen("updates", updates => {
    if (shown && updates.some(update => update.sequence === shown.message.sequence)) loadOutcome();
  });
  $("#json-toggle").addEventListener("click", toggleJSON);
  if (!isNarrow() && innerHeight < 1000) toggleJSON();
  key("c", "copy the lit field, or in the bytes what is selected", fields.copyLit);
  key("↑ ↓ ← →", "in the fields and in the bytes: the next one");
  key("x", "compare with this message", mark);
};

const toggleJSON = () => {
  const hidden = !$("#json").hidden;
  $("#json").hidden = hidden;
  attribute($("#json-toggle"), "aria-pressed", !hidden);
};

const load = async () => {
  loading?.abort();
  const sequence = Number(get("m"));
  if (!(sequence > 0)) {
    empty("Select a message in the list, with a click or with j and k.");
    return;
  }
  loading = new AbortController();
  const { signal } = loading;
  try {
    const { items: [message], oldest, newest } = await find(sequence, signal);
    if (message?.sequence !== sequence) {
      explain(sequence, oldest, newest);
      return;
    }
    const path = `${base()}/messages/${sequence}`;
    const [dissection, octets, { layouts }] = await Promise.all([
      call(`${path}/dissection`, { signal }),
      call(path, { accept: "application/octet-stream", signal }),
      vocabulary(),
    ]);
    shown = { message, dissection, octets: new Uint8Array(octets), parts: fields.partsOf(dissection, layouts, octets) };
    show();
  } catch (problem) {
    if (signal.aborted) return;
    if (problem.title === undefined) throw problem;
    empty(`${problem.title}: ${problem.detail}`);
  }
};

// A page of one message also says which ones the journal has.
const find = (sequence, signal) => call(`${base()}/messages?after=${sequence - 1}&limit=1`, { signal });

const loadOutcome = async () => {
  const { sequence } = shown.message;
  const { items: [message] } = await find(sequence).catch(() => ({ items: [] }));
  if (message?.sequence !== sequence || shown?.message.sequence !== sequence) return;
  shown.message = message;
  showOutcome();
};

const explain = (sequence, oldest, newest) => {
  const kept = newest ? `It has #${number(oldest)}, the oldest, to #${number(newest)}. ` : "It is empty. ";
  empty(`Message #${number(sequence)} is not in the journal. ${kept}`,
    newest > 0 && el("button", { text: "show the oldest", attributes: { type: "button" }, on: { click: () => set({ m: oldest }) } }));
};

const empty = (...content) => {
  shown = undefined;
  put($("#message-summary"), "");
  fill($("#message-empty"), ...content);
  $("#message-empty").hidden = false;
  $("#message-parts").hidden = true;
};

const show = () => {
  const { message, dissection, octets, parts } = shown;
  const compared = marked && marked.message.sequence !== message.sequence;
  put($("#message-summary"), `#${number(message.sequence)} ${message.operation}, ${message.kind}, `
    + `${counted(octets.length, "byte")}${compared ? `, compared with #${number(marked.message.sequence)}` : ""}`);
  $("#message-empty").hidden = true;
  $("#message-parts").hidden = false;
  showOutcome();
  fields.show(parts, compared ? fields.differences(parts, marked.parts) : new Map(), dissection.operation);
  bytes.show(octets, parts);
  fill($("#json"), ...jsonOf(message.message ?? {}));
  light();
};

const showOutcome = () => {
  const { message } = shown;
  const line = found(message.sequence);
  if (line) Object.assign(line, { delivery: message.delivery, status: message.status });
  const parts = [];
  if (message.status && message.status !== "STATUS_SUCCESS") parts.push(message.status);
  if (message.acknowledged !== undefined) parts.push(message.acknowledged ? "acknowledged" : "not acknowledged");
  if (message.droppedFor) parts.push(`pushed out of the full queue by #${number(message.droppedFor)}`);
  if (message.clearedRule) parts.push(`○ ${message.clearedRule} cleared`);
  if (message.durationMicroseconds !== undefined) parts.push(duration(message.durationMicroseconds));
  parts.push(message.time.slice(11, 27));
  fill($("#outcome"), el("b", { class: lost(message) ? "lost" : "", text: fate(message) }), open(message) && ", not final",
    ` · ${parts.join(" · ")}`);
  attribute($("#outcome"), "title", `Made at ${message.time}${message.routine ? ` by ${message.routine}` : ""}`);
};

// Each member on its lines, so that it can light up.
const jsonOf = (value, indent = "") => Object.entries(value).map(([name, inner], place, all) => {
  const comma = place < all.length - 1 ? "," : "";
  const nested = inner !== null && typeof inner === "object" && !Array.isArray(inner);
  const head = `${indent}${JSON.stringify(name)}: `;
  return el("div", { attributes: { "data-field": name } }, ...nested
    ? [`${head}{`, ...jsonOf(inner, `${indent}  `), `${indent}}${comma}`] : [`${head}${JSON.stringify(inner)}${comma}`]);
});

const partOf = member => (member ? shown?.parts.find(part => part.member === member) : undefined);

const chooseField = part => set({ f: part?.key });

// Lights up a part that is pointed at, else the selected one.
const hover = part => light(part);

const light = pointed => {
  if (!shown) return;
  const part = typeof pointed === "object" ? pointed : shown.parts.find(({ key: name }) => name === get("f"));
  fields.light(part);
  bytes.light(part);
  for (const node of document.querySelectorAll("#json [data-field]")) {
    node.classList.toggle("lit", part?.member !== undefined && node.dataset.field === part.member);
  }
  put($("#message-status"), part ? statusOf(part) : hint);
};

const statusOf = ({ structure, field, offset, size, note, status, source }) => {
  const at = `0x${offset.toString(16).padStart(2, "0")} (${offset})`;
  const sure = status && status !== "known" ? `${status}: ${source ?? ""}` : source && `known: ${source}`;
  return [`${structure}.${field}`, `at ${at}`, counted(size, "byte"), note, sure].filter(Boolean).join(" · ");
};

const mark = () => {
  if (!shown) return;
  marked = marked?.message.sequence === shown.message.sequence ? undefined : shown;
  say(marked ? `Select another message to compare it with #${number(shown.message.sequence)}; x again ends it.`
    : "Nothing is compared any more.");
  show();
};
