// Rows of one height, of which only those that can be seen are in the DOM. Beyond the height that browsers can scroll,
// the scrollbar is scaled.

import { attribute, el } from "./dom.js";

const tallest = 15e6;

/**
 * Makes a box show rows: `make()` gives an empty one, `draw(row, index)` fills it. `scrolled(resized)` is called when
 * the user scrolls, and with true when the box has another size. The selected row is the box's active descendant while
 * it is drawn.
 */
export const windowOf = (box, { rem, make, draw, scrolled = () => {} }) => {
  const pane = el("div", { class: "window" });
  const space = el("div");
  const rows = [];
  let total = 0;
  let height = 20;
  let expected = 0;
  let frame;
  box.append(pane, space);

  const room = () => Math.max(0, total * height - box.clientHeight);
  const scale = () => (total * height > tallest ? (tallest - box.clientHeight) / room() : 1);
  const top = () => box.scrollTop / scale();
  const fit = () => {
    space.style.height = `${Math.min(total * height, tallest)}px`;
  };

  const paint = () => {
    frame = undefined;
    const shown = box.clientHeight;
    if (!shown) return;
    height = rem * parseFloat(getComputedStyle(document.documentElement).fontSize);
    fit();
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
    const active = rows.find(row => row.isConnected && row.ariaSelected === "true");
    attribute(box, "aria-activedescendant", active?.id);
  };

  const redraw = () => {
    frame ??= requestAnimationFrame(paint);
  };
  const move = pixels => {
    fit();
    box.scrollTop = Math.max(0, pixels) * scale();
    expected = box.scrollTop;
    redraw();
  };
  box.addEventListener("scroll", () => {
    const byUser = Math.abs(box.scrollTop - expected) > 1;
    expected = box.scrollTop;
    redraw();
    if (byUser) scrolled(false);
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
    shift: by => move(top() + by * height),
    /** Scrolls as little as is needed to see a row. */
    reveal: index => {
      if (index * height < top()) move(index * height);
      else if ((index + 1) * height > top() + box.clientHeight) move((index + 1) * height - box.clientHeight);
    },
  };
};
