// The bytes of a message: offset, 16 or 8 a line, ASCII. Only the lines that can be seen are in the DOM.

import { $, attribute, el, put } from "./dom.js";
import { copy } from "./dialog.js";
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
let handlers;
let dragging = false;

/** Connects the pane; `hover` and `choose` get a part, or undefined. */
export const mount = wanted => {
  handlers = wanted;
  const box = $("#bytes");
  rows = windowOf(box, { rem: 1.1875, make, draw, scrolled: resized => resized && redraw() });
  box.addEventListener("pointerover", event => {
    const at = offsetOf(event);
    if (dragging && at !== undefined) select(at, true);
    else handlers.hover(parts[owners[at]]);
  });
  box.addEventListener("pointerleave", () => handlers.hover(undefined));
  box.addEventListener("pointerdown", event => {
    const at = offsetOf(event);
    if (at === undefined) return;
    dragging = true;
    select(at, event.shiftKey);
  });
  addEventListener("pointerup", () => {
    dragging = false;
  });
  box.addEventListener("keydown", steer);
};

/** Shows the bytes of a message and to which part each belongs. */
export const show = (bytes, wanted) => {
  octets = bytes;
  parts = wanted;
  owners = new Int32Array(bytes.length).fill(-1);
  parts.forEach((part, place) => owners.fill(place, part.offset, part.offset + part.size));
  cursor = 0;
  anchor = 0;
  redraw();
};

/** Fits the lines to the width and draws them. */
export const redraw = () => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  width = $("#bytes").clientWidth < wide * rem ? 8 : 16;
  attribute($("#bytes"), "data-width", width);
  rows.count(Math.ceil(octets.length / width));
};

/** Lights up the bytes of a part, and shows its first. */
export const light = part => {
  lit = part;
  if (part && !$("#bytes").matches(":hover")) rows.reveal(Math.floor(part.offset / width));
  rows.redraw();
};

const offsetOf = event => {
  const at = event.target.closest("[data-offset]")?.dataset.offset;
  return at === undefined ? undefined : Number(at);
};

const make = () => el("div", { class: "line" }, el("span", { class: "at" }),
  ...Array.from({ length: 16 }, () => el("span", { class: "byte" })),
  ...Array.from({ length: 16 }, () => el("span", { class: "character" })));

const draw = (line, index) => {
  const first = index * width;
  put(line.firstChild, first.toString(16).padStart(4, "0"));
  for (let place = 0; place < 16; place += 1) {
    const at = first + place;
    const there = place < width && at < octets.length;
    const byte = octets[at];
    cell(line.children[1 + place], there, at, there ? byte.toString(16).padStart(2, "0") : " ".repeat(place < width ? 2 : 0));
    cell(line.children[17 + place], there, at, there ? (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".") : "");
  }
};

const cell = (node, there, at, text) => {
  put(node, text);
  attribute(node, "data-offset", there ? at : undefined);
  node.classList.toggle("lit", there && lit !== undefined && at >= lit.offset && at < lit.offset + lit.size);
  const [from, to] = range();
  node.classList.toggle("picked", there && at >= from && at <= to && document.activeElement === $("#bytes"));
};

const range = () => [Math.min(anchor, cursor), Math.max(anchor, cursor)];

// Moves the cursor; what it touches is selected as a field too.
const select = (at, extend) => {
  cursor = Math.min(octets.length - 1, Math.max(0, at));
  if (!extend) anchor = cursor;
  handlers.choose(parts[owners[cursor]]);
  rows.reveal(Math.floor(cursor / width));
  rows.redraw();
  const [from, to] = range();
  attribute($("#bytes"), "aria-label", `Bytes, ${counted(to - from + 1, "byte")} selected from offset ${from}`);
};

const steer = event => {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width, Home: -cursor, End: octets.length };
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const step = steps[event.key];
  if (event.key === "c") {
    const [from, to] = anchor === cursor && lit ? [lit.offset, lit.offset + lit.size - 1] : range();
    const text = Array.from(octets.subarray(from, to + 1), byte => byte.toString(16).padStart(2, "0")).join(" ");
    copy(text, counted(to - from + 1, "byte"));
  } else if (step !== undefined) {
    select(cursor + step, event.shiftKey);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
};
