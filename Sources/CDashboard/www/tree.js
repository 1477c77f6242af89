// The tree of processes: children under their parents, armed rules lit, cleared ones struck out for a while.

import { $, attribute, el, fill, put } from "./dom.js";
import { button } from "./parts.js";
import { all, capped } from "./processes.js";
import { get, listen, on, set } from "./state.js";
import { baseName, number } from "./words.js";
import { windowOf } from "./window.js";

const rem = 1.25;
const common = "ThreadNotifyRoutineExSet";
const folded = new Set();
const unknown = { state: "others", text: "parent unknown", title: "Their parents have exited." };
const box = $("#tree");
const search = $("#process-search");
let rows = [];
let total = 0;
let revealed;
let places = new Map();
let list;

// Children by parent; who has no living parent is a root, and all but System are orphans.
const families = processes => {
  const children = new Map();
  const parents = new Map();
  const roots = [];
  const orphans = [];
  for (const process of processes.values()) {
    const parent = processes.get(process.parent?.processId);
    if (parent && parent !== process && parent.creationTime === process.parent.creationTime) {
      parents.set(process, parent);
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(process);
    } else {
      (process.parent?.processId ? orphans : roots).push(process);
    }
  }
  return { children, parents, roots, orphans };
};

const searched = process => [process.processId, process.imageFileName, ...process.rules, ...process.flags]
  .join(" ").toLowerCase();

// Those that the search finds, and those that are shown because one below is found.
const sought = ({ parents }) => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return undefined;
  const found = new Set();
  const above = new Set();
  for (const process of all().values()) {
    const text = searched(process);
    if (!words.every(word => text.includes(word))) continue;
    found.add(process);
    for (let up = process; up && !above.has(up); up = parents.get(up)) above.add(up);
  }
  return { found, above };
};

const notifies = rule => rule.startsWith("Notify");

// What is worth a line below a process: each rule that notifies, and the other rules and flags together.
const notes = ({ rules, flags, cleared }) => {
  const others = [...rules.filter(rule => !notifies(rule)), ...flags.filter(flag => flag !== common)].join(", ");
  return [
    ...rules.filter(notifies).map(rule => ({ rule, state: "armed", text: `● ${rule}`, title: rule })),
    ...Array.from(cleared.keys(), rule =>
      ({ rule, state: "cleared", text: `○ ${rule}`, title: `${rule} was cleared` })),
    ...(others ? [{ state: "others", text: others, title: others }] : []),
  ];
};

// Puts the rows in their order, without recursion: a recording may have a chain of any length.
const arrange = () => {
  const family = families(all());
  const wanted = sought(family);
  rows = [];
  places = new Map();
  const level = (siblings, depth, inside) => {
    const shown = inside ? siblings : siblings.filter(process => wanted.above.has(process));
    return shown.map((process, index) => ({ process, level: depth, inside, index: index + 1, of: shown.length }));
  };
  const walk = first => {
    const waiting = first.toReversed();
    while (waiting.length) {
      const row = waiting.pop();
      const { process } = row;
      const inside = row.inside || wanted.found.has(process);
      const below = level(family.children.get(process) ?? [], row.level + 1, inside);
      const expanded = below.length ? wanted !== undefined || !folded.has(process.processId) : undefined;
      places.set(process.processId, rows.length);
      rows.push({ ...row, expanded });
      for (const note of notes(process)) rows.push({ note, owner: process, level: row.level });
      if (expanded) waiting.push(...below.toReversed());
    }
  };
  walk(level(family.roots, 1, wanted === undefined));
  const orphans = level(family.orphans, 1, wanted === undefined);
  if (orphans.length) rows.push({ note: unknown, level: 0 });
  walk(orphans);
};

const show = () => {
  arrange();
  const size = number(all().size);
  put($("#process-count"), capped() ? `the first ${size} of ${number(total)} by pid` : size);
  list.count(rows.length);
  if (!rows.length) fill($("#tree-empty"), ...empty());
  attribute($("#tree-empty"), "hidden", rows.length > 0);
  attribute(box, "hidden", rows.length === 0);
  mark();
};

const empty = () => (search.value.trim() ? ["No process matches. ", button("clear", clear)] : ["No processes yet."]);

