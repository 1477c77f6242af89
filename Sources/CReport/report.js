// What a report does beyond being read: filter, sort, fold, and read the timeline. Everything is in the page without it.
"use strict";

const all = (selector, part = document) => [...part.querySelectorAll(selector)];

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

// Fold: one button for all details.
const fold = () => {
  const details = all("details");
  if (details.length < 2) return;
  const button = make("button", { type: "button" });
  const isOpen = () => details.some(part => part.open);
  const name = () => { button.textContent = isOpen() ? "Fold all" : "Unfold all"; };
  button.addEventListener("click", () => {
    const open = !isOpen();
    for (const part of details) part.open = open;
    name();
  });
  for (const part of details) part.addEventListener("toggle", name);
  name();
  document.querySelector("header").append(make("p", { class: "tools" }, button));
};

// Filter: words that a row must have; one with a hyphen before it must not be there.
const filter = table => {
  const rows = all("tbody tr", table);
  const input = make("input", { type: "search", placeholder: "filter", "aria-label": `Filter: ${table.caption.textContent}` });
  const count = make("span", { class: "dim", role: "status" });
  const texts = rows.map(row => row.textContent.toLowerCase());
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(word => word && word !== "-");
    let shown = 0;
    rows.forEach((row, place) => {
      row.hidden = !words.every(word =>
        word[0] === "-" ? !texts[place].includes(word.slice(1)) : texts[place].includes(word));
      if (!row.hidden) shown += 1;
    });
    count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
  });
  (table.closest(".wide") ?? table).before(make("p", { class: "tools" }, input, count));
};

// Sort: a button in each header. A cell says by which number it is sorted, or its text counts.
const sort = table => {
  const headers = all("thead th", table);
  headers.forEach((header, column) => {
    const button = make("button", { type: "button" }, ...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const isDown = header.getAttribute("aria-sort") === "descending";
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", isDown ? "ascending" : "descending");
      const sign = isDown ? 1 : -1;
      const key = row => row.cells[column].dataset.v;
      const compare = (one, other) => key(one) !== undefined && key(other) !== undefined
        ? Number(key(one)) - Number(key(other))
        : one.cells[column].textContent.localeCompare(other.cells[column].textContent, "en", { numeric: true });
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((one, other) => sign * compare(one, other)));
    });
  });
};

// Timeline: a line follows the pointer or the arrow keys, and the rows of its bucket are read below.
const timeline = drawing => {
  const [count, left, right] = drawing.dataset.buckets.split(" ").map(Number);
  const table = document.getElementById("buckets");
  if (!table) return;
  const rows = new Map();
  for (const row of all("tbody tr", table)) {
    const number = Number(row.dataset.bucket);
    rows.set(number, [...(rows.get(number) ?? []), row]);
  }
  const names = all("thead th", table).map(header => header.textContent);
  const numbers = [...rows.keys()].sort((one, other) => one - other);
  const height = drawing.viewBox.baseVal.height;
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [name, value] of Object.entries({ class: "cursor", stroke: "currentColor", y1: 0, y2: height })) {
    line.setAttribute(name, value);
  }
  const reading = make("p", { class: "reading", role: "status" });
  drawing.closest(".wide").after(reading);
  let at = -1;
  const show = place => {
    if (place < 0 || place >= numbers.length || place === at) return;
    for (const row of rows.get(numbers[at]) ?? []) row.classList.remove("at");
    at = place;
    const x = left + (numbers[at] - .5) / count * (right - left);
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    drawing.append(line);
    const lines = rows.get(numbers[at]).map(row => {
      row.classList.add("at");
      return [...row.cells].map((cell, column) => cell.textContent && cell.textContent !== "0"
        ? column ? `${names[column]} ${cell.textContent}` : cell.textContent : "").filter(Boolean).join(", ");
    });
    reading.replaceChildren(...lines.flatMap(text => [text, make("br")]));
  };
  drawing.addEventListener("pointermove", event => {
    const box = drawing.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * drawing.viewBox.baseVal.width;
    const number = (x - left) / (right - left) * count + .5;
    let nearest = 0;
    numbers.forEach((other, place) => {
      if (Math.abs(other - number) < Math.abs(numbers[nearest] - number)) nearest = place;
    });
    show(nearest);
  });
  drawing.closest(".wide").addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    show(Math.min(numbers.length - 1, Math.max(0, at + step)));
  });
};

fold();
for (const table of all("table[data-does~=filter]")) filter(table);
for (const table of all("table[data-does~=sort]")) sort(table);
for (const drawing of all("svg[data-buckets]")) timeline(drawing);
