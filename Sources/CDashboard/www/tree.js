// The tree of processes: children under their parents, armed rules lit, cleared ones struck out for a while.

import { $, attribute, el, fill, put } from "./dom.js";
import { button } from "./parts.js";
import { all, capped } from "./processes.js";
import { get, listen, on, set } from "./state.js";
import { windowOf } from "./window.js";
import { baseName, number } from "./words.js";

const common = "ThreadNotifyRoutineExSet";
const unknown = { state: "others", text: "parent unknown", title: "Their parents have exited." };
const box = $("#tree");
const search = $("#process-search");
const empty = el("p", { class: "empty" });
const folded = new Set();
let rows = [];
let places = new Map();
let total = 0;
let revealed;
let list;

// Children by parent. Who has no living parent is a root; all roots but System and its like are orphans.
const families = () => {
  const [children, parents, roots, orphans] = [new Map(), new Map(), [], []];
  for (const process of all().values()) {
    const parent = all().get(process.parent?.processId);
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

// Those that the search finds, and those that are shown because one below is found.
const sought = parents => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return undefined;
  const [found, above] = [new Set(), new Set()];
  for (const process of all().values()) {
    const text = [process.processId, process.imageFileName, ...process.rules, ...process.flags].join(" ").toLowerCase();
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
    ...rules.filter(notifies).map(rule => ({ rule, state: "armed", text: `● ${rule}` })),
    ...Array.from(cleared.keys(), rule => ({ rule, state: "cleared", text: `○ ${rule}` })),
    ...(others ? [{ state: "others", text: others }] : []),
  ];
};

// Puts the rows in their order, without recursion: a recording may have a chain of any length.
const arrange = () => {
  const { children, parents, roots, orphans } = families();
  const wanted = sought(parents);
  [rows, places] = [[], new Map()];
  const siblings = (processes, level, inside) => {
    const shown = inside ? processes : processes.filter(process => wanted.above.has(process));
    return shown.map((process, index) => ({ process, level, inside, index: index + 1, of: shown.length }));
  };
  const walk = top => {
    const waiting = top.toReversed();
    while (waiting.length) {
      const row = waiting.pop();
      const { process, level } = row;
      const inside = row.inside || wanted.found.has(process);
      const below = siblings(children.get(process) ?? [], level + 1, inside);
      if (below.length) row.expanded = wanted !== undefined || !folded.has(process.processId);
      places.set(process.processId, rows.length);
      rows.push(row, ...notes(process).map(note => ({ note, level, of: undefined, owner: process.processId })));
      if (row.expanded) waiting.push(...below.toReversed());
    }
  };
  walk(siblings(roots, 1, !wanted));
  const lost = siblings(orphans, 1, !wanted);
  if (lost.length) rows.push({ note: unknown, level: 0 });
  walk(lost);
};

const show = () => {
  arrange();
  const size = number(all().size);
  put($("#process-count"), capped() ? `the first ${size} of ${number(total)} by pid` : size);
  list.count(rows.length);
  const words = search.value.trim();
  if (!rows.length) {
    const nothing = `No process ${capped() ? "in this list " : ""}matches. `;
    fill(empty, words ? nothing : "No processes yet.", words && button("clear", clear));
  }
  empty.hidden = rows.length > 0;
  box.hidden = rows.length === 0;
  mark();
};

const clear = () => {
  search.value = "";
  show();
  search.focus();
};

const draw = (row, index) => {
  const { process, note, owner, level, expanded, index: place, of } = rows[index];
  const [fold, name, more] = row.children;
  const state = process?.gone ? ", exited" : process?.fresh ? ", new" : "";
  const image = process && baseName(process.imageFileName);
  const rules = process && [...process.rules.map(rule => `, ${rule} armed`),
    ...Array.from(process.cleared.keys(), rule => `, ${rule} cleared`)].join("");
  row.style.paddingLeft = `${0.4 + Math.min(level, 12) * 0.8}rem`;
  row.className = `leaf ${process ? state.slice(2) : note.state}`;
  for (const [attributeName, value] of Object.entries({
    id: process && `p${process.processId}`, role: process ? "treeitem" : "presentation", "data-index": index,
    "data-pid": process?.processId, "data-of": owner, "data-rule": note?.rule, "data-state": note?.rule && note.state,
    "aria-level": process && level, "aria-setsize": of, "aria-posinset": place, "aria-expanded": expanded,
    "aria-selected": process && String(process.processId) === get("p"),
    "aria-label": process && `${image}, ${process.processId}${state}${rules}`,
    title: process?.imageFileName ?? note.title ?? note.text,
  })) attribute(row, attributeName, value);
  put(fold, expanded === undefined ? "" : expanded ? "▾" : "▸");
  put(name, image ?? note.text);
  put(more, process ? `${process.processId}${state}` : "");
};

const current = () => places.get(Number(get("p"))) ?? -1;

// Shows which process is selected, and scrolls to it when that is another one than before.
const mark = () => {
  const index = current();
  if (index >= 0 && revealed !== get("p")) list.reveal(index);
  if (index >= 0) revealed = get("p");
  list.redraw();
};

const choose = index => rows[index] && set({ p: rows[index].process.processId });

const move = (from, direction) => {
  let index = from + direction;
  while (rows[index] && !rows[index].process) index += direction;
  choose(index);
};

const fold = (index, shut) => {
  folded[shut ? "add" : "delete"](rows[index].process.processId);
  show();
};

const commands = {
  ArrowDown: index => move(index, 1),
  ArrowUp: index => move(index < 0 ? rows.length : index, -1),
  Home: () => move(-1, 1),
  End: () => move(rows.length, -1),
  ArrowLeft: index => {
    const { level, expanded } = rows[index] ?? {};
    if (expanded) fold(index, true);
    else choose(rows.findLastIndex((row, above) => above < index && row.process && row.level < level));
  },
  ArrowRight: index => {
    if (rows[index]?.expanded) move(index, 1);
    else if (rows[index]?.expanded === false) fold(index, false);
  },
  Enter: choose,
  Escape: () => set({ p: undefined }),
};

const press = event => {
  if (event.ctrlKey || event.altKey || event.metaKey || !commands[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  commands[event.key](current());
};

const click = ({ target }) => {
  const row = rows[target.closest(".leaf")?.dataset.index];
  const pid = row?.process?.processId ?? row?.owner;
  if (pid === undefined) return;
  if (target.classList.contains("fold") && row.expanded !== undefined) fold(places.get(pid), row.expanded);
  else set({ p: pid }, { push: true });
};

/** Begins to show the tree. */
export const mount = () => {
  list = windowOf(box, { rem: 1.25, draw,
    make: () => el("div", {}, el("span", { class: "fold" }), el("span", { class: "name" }), el("small")),
    scrolled: resized => {
      if (resized) revealed = undefined;
      mark();
    } });
  box.after(empty);
  box.addEventListener("keydown", press);
  box.addEventListener("click", click);
  search.addEventListener("input", show);
  listen("processes", show);
  listen("host", () => {
    folded.clear();
    [rows, places] = [[], new Map()];
    list.count(0);
    put($("#process-count"), "");
  });
  listen("counters", ({ processTable }) => {
    total = processTable.processes;
  });
  on("p", mark);
};
