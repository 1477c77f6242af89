// The fields of a message under their structures, and how their values are written.

import { copy } from "./dialog.js";
import { $, el, fill } from "./dom.js";
import { both, ticks } from "./words.js";

const marks = { inferred: "~", decided: "*", disputed: "?" };
let parts = [];
let lit;
let choose;

/** Connects the fields: `hover` and `chosen` get a part, `hover` also nothing. */
export const mount = (hover, chosen) => {
  choose = chosen;
  const box = $("#fields");
  const partAt = event => parts[event.target.closest("[data-field]")?.dataset.place];
  box.addEventListener("pointerover", event => hover(partAt(event)));
  box.addEventListener("pointerleave", () => hover());
  box.addEventListener("click", event => partAt(event) && choose(partAt(event)));
  box.addEventListener("keydown", steer);
};

/** The parts of a message with what the vocabulary says of them, and with the bytes that no part has. */
export const partsOf = (dissection, layouts, octets) => {
  const known = new Map(layouts.flatMap(({ name, fields }) => fields.map(field => [`${name}.${field.name}`, field])));
  const remarks = new Map([...dissection.remarks, ...dissection.faults].map(({ offset, detail }) => [offset, detail]));
  const used = new Set();
  return withGaps(dissection.parts, octets.length).map(part => {
    const { member, type, source, note } = known.get(`${part.structure}.${part.field}`) ?? {};
    const remark = remarks.get(part.offset);
    const field = part.field ?? "(bytes)";
    const key = used.has(field) ? `${field}@${part.offset}` : field;
    used.add(key);
    const bytes = octets.subarray(part.offset, part.offset + part.size);
    const text = member === "operationCode" ? `${both(part.value)} ${dissection.operation}` : textOf(part, type, bytes);
    const sure = remark || !part.structure ? "!" : marks[part.status] ?? "";
    return Object.assign(part, { field, key, member, source, text, sure, note: remark ?? note });
  });
};

/** Shows the fields; `differences` has the other value of each part that differs. */
export const show = (wanted, differing) => {
  parts = wanted;
  fill($("#fields"), [...Map.groupBy(parts, part => part.structure)].map(([structure, members]) =>
    el("details", { attributes: { open: true } }, el("summary", { text: structure ?? "no structure" }),
      members.map(part => row(part, differing.get(part))))));
};

/** The parts that differ from those of another message, with the text of the other. */
export const differences = (ours, theirs) => {
  const others = new Map(theirs.map(part => [`${part.structure} ${part.key}`, part.text]));
  return new Map(ours.map(part => [part, others.get(`${part.structure} ${part.key}`) ?? "nothing"])
    .filter(([part, text]) => text !== part.text));
};

/** Copies the value of the part that is lit. */
export const copyLit = () => lit && copy(lit.text, `the value of ${lit.field}`);

/** Lights up a part. */
export const light = part => {
  lit = part;
  for (const node of document.querySelectorAll("#fields [data-field]")) {
    const is = parts[node.dataset.place] === part;
    node.classList.toggle("lit", is);
    if (is && !node.matches(":hover")) node.scrollIntoView({ block: "nearest" });
  }
};

const row = (part, other) => el("div", { class: other === undefined ? "field" : "field differs",
  attributes: { "data-field": part.key, "data-place": parts.indexOf(part) } },
[`0x${part.offset.toString(16).padStart(2, "0")}`, part.size, part.sure + part.field].map(text => el("span", { text })),
el("span", {}, part.text, other !== undefined && el("span", { class: "other", text: `≠ ${other}` })));

// Without a layout, text that is no number in hex is base64; then, and for zeros, the bytes themselves say more.
const textOf = ({ field, value }, type, bytes) => {
  if (typeof value === "number") return both(value);
  if (type?.startsWith("UTF")) return `"${value}"`;
  if (typeof value === "string" && field !== "(zero)" && !type?.startsWith("u8[") && (type || value.startsWith("0x"))) {
    return value;
  }
  const { processId, threadId = processId, creationTime } = value ?? {};
  if (threadId === undefined) return hex(bytes);
  return `${both(threadId)}, ${creationTime ? `created ${creationTime} (${ticks(creationTime)})` : "no creation time"}`;
};

const hex = bytes => {
  const text = Array.from(bytes.subarray(0, 16), byte => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > 16 ? `${text} …` : text;
};

// The parts in order, and between them the bytes that belong to none.
const withGaps = (found, size) => {
  const all = [];
  let end = 0;
  for (const part of [...found, { offset: size, size: 0 }].sort((one, other) => one.offset - other.offset)) {
    if (part.offset > end) all.push({ offset: end, size: part.offset - end, field: "(gap)" });
    if (part.size) all.push(part);
    end = Math.max(end, part.offset + part.size);
  }
  return all;
};

const steer = event => {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -parts.length, End: parts.length }[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const place = Math.min(parts.length - 1, Math.max(0, parts.indexOf(lit) + step));
  $(`#fields [data-place="${place}"]`).closest("details").open = true;
  choose(parts[place]);
};
