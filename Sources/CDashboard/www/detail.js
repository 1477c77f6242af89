// The selected message: what became of it, and its fields, bytes and JSON, which light up together.

import { base, call, givenUp, Problem } from "./api.js";
import * as bytes from "./bytes.js";
import { $, attribute, el, fill, put, say } from "./dom.js";
import * as fields from "./fields.js";
import { store } from "./journal.js";
import { key } from "./keys.js";
import { connected } from "./link.js";
import { button } from "./parts.js";
import { get, listen, on, set } from "./state.js";
import { vocabulary } from "./vocabulary.js";
import { counted, duration, fate, lost, number, open, whyDropped } from "./words.js";

let shown;
let marked;
let loading;

/** Builds the view and begins to follow the selection. Resolves when the first message is shown. */
export const mount = () => {
  const chosen = part => set({ f: part?.key });
  fields.mount(light, chosen);
  bytes.mount(light, chosen);
  $("#json").addEventListener("pointerover", ({ target }) => light(partOf(target.closest("[data-field]"))));
  $("#json").addEventListener("pointerleave", () => light());
  $("#json-toggle").addEventListener("click", ({ target }) => {
    $("#json").hidden = !$("#json").hidden;
    attribute(target, "aria-pressed", !$("#json").hidden);
  });
  on("m", load);
  on("f", () => light());
  listen("link", () => {
    if (connected() && get("m") && !shown) load();
  });
  listen("updates", updates => {
    if (updates.some(({ sequence }) => sequence === shown?.message.sequence)) loadOutcome();
  });
  key("x", "compare with this message", mark);
  key("c", "copy the lit field, or in the bytes what is selected", fields.copyLit);
  key("↑ ↓ ← →", "in the fields and in the bytes: the next one");
  return new Promise(resolve => {
    listen("host", () => {
      marked = undefined;
      empty();
      load().then(resolve);
    });
  });
};

const load = async () => {
  loading?.abort();
  const sequence = Number(get("m"));
  if (!sequence) {
    empty("Select a message in the list, with a click or with j and k.");
    return;
  }
  const { signal } = loading = new AbortController();
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
    const data = new Uint8Array(octets);
    shown = { message, dissection, octets: data, parts: fields.partsOf(dissection, layouts, data) };
    show();
  } catch (error) {
    if (givenUp(error)) return;
    if (!(error instanceof Problem)) throw error;
    empty(`${error.title}: ${error.detail}`);
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
    newest > 0 && button("show the oldest", () => set({ m: oldest })));
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
  fill($("#json"), jsonOf(message.message ?? {}));
  light();
};

const showOutcome = () => {
  const { message } = shown;
  const { delivery, status, acknowledged, durationMicroseconds, time } = message;
  Object.assign(store.get(message.sequence) ?? {}, { delivery, status });
  fill($("#outcome"), el("b", { class: lost(message) ? "lost" : "", text: fate(message) }), [
    open(message) && "not final",
    status !== "STATUS_SUCCESS" && status,
    acknowledged && "acknowledged",
    message.failure,
    whyDropped(message),
    message.clearedRule && `○ ${message.clearedRule} cleared`,
    durationMicroseconds !== undefined && duration(durationMicroseconds),
    time.slice(11, 27),
  ].filter(Boolean).map(text => ` · ${text}`));
  attribute($("#outcome"), "title", `Made at ${time}${message.routine ? ` by ${message.routine}` : ""}`);
};

// Each member on its lines, so that it can light up.
const jsonOf = (value, indent = "") => Object.entries(value).map(([name, inner], place, all) => {
  const comma = place < all.length - 1 ? "," : "";
  const head = `${indent}${JSON.stringify(name)}: `;
  const nested = inner !== null && typeof inner === "object" && !Array.isArray(inner);
  return el("div", { attributes: { "data-field": name } }, nested
    ? [`${head}{`, jsonOf(inner, `${indent}  `), `${indent}}${comma}`] : `${head}${JSON.stringify(inner)}${comma}`);
});

const partOf = node => node && shown?.parts.find(({ member }) => member === node.dataset.field);

// Lights up a part that is pointed at, else the selected one.
const light = pointed => {
  if (!shown) return;
  const part = pointed ?? shown.parts.find(({ key: name }) => name === get("f"));
  fields.light(part);
  bytes.light(part);
  for (const node of document.querySelectorAll("#json [data-field]")) {
    node.classList.toggle("lit", part?.member !== undefined && node.dataset.field === part.member);
  }
  put($("#message-status"), part ? statusOf(part)
    : "Point at a field or a byte to see what it is, or go there with the arrow keys.");
};

const statusOf = ({ structure, field, offset, size, note, status, source }) => [
  `${structure}.${field}`,
  `at 0x${offset.toString(16).padStart(2, "0")} (${offset})`,
  counted(size, "byte"),
  note,
  source && `${status ?? "known"}: ${source}`,
].filter(Boolean).join(" · ");

const mark = () => {
  if (!shown) return;
  marked = marked?.message.sequence === shown.message.sequence ? undefined : shown;
  say(marked ? `Select another message to compare it with #${number(shown.message.sequence)}; x again ends it.`
    : "Nothing is compared any more.");
  show();
};
