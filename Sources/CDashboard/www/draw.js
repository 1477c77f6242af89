// Draws the queue on a canvas: two stacked areas, the highest depth as a line, the limit, losses as marks, and below
// them the lanes of the worker and of the starvation counter.

import { clock, number } from "./words.js";

const left = 46;
const right = 12;
const top = 17;
const bottom = 46;
const names = ["normal", "high", "loss", "fine", "dim", "line", "text", "bg", "sel", "link"];

/** Where the plot itself lies on a canvas of that width. */
export const frame = width => ({ left, width: Math.max(1, width - left - right) });

/** Draws a scene: columns, from, to, live, limit, starvationLimit, empty, and perhaps cursor, note and selection. */
export const draw = (canvas, scene) => {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const colour = Object.fromEntries(names.map(name => [name, style.getPropertyValue(`--${name}`)]));
  const plot = { ...frame(width), height: height - top - bottom, right: width - right, floor: height - bottom };
  const scale = ceiling(scene);
  const y = value => plot.floor - plot.height * value / scale.top;
  const x = time => left + plot.width * (time - scene.from) / (scene.to - scene.from);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = `11px ${style.fontFamily}`;
  pen.textBaseline = "middle";
  pen.lineWidth = 1;
  const all = { pen, plot, colour, scene, scale, x, y };
  for (const part of [selection, grid, nothing, areas, limit, marks, lanes, cursor]) {
    pen.save();
    part(all);
    pen.restore();
  }
};

// The top of the scale: the limit once the queue is half full, else a round number above the peak.
const ceiling = ({ columns, limit: most }) => {
  const peak = columns.peak.reduce((highest, value) => Math.max(highest, value), 0);
  const wanted = most && peak > most / 2 ? Math.max(most, peak) : Math.max(8, peak * 1.15);
  const unit = round(wanted / 4);
  return { unit, top: most && peak > most / 2 ? wanted : Math.ceil(wanted / unit) * unit };
};

const round = value => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map(factor => factor * power).find(unit => unit >= value);
};

const selection = ({ pen, plot, colour, scene, x }) => {
  if (!scene.selection) return;
  const start = Math.max(left, x(scene.selection.from));
  pen.fillStyle = colour.sel;
  pen.fillRect(start, top, Math.min(plot.right, x(scene.selection.to)) - start, plot.height);
};

const grid = ({ pen, plot, colour, scene, scale, x, y }) => {
  pen.strokeStyle = colour.line;
  pen.fillStyle = colour.dim;
  pen.textAlign = "right";
  pen.beginPath();
  for (let value = 0; value <= scale.top; value += scale.unit) {
    const height = Math.round(y(value)) + 0.5;
    pen.fillText(number(value), left - 6, height);
    pen.moveTo(left, height);
    pen.lineTo(plot.right, height);
  }
  pen.stroke();
  const parts = plot.width > 500 ? 6 : 3;
  for (let part = 0; part <= parts; part += 1) {
    const time = scene.to - (scene.to - scene.from) * part / parts;
    const text = scene.live ? ago(scene.to - time) : clock(time).slice(0, 8);
    pen.textAlign = ["right", "center", "left"][Math.ceil(part / parts) + (part === parts)];
    pen.fillText(text, x(time), plot.floor + 9);
  }
};

const nothing = ({ pen, plot, colour, scene }) => {
  const width = pen.measureText(scene.empty).width;
  if (scene.empty) label(pen, colour, scene.empty, left + (plot.width - width) / 2, top + 30);
};

const ago = milliseconds => {
  if (!milliseconds) return "now";
  const seconds = milliseconds / 1000;
  return seconds < 120 ? `-${Number(seconds.toFixed(1))} s` : `-${Number((seconds / 60).toFixed(1))} min`;
};

// Calls back with each run of pixels that have the same value.
const runs = (values, callback) => {
  for (let start = 0, x = 1; x <= values.length; x += 1) {
    if (x < values.length && values[x] === values[start]) continue;
    callback(start, x, values[start]);
    start = x;
  }
};

const area = ({ pen, plot, y }, values) => {
  pen.beginPath();
  pen.moveTo(left, plot.floor);
  runs(values, (start, stop, value) => {
    pen.lineTo(left + start, y(value));
    pen.lineTo(left + stop, y(value));
  });
  pen.lineTo(plot.right, plot.floor);
  pen.fill();
};

// A line over the values, interrupted where they are 0.
const line = ({ pen, y }, values, colour, width) => {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  let before = 0;
  runs(values, (start, stop, value) => {
    if (value || before) pen[before ? "lineTo" : "moveTo"](left + start, y(before || 0));
    if (value || before) pen.lineTo(left + start, y(value));
    if (value) pen.lineTo(left + stop, y(value));
    before = value;
  });
  pen.stroke();
};

// High priority lies at the bottom, hatched, with a line of the background around it.
const areas = all => {
  const { pen, colour, scene: { columns } } = all;
  pen.fillStyle = colour.normal;
  pen.globalAlpha = 0.25;
  area(all, columns.peak);
  pen.globalAlpha = 0.8;
  area(all, columns.all);
  pen.globalAlpha = 1;
  for (const style of [colour.bg, hatch(pen, colour.high)]) {
    pen.fillStyle = style;
    area(all, columns.high);
  }
  line(all, columns.high, colour.bg, 3);
  line(all, columns.high, colour.high, 1);
  line(all, columns.peak, colour.text, 1);
};

