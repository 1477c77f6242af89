// Rows of one height, of which only those that can be seen are in the DOM. Beyond the height that browsers can scroll,
// the scrollbar is scaled.

import { el } from "./dom.js";

const tallest = 15e6;

/** Makes a box show rows: `make()` gives an empty one, `draw(row, index)` fills it, `scrolled(byUser)` follows. */
export const windowOf = (box, { rem, make, draw, scrolled = () => {} }) => {
  const pane = el("div", { class: "window", attributes: { role: "presentation" } });
  const space = el("div", { attributes: { role: "presentation" } });
  const rows = [];
  let total = 0;
  let height = 20;
  let expected = 0;
  let frame;
  box.append(pane, space);

  const full = () => total * height;
  const room = () => Math.max(0, full() - box.clientHeight);
  const scale = () => (full() > tallest ? (tallest - box.clientHeight) / room() : 1);
  const top = () => box.scrollTop / scale();

  const paint = () => {
    frame = undefined;
    const shown = box.clientHeight;
    if (!shown) return;
    height = rem * parseFloat(getComputedStyle(document.documentElement).fontSize);
    space.style.height = `${Math.min(full(), tallest)}px`;
    pane.style.height = `${shown}px`;
    pane.style.marginBottom = `${-shown}px`;
    const from = Math.floor(top() / height);
    const count = Math.min(Math.ceil(shown / height) + 1, total - from);
    while (rows.length < count) rows.push(make());
    rows.forEach((row, place) => {
      if (place >= count) {
        row.remove();
        return;
      }
      if (!row.isConnected) pane.append(row);
      row.style.transform = `translateY(${Math.round((from + place) * height - top())}px)`;
      draw(row, from + place);
    });
  };

  const redraw = () => {
    frame ??= requestAnimationFrame(paint);
  };
  const move = pixels => {
    space.style.height = `${Math.min(full(), tallest)}px`;
    box.scrollTop = pixels * scale();
    expected = box.scrollTop;
    redraw();
  };
  box.addEventListener("scroll", () => {
    const byUser = Math.abs(box.scrollTop - expected) > 1;
    expected = box.scrollTop;
    redraw();
    if (byUser) scrolled();
  });
  new ResizeObserver(() => {
    redraw();
    scrolled(true);
  }).observe(box);

  return {
    redraw,
    /** The number of rows. */
    count: value => {
      total = value;
      redraw();
    },
    /** The first row that is seen and the one after the last. */
    seen: () => [Math.floor(top() / height), Math.min(total, Math.ceil((top() + box.clientHeight) / height))],
    /** Scrolls to the end. */
    end: () => move(room()),
    /** Whether the end is seen. */
    atEnd: () => top() >= room() - height,
    /** Scrolls by rows, when rows before the first one came or went. */
    shift: by => move(Math.max(0, top() + by * height)),
    /** Scrolls as little as is needed to see a row. */
    reveal: index => {
      const at = index * height;
      if (at < top()) move(at);
      else if (at + height > top() + box.clientHeight) move(at + height - box.clientHeight);
    },
  };
};
