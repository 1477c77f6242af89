// The bytes of a message: offset, 16 or 8 a line, ASCII. Only the lines that can be seen are in the DOM.

import { copy } from "./dialog.js";
import { $, attribute, el, put } from "./dom.js";
import { windowOf } from "./window.js";
import { counted } from "./words.js";

const wide = 34;
let rows;
let octets = new Uint8Array();
let owners = [];
let parts = [];
let width = 16;
let lit;
let cursor = 0;
let anchor = 0;
let choose;

/** Connects the pane: `hover` and `chosen` get a part, `hover` also nothing. */
export const mount = (hover, chosen) => {
  choose = chosen;
  const box = $("#bytes");
  rows = windowOf(box, { rem: 1.1875, make, draw, scrolled: resized => resized && fit() });
  box.addEventListener("pointerover", event => {
    const at = offsetOf(event);
    if (event.buttons && at !== undefined) select(at, true);
    else hover(parts[owners[at]]);
  });
  box.addEventListener("pointerleave", () => hover());
  box.addEventListener("pointerdown", event => {
    const at = offsetOf(event);
    if (at !== undefined) select(at, event.shiftKey);
  });
  box.addEventListener("keydown", steer);
};

/** Shows the bytes of a message and to which part each belongs. */
export const show = (bytes, wanted) => {
  octets = bytes;
  parts = wanted;
  owners = new Int32Array(bytes.length).fill(-1);
  parts.forEach((part, place) => owners.fill(place, part.offset, part.offset + part.size));
  [cursor, anchor] = [0, 0];
  fit();
};

/** Lights up the bytes of a part, and shows its first. */
export const light = part => {
  lit = part;
  if (part && !$("#bytes").matches(":hover")) rows.reveal(Math.floor(part.offset / width));
  rows.redraw();
};

const fit = () => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  width = $("#bytes").clientWidth < wide * rem ? 8 : 16;
  rows.count(Math.ceil(octets.length / width));
};

const offsetOf = event => {
  const at = event.target.closest("[data-offset]")?.dataset.offset;
  return at && Number(at);
};

const make = () => el("div", { class: "line" }, el("span", { class: "at" }),
  Array.from({ length: 32 }, (_, place) => el("span", { class: place < 16 ? "byte" : "character" })));

const draw = (line, index) => {
  put(line.firstChild, (index * width).toString(16).padStart(4, "0"));
  for (let place = 0; place < 16; place += 1) {
    const at = index * width + place;
    const byte = place < width ? octets[at] : undefined;
    cell(line.children[1 + place], at, byte, byte?.toString(16).padStart(2, "0") ?? (place < width ? "  " : ""));
    cell(line.children[17 + place], at, byte, byte === undefined ? "" : printed(byte));
  }
};

const printed = byte => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".");

const cell = (node, at, byte, text) => {
  const [from, to] = range();
  put(node, text);
  attribute(node, "data-offset", byte === undefined ? undefined : at);
  node.classList.toggle("lit", byte !== undefined && at >= lit?.offset && at < lit.offset + lit.size);
  node.classList.toggle("picked", byte !== undefined && at >= from && at <= to && $("#bytes").matches(":focus"));
};

const range = () => [Math.min(anchor, cursor), Math.max(anchor, cursor)];

// Moves the cursor; what it touches is selected as a field too.
const select = (at, extend) => {
  cursor = Math.min(octets.length - 1, Math.max(0, at));
  if (!extend) anchor = cursor;
  choose(parts[owners[cursor]]);
  rows.reveal(Math.floor(cursor / width));
  rows.redraw();
  const [from, to] = range();
  attribute($("#bytes"), "aria-label", `Bytes, ${counted(to - from + 1, "byte")} selected from offset ${from}`);
};

const copyRange = () => {
  const [from, to] = anchor === cursor && lit ? [lit.offset, lit.offset + lit.size - 1] : range();
  const text = Array.from(octets.subarray(from, to + 1), byte => byte.toString(16).padStart(2, "0")).join(" ");
  copy(text, counted(to - from + 1, "byte"));
};

const steer = event => {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width, Home: -cursor, End: octets.length };
  const step = steps[event.key];
  if (event.ctrlKey || event.altKey || event.metaKey || (step === undefined && event.key !== "c")) return;
  event.preventDefault();
  if (step === undefined) copyRange();
  else select(cursor + step, event.shiftKey);
};
