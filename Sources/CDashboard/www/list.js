// The list of messages: its rows, the filter's field, following, and the selected row.

import { askSequence } from "./dialog.js";
import { $, attribute, el, fill, put, say } from "./dom.js";
import { isNarrow } from "./header.js";
import { begin, behind, hold, mount as mountJournal, shown, sift, store, want } from "./journal.js";
import { key } from "./keys.js";
import { button } from "./parts.js";
import { emit, get, listen, on, set } from "./state.js";
import { windowOf } from "./window.js";
import { clock, counted, fate, lost, number, open } from "./words.js";

const columns = ["sequence", "time", "kind", "operation", "process", "fate"];
let rows;
let host;
let follow = true;
let origin = 0;
let marked = 0;
let wanted = false;

/** Selects a message; Back returns to the one before. */
export const choose = sequence => set({ m: sequence, f: undefined }, { push: true });

/** Replaces the filter. */
export const search = text => set({ q: text }, { push: true });

/** Builds the list. Resolves when the first messages are there. */
export const mount = () => {
  const input = $("#filter");
  rows = windowOf($("#rows"), { rem: 1.25, make, draw, scrolled });
  mountJournal(seen);
  input.value = get("q") ?? "";
  let typing;
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => set({ q: input.value.trim() }), 150);
  });
  $("#follow").addEventListener("click", toggle);
  $("#rows").addEventListener("click", press);
  $("#rows").addEventListener("keydown", steer);
  addKeys();
  on("q", async q => {
    if ((q ?? "") !== input.value.trim()) input.value = q ?? "";
    if (await sift()) restart();
  });
  on("m", m => {
    if (m && Number(m) !== shown.newest) following(false);
    reveal();
    show();
  });
  listen("span", span => {
    if (span === shown.span) return;
    shown.span = span;
    restart();
  });
  listen("host", name => {
    const note = `The host was reset or created again at ${clock(Date.now())}: the list begins again.`;
    if (name === host) say(note);
    shown.newest = 0;
    restart(name === host ? note : undefined);
    host = name;
  });
  return new Promise(resolve => {
    listen("listed", () => {
      listed();
      if (shown.begun && (store.lines.length || store.closed || !shown.newest)) resolve();
    });
  });
};

const restart = note => {
  follow = !get("m");
  wanted = !follow;
  origin = 0;
  marked = 0;
  hold(false);
  begin(note);
};

const following = value => {
  if (follow === value) return;
  follow = value;
  marked = store.appended;
  hold(!follow && store.full);
  if (follow) rows.end();
  show();
};

const toggle = () => {
  following(!follow);
  emit("follow", follow);
};

const listed = () => {
  rows.count(store.count);
  if (follow) {
    rows.end();
  } else {
    if (store.origin !== origin) rows.shift(store.origin - origin);
    hold(store.full);
  }
  origin = store.origin;
  if ((store.lines.at(-1)?.sequence ?? 0) <= shown.opened) marked = store.appended;
  if (wanted) reveal();
  show();
};

const scrolled = resized => {
  if (!resized) following(rows.atEnd());
  else if (follow) rows.end();
};

const reveal = () => {
  const place = store.indexOf(Number(get("m")));
  if (place < 0 || follow) return;
  wanted = false;
  rows.reveal(place);
};

const seen = () => {
  const [first, end] = rows.seen();
  return Array.from({ length: Math.max(0, end - first) }, (_, place) => store.at(first + place));
};

const make = () => el("div", { attributes: { role: "row" } },
  columns.map(column => el("span", { class: column, attributes: { role: "gridcell" } })));

const draw = (row, index) => {
  const line = store.at(index);
  const cells = cellsOf(line);
  row.className = `row ${classOf(line)}`;
  attribute(row, "data-sequence", line.sequence);
  attribute(row, "data-notice", line.sequence ? undefined : "");
  attribute(row, "id", line.sequence && `row-${line.sequence}`);
  attribute(row, "aria-rowindex", index + 1);
  attribute(row, "aria-selected", line.sequence !== undefined && String(line.sequence) === get("m"));
  columns.forEach((column, place) => put(row.children[place], cells[place] ?? ""));
  attribute(row.children[1], "title", line.time);
  attribute(row.lastChild, "title", cells[5]);
  if (line.sequence && !line.delivery) want(line);
};

const classOf = line => {
  if (!line.sequence) return "notice";
  if (!line.delivery) return "open";
  if (lost(line)) return "lost";
  return open(line) ? "open" : "";
};