const clear = () => {
  search.value = "";
  show();
  search.focus();
};

const make = () => el("div", {}, el("span", { class: "fold" }), el("span", { class: "name" }), el("small"));

const draw = (row, index) => {
  const { process, note, owner, level, expanded, index: place, of } = rows[index];
  const [fold, name, more] = row.children;
  const state = process?.gone ? ", exited" : process?.fresh ? ", new" : "";
  const selected = process && String(process.processId) === get("p");
  const image = process && baseName(process.imageFileName);
  row.style.paddingLeft = `${0.4 + Math.min(level, 12) * 0.8}rem`;
  row.className = `leaf ${process ? state.slice(2) : note.state}`;
  const attributes = {
    id: process && `p${process.processId}`, role: process ? "treeitem" : "presentation", "data-index": index,
    "data-pid": process?.processId, "data-of": owner?.processId,
    "data-rule": note?.rule, "data-state": note?.rule && note.state,
    "aria-level": process && level, "aria-setsize": of, "aria-posinset": place, "aria-expanded": expanded,
    "aria-selected": selected, "aria-label": process && `${image}, ${process.processId}${state}${spoken(process)}`,
    title: process?.imageFileName ?? note.title,
  };
  for (const [attributeName, value] of Object.entries(attributes)) attribute(row, attributeName, value);
  put(fold, expanded === undefined ? "" : expanded ? "▾" : "▸");
  put(name, image ?? note.text);
  put(more, process ? `${process.processId}${state}` : "");
};

const spoken = ({ rules, cleared }) => [...rules.map(rule => `, ${rule} armed`),
  ...Array.from(cleared.keys(), rule => `, ${rule} cleared`)].join("");

const current = () => places.get(Number(get("p"))) ?? -1;

// Shows which process is selected, and scrolls to it when that is another one than before.
const mark = () => {
  const index = current();
  if (index >= 0 && revealed !== get("p")) list.reveal(index);
  if (index >= 0) revealed = get("p");
  const [first, end] = list.seen();
  attribute(box, "aria-activedescendant", index >= first && index < end ? `p${get("p")}` : undefined);
  list.redraw();
};

const scrolled = resized => {
  if (resized) revealed = undefined;
  mark();
};

const select = index => rows[index] && set({ p: rows[index].process.processId });

const move = (from, direction) => {
  for (let index = from + direction; rows[index]; index += direction) {
    if (rows[index].process) {
      select(index);
      return;
    }
  }
};

const fold = (index, shut) => {
  const pid = rows[index].process.processId;
  if (shut) folded.add(pid);
  else folded.delete(pid);
  show();
};

const parentOf = index => {
  let above = index;
  while (above >= 0 && !(rows[above].process && rows[above].level < rows[index].level)) above -= 1;
  return above;
};

const commands = {
  ArrowDown: index => move(index, 1),
  ArrowUp: index => move(index < 0 ? rows.length : index, -1),
  Home: () => move(-1, 1),
  End: () => move(rows.length, -1),
  ArrowLeft: index => (rows[index]?.expanded ? fold(index, true) : rows[index] && select(parentOf(index))),
  ArrowRight: index => (rows[index]?.expanded ? move(index, 1) : rows[index]?.expanded === false && fold(index, false)),
  Enter: select,
  Escape: () => set({ p: undefined }),
};

const press = event => {
  if (event.ctrlKey || event.altKey || event.metaKey || !commands[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  commands[event.key](current());
};

const click = event => {
  const row = event.target.closest(".leaf");
  if (!row) return;
  let index = Number(row.dataset.index);
  while (index > 0 && !rows[index].process) index -= 1;
  const { process, expanded } = rows[index];
  if (event.target.classList.contains("fold") && expanded !== undefined) fold(index, expanded);
  else if (process) set({ p: process.processId }, { push: true });
};

/** Begins to show the tree. */
export const mount = () => {
  list = windowOf(box, { rem, make, draw, scrolled });
  box.after(el("p", { class: "empty", attributes: { id: "tree-empty", hidden: true } }));
  box.addEventListener("keydown", press);
  box.addEventListener("click", click);
  search.addEventListener("input", show);
  listen("processes", show);
  listen("counters", ({ processTable }) => {
    total = processTable.processes;
  });
  on("p", mark);
};
