// The fields of a message under their structures, and how their values are written.

import { $, el, fill } from "./dom.js";
import { copy } from "./dialog.js";
import { both, ticks } from "./words.js";

const marks = { inferred: "~", decided: "*", disputed: "?" };
let parts = [];
let selected;
let handlers;

/** Connects the list of fields; `hover` and `choose` get a part, or undefined. */
export const mount = wanted => {
  handlers = wanted;
  const box = $("#fields");
  const partAt = event => parts[event.target.closest("[data-field]")?.dataset.place];
  box.addEventListener("pointerover", event => handlers.hover(partAt(event)));
  box.addEventListener("pointerleave", () => handlers.hover(undefined));
  box.addEventListener("click", event => {
    const part = partAt(event);
    if (part) handlers.choose(part);
  });
  box.addEventListener("keydown", steer);
};

/** The parts of a message with the names, notes and sources of the vocabulary, and with the bytes that no part has. */
export const partsOf = (dissection, layouts, octets) => {
  const known = new Map(layouts.flatMap(({ name, fields }) => fields.map(field => [`${name}.${field.name}`, field])));
  const remarks = new Map([...dissection.remarks, ...dissection.faults].map(({ offset, detail }) => [offset, detail]));
  const all = dissection.parts.map(part => {
    const layout = known.get(`${part.structure}.${part.field}`) ?? {};
    const remark = remarks.get(part.offset);
    return { ...part, field: part.field ?? "(bytes)", member: layout.member ?? undefined, type: layout.type,
      source: layout.source, note: remark ?? layout.note, mark: remark ? "!" : marks[part.status] ?? "" };
  });
  const covered = [...all, ...gaps(all, octets.byteLength)].sort((one, other) => one.offset - other.offset);
  const bytes = new Uint8Array(octets);
  const counts = new Map();
  for (const part of covered) {
    const count = (counts.get(part.field) ?? 0) + 1;
    counts.set(part.field, count);
    part.key = count === 1 ? part.field : `${part.field}@${part.offset}`;
    part.text = textOf(part, bytes.subarray(part.offset, part.offset + part.size), dissection.operation);
  }
  return covered;
};

/** Shows the fields; `differences` has the other value of each part that differs. */
export const show = (wanted, differences) => {
  parts = wanted;
  const groups = Map.groupBy(parts, part => part.structure);
  fill($("#fields"), ...[...groups].map(([structure, members]) => el("details", { attributes: { open: true } },
    el("summary", { text: structure, attributes: { tabindex: -1 } }),
    ...members.map(part => row(part, differences.get(part))))));
};

/** The parts that differ from those of another message, with the text of the other. */
export const differences = (ours, theirs) => {
  const others = new Map(theirs.map(part => [`${part.structure} ${part.key}`, part.text]));
  const found = ours.map(part => [part, others.get(`${part.structure} ${part.key}`) ?? "nothing"]);
  return new Map(found.filter(([part, text]) => text !== part.text));
};

/** Copies the value of the part that is lit. */
export const copyLit = () => {
  if (selected) copy(selected.text, `the value of ${selected.field}`);
};

/** Lights up a part. */
export const light = part => {
  selected = part;
  for (const node of document.querySelectorAll("#fields [data-field]")) {
    const lit = parts[node.dataset.place] === part;
    node.classList.toggle("lit", lit);
    if (lit && !node.matches(":hover")) node.scrollIntoView({ block: "nearest" });
  }
};

const row = (part, other) => el("div", { class: other === undefined ? "field" : "field differs",
  attributes: { "data-field": part.key, "data-place": parts.indexOf(part) } },
el("span", { text: `0x${part.offset.toString(16).padStart(2, "0")}` }), el("span", { text: part.size }),
el("span", { text: part.mark + part.field }), el("span", {}, part.text,
  other !== undefined && el("span", { class: "other", text: `≠ ${other}` })));

const textOf = ({ field, type, value, member }, bytes, operation) => {
  if (field === "(zero)" || field === "(bytes)" || field === "(gap)" || type?.startsWith("u8[")) return hex(bytes);
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "number") return `${both(value)}${member === "operationCode" ? ` ${operation}` : ""}`;
  if (typeof value !== "object") return textOfString(value, type, bytes);
  const { processId, threadId, creationTime } = value;
  if ((processId ?? threadId) === undefined) return JSON.stringify(value);
  return `${both(processId ?? threadId)}, ${creationTime ? `created ${creationTime} (${ticks(creationTime)})` : "no creation time"}`;
};

// Without a layout, what is no number in hex is base64.
const textOfString = (value, type, bytes) => {
  if (type?.startsWith("UTF")) return `"${value}"`;
  return type || value.startsWith("0x") ? value : hex(bytes);
};

const hex = bytes => {
  const text = Array.from(bytes.subarray(0, 16), byte => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > 16 ? `${text} …` : text;
};

// The bytes that belong to no part.
const gaps = (all, size) => {
  const found = [];
  let end = 0;
  for (const { offset, size: length } of [...all, { offset: size, size: 0 }].sort((a, b) => a.offset - b.offset)) {
    if (offset > end) {
      found.push({ offset: end, size: offset - end, structure: "no structure", field: "(gap)", value: "", mark: "!" });
    }
    end = Math.max(end, offset + length);
  }
  return found;
};

const steer = event => {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -parts.length, End: parts.length }[event.key];
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (step && parts.length) {
    const at = parts.indexOf(selected);
    const part = parts[Math.min(parts.length - 1, Math.max(0, at + step))];
    handlers.choose(part);
    $(`#fields [data-place="${parts.indexOf(part)}"]`).closest("details").open = true;
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
};