const cellsOf = line => {
  if (line.note) return [line.note];
  if (line.gap) {
    const count = line.gap.last - line.gap.first + 1;
    return [`⋯ ${counted(count, "message")} not shown: the journal had gone on`];
  }
  if (!line.delivery) return [line.sequence, "…"];
  const cleared = line.clearedRule ? ` ○ ${line.clearedRule}` : "";
  return [line.sequence, clock(line.time).slice(3), line.kind, line.operation,
    `${line.processId ?? ""} ${line.image ?? ""}`, fate(line) + cleared];
};

const show = () => {
  const { filter, newest, span } = shown;
  const searched = store.missing && !filter.empty ? ` of ${number(store.lines.length)}` : "";
  const fresh = follow ? 0 : store.appended - marked + behind();
  put($("#count"), number(newest) + (filter.empty && !span ? "" : `, ${number(store.count)}${searched} shown`));
  attribute($("#filter"), "aria-invalid", filter.faults.length > 0);
  put($("#filter-fault"), filter.faults.join(" "));
  $("#filter-fault").hidden = !filter.faults.length;
  $("#rows").style.setProperty("--digits", `${Math.max(2, String(newest).length)}ch`);
  attribute($("#rows"), "aria-rowcount", store.count);
  attribute($("#follow"), "aria-pressed", follow);
  put($("#follow"), fresh ? `${number(fresh)} new, press f` : "Follow");
  $("#rows-empty").hidden = store.count > 0;
  if (!store.count) fill($("#rows-empty"), ...emptiness());
  rows.redraw();
};

const emptiness = () => {
  if (!shown.begun) return ["Waiting for the journal."];
  if (shown.span) return ["No message in the selected span of the plot. ", button("show all", () => emit("span"))];
  if (!shown.filter.empty) return ["No message matches the filter. ", button("clear", () => search(undefined))];
  return ["No message yet. Fire an event, or report one by the API."];
};

// Selects the next line in a direction that is wanted.
const move = (step, place, matches = line => line.sequence) => {
  for (let at = place; at >= 0 && at < store.count; at += step) {
    const line = store.at(at);
    if (matches(line)) {
      following(false);
      rows.reveal(at);
      if (line.sequence) choose(line.sequence);
      return line;
    }
  }
  return undefined;
};

// Where a move begins: beside the selected line, or at what can be seen.
const from = step => {
  const sequence = Number(get("m"));
  const [first, end] = rows.seen();
  if (!sequence) return step > 0 ? first : end - 1;
  const place = store.placeFrom(sequence);
  return step > 0 && store.indexOf(sequence) < 0 ? place : place + step;
};

const next = step => move(step, from(step));

const loss = step => {
  const line = move(step, from(step), at => at.gap || (at.delivery && lost(at)));
  if (!line) say(`No loss ${step > 0 ? "after" : "before"} this message among those in the list.`);
};

const press = event => {
  const row = event.target.closest("[data-sequence]");
  if (!row) return;
  choose(Number(row.dataset.sequence));
  if (isNarrow()) emit("show", "message");
};

const steer = event => {
  const [first, end] = rows.seen();
  const moves = {
    ArrowDown: () => next(1),
    ArrowUp: () => next(-1),
    PageDown: () => move(-1, Math.min(store.count - 1, from(1) + end - first - 2)),
    PageUp: () => move(1, Math.max(0, from(-1) - end + first + 2)),
    Home: () => move(1, 0),
    End: () => following(true),
  };
  if (!moves[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  moves[event.key]();
};

// Leaves the filter, emptied first; else the message.
const leave = () => {
  const input = $("#filter");
  if (document.activeElement !== input) {
    if (document.body.dataset.view === "message") emit("show", "messages");
    else set({ m: undefined, f: undefined, d: undefined }, { push: true });
  } else if (input.value) {
    input.value = "";
    search(undefined);
  } else {
    $("#rows").focus();
  }
};

const addKeys = () => {
  key("/", "filter messages", () => $("#filter").focus());
  key("j", "next message", () => next(1));
  key("k", "previous message", () => next(-1));
  key("]", "next loss", () => loss(1));
  key("[", "previous loss", () => loss(-1));
  key("f", "follow the newest, or freeze", toggle);
  key("g", "go to a sequence", () => askSequence(shown.newest, choose));
  key("Enter", "open the message", () => emit("show", "message"));
  key("Escape", "back, clear", leave);
};