const hatch = (pen, colour) => {
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const brush = tile.getContext("2d");
  brush.strokeStyle = colour;
  brush.lineWidth = 2.6;
  for (const shift of [-6, 0, 6]) {
    brush.moveTo(shift - 1, 7);
    brush.lineTo(shift + 7, -1);
  }
  brush.stroke();
  return pen.createPattern(tile, "repeat");
};

const limit = ({ pen, plot, colour, scene, scale, y }) => {
  if (!scene.limit || scene.limit > scale.top) return;
  const height = Math.round(y(scene.limit)) + 0.5;
  pen.strokeStyle = colour.text;
  pen.setLineDash([6, 4]);
  pen.beginPath();
  pen.moveTo(left, height);
  pen.lineTo(plot.right, height);
  pen.stroke();
  label(pen, colour, `limit ${number(scene.limit)}`, left + 4, height + 9);
};

const label = (pen, colour, text, x, y) => {
  pen.fillStyle = colour.bg;
  pen.globalAlpha = 0.8;
  pen.fillRect(x - 2, y - 7, pen.measureText(text).width + 4, 14);
  pen.globalAlpha = 1;
  pen.fillStyle = colour.text;
  pen.fillText(text, x, y);
};

// Losses: a triangle where messages were dropped, a cross where sends failed, and one sum for neighbours.
const marks = ({ pen, plot, colour, scene: { columns } }) => {
  pen.fillStyle = colour.loss;
  pen.strokeStyle = colour.loss;
  let dropped = 0;
  let failed = 0;
  let first;
  let last;
  const flush = () => {
    if (last === undefined) return;
    const text = [dropped && `${number(dropped)} dropped`, failed && `${number(failed)} failed`]
      .filter(Boolean).join(", ");
    const width = pen.measureText(text).width;
    const after = left + last + 8;
    pen.fillText(text, after + width < plot.right ? after : left + first - width - 8, 8);
    dropped = 0;
    failed = 0;
    first = undefined;
  };
  for (let x = 0; x < plot.width; x += 1) {
    if (!columns.dropped[x] && !columns.failed[x]) continue;
    if (x - last > 110) flush();
    (columns.dropped[x] ? triangle : cross)(pen, left + x + 0.5);
    pen.fillRect(left + x, top, 1, plot.height);
    dropped += columns.dropped[x];
    failed += columns.failed[x];
    first ??= x;
    last = x;
  }
  flush();
};

const triangle = (pen, x) => {
  pen.beginPath();
  pen.moveTo(x - 4.5, 4);
  pen.lineTo(x + 4.5, 4);
  pen.lineTo(x, 13);
  pen.fill();
};

const cross = (pen, x) => {
  pen.lineWidth = 1.6;
  pen.beginPath();
  pen.moveTo(x - 4, 5);
  pen.lineTo(x + 4, 13);
  pen.moveTo(x + 4, 5);
  pen.lineTo(x - 4, 13);
  pen.stroke();
};

const lanes = ({ pen, plot, colour, scene }) => {
  const { columns, starvationLimit } = scene;
  const middle = plot.floor + 23;
  const heights = [0, 2, 5, 8, 2];
  pen.fillStyle = colour.dim;
  pen.textAlign = "right";
  pen.fillText("worker", left - 6, middle);
  pen.fillText("starv.", left - 6, middle + 13);
  runs(columns.worker, (start, stop, worker) => {
    pen.fillStyle = worker > 1 ? colour.text : colour.fine;
    const height = heights[worker];
    if (height) pen.fillRect(left + start, middle - height / 2, stop - start, height);
  });
  pen.fillStyle = colour.high;
  runs(columns.starvation, (start, stop, value) => {
    const height = value && Math.max(2, 10 * Math.min(1, value / Math.max(1, starvationLimit)));
    if (height) pen.fillRect(left + start, middle + 18 - height, stop - start, height);
  });
};

const cursor = ({ pen, plot, colour, scene, x }) => {
  if (scene.cursor === undefined) return;
  const rule = Math.round(x(scene.cursor)) + 0.5;
  if (rule < left || rule > plot.right) return;
  pen.strokeStyle = colour.link;
  pen.beginPath();
  pen.moveTo(rule, top);
  pen.lineTo(rule, plot.floor + 40);
  pen.stroke();
  const width = Math.max(...scene.note.map(text => pen.measureText(text).width)) + 12;
  const start = rule + width + 6 < plot.right ? rule + 4 : Math.max(left, rule - width - 4);
  const height = scene.note.length * 14 + 6;
  pen.fillStyle = colour.bg;
  pen.strokeStyle = colour.dim;
  pen.fillRect(start, top + 3.5, width, height);
  pen.strokeRect(Math.round(start) + 0.5, top + 3.5, width, height);
  pen.fillStyle = colour.text;
  scene.note.forEach((text, index) => pen.fillText(text, start + 6, top + 14 + index * 14));
};
