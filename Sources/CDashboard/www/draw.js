// Draws the queue on a canvas: two stacked areas, the highest depth as a line, the limit, drops as marks, and below
// them the lanes of the worker and of the starvation counter.

import { clock, number } from "./words.js";

const colors = ["normal", "high", "loss", "fine", "dim", "line", "text", "bg", "sel", "link"];
const lanes = [0, 2, 5, 8, 2];

/** Where the plot itself lies on a canvas, in pixels; `em` is the size of its text. */
export const frame = canvas => {
  const em = parseFloat(getComputedStyle(canvas).fontSize) * 0.85;
  const [left, top] = [Math.round(em * 4.2), Math.round(em * 1.5)];
  const right = canvas.clientWidth - em;
  const floor = canvas.clientHeight - em * 4.2;
  return { em, left, top, right, floor, width: Math.max(1, right - left), height: floor - top };
};

/** Draws a scene: columns, from, to, live, limit, starvationLimit, empty, and perhaps cursor, note and selection. */
export const draw = (canvas, scene) => {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return;
  const pen = canvas.getContext("2d");
  clear(canvas, pen, Math.round(width * ratio), Math.round(height * ratio));
  const style = getComputedStyle(canvas);
  const color = Object.fromEntries(colors.map(name => [name, style.getPropertyValue(`--${name}`)]));
  const plot = frame(canvas);
  const scale = ceiling(scene);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = `${plot.em}px ${style.fontFamily}`;
  pen.textBaseline = "middle";
  const all = { pen, plot, color, scene, scale, y: value => plot.floor - plot.height * value / scale.top,
    x: time => plot.left + plot.width * (time - scene.from) / (scene.to - scene.from) };
  for (const part of [selection, grid, areas, limit, marks, lower, cursor]) {
    pen.save();
    part(all);
    pen.restore();
  }
};

// A new size costs new memory, so it is set only when it changes.
const clear = (canvas, pen, width, height) => {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  pen.resetTransform();
  pen.clearRect(0, 0, width, height);
};

// The top of the scale: the limit once the queue is half full, else a round number above the peak.
const ceiling = ({ columns, limit: most }) => {
  const peak = columns.reduce((highest, column) => Math.max(highest, column.peak ?? 0), 0);
  const full = most && peak > most / 2;
  const wanted = full ? Math.max(most, peak) : Math.max(8, peak * 1.15);
  const power = 10 ** Math.floor(Math.log10(wanted / 4));
  const unit = wanted <= 4 ? 1 : [1, 2, 5, 10].map(factor => factor * power).find(value => value >= wanted / 4);
  return { unit, top: full ? wanted : Math.ceil(wanted / unit) * unit };
};

const selection = ({ pen, plot, color, scene, x }) => {
  if (!scene.selection) return;
  const start = Math.max(plot.left, x(scene.selection.from));
  if (x(scene.selection.to) <= start) return;
  pen.fillStyle = color.sel;
  pen.fillRect(start, plot.top, Math.min(plot.right, x(scene.selection.to)) - start, plot.height);
};

const across = (pen, plot, height) => {
  pen.beginPath();
  pen.moveTo(plot.left, height);
  pen.lineTo(plot.right, height);
  pen.stroke();
};

const grid = ({ pen, plot, color, scene, scale, x, y }) => {
  pen.strokeStyle = color.line;
  pen.fillStyle = color.dim;
  pen.textAlign = "right";
  for (let value = 0; value <= scale.top; value += scale.unit) {
    const height = Math.round(y(value)) + 0.5;
    pen.fillText(number(value), plot.left - 6, height);
    across(pen, plot, height);
  }
  const parts = plot.width > 500 ? 6 : 3;
  for (let part = 0; part <= parts; part += 1) {
    const time = scene.to - (scene.to - scene.from) * part / parts;
    pen.textAlign = part === 0 ? "right" : part < parts ? "center" : "left";
    pen.fillText(scene.live ? ago(scene.to - time) : clock(time).slice(0, 8), x(time), plot.floor + plot.em * 0.8);
  }
  const middle = plot.left + (plot.width - pen.measureText(scene.empty).width) / 2;
  if (scene.empty) label(pen, plot, color, scene.empty, middle, plot.top + plot.em * 3);
};

const ago = milliseconds => {
  const seconds = milliseconds / 1000;
  if (!seconds) return "now";
  return seconds < 120 ? `-${Number(seconds.toFixed(1))} s` : `-${Number((seconds / 60).toFixed(1))} min`;
};

const label = (pen, { em }, color, text, x, y) => {
  pen.textAlign = "left";
  pen.fillStyle = color.bg;
  pen.fillRect(x - 2, y - em * 0.7, pen.measureText(text).width + 4, em * 1.4);
  pen.fillStyle = color.text;
  pen.fillText(text, x, y);
};

// A value over the columns as a path of steps, which is filled with a style, or drawn as a line where it is not 0.
const steps = ({ pen, plot, scene, y }, name, { fill, stroke, width = 1 }) => {
  pen.beginPath();
  pen.moveTo(plot.left, plot.floor);
  let before = 0;
  scene.columns.forEach((column, index) => {
    const value = column[name] ?? 0;
    const x = plot.left + index;
    if (value !== before) pen[fill || before ? "lineTo" : "moveTo"](x, y(before));
    pen[fill || before || value ? "lineTo" : "moveTo"](x, y(value));
    before = value;
  });
  if (fill || before) pen.lineTo(plot.right, y(before));
  if (fill) pen.lineTo(plot.right, plot.floor);
  Object.assign(pen, { fillStyle: fill, strokeStyle: stroke, lineWidth: width });
  if (fill) pen.fill();
  else pen.stroke();
};

// High priority lies at the bottom, hatched, with a line of the background around it.
const areas = all => {
  const { pen, color } = all;
  pen.globalAlpha = 0.25;
  steps(all, "peak", { fill: color.normal });
  pen.globalAlpha = 0.8;
  steps(all, "all", { fill: color.normal });
  pen.globalAlpha = 1;
  steps(all, "high", { fill: color.bg });
  steps(all, "high", { fill: hatch(pen, color.high) });
  steps(all, "high", { stroke: color.bg, width: 3 });
  steps(all, "high", { stroke: color.high });
  steps(all, "peak", { stroke: color.text });
};

const hatch = (pen, color) => {
  const tile = document.createElement("canvas");
  Object.assign(tile, { width: 6, height: 6 });
  const brush = tile.getContext("2d");
  Object.assign(brush, { strokeStyle: color, lineWidth: 2.6 });
  for (const shift of [-6, 0, 6]) {
    brush.moveTo(shift - 1, 7);
    brush.lineTo(shift + 7, -1);
  }
  brush.stroke();
  return pen.createPattern(tile, "repeat");
};

const limit = ({ pen, plot, color, scene, scale, y }) => {
  if (!scene.limit || scene.limit > scale.top) return;
  const height = Math.round(y(scene.limit)) + 0.5;
  pen.strokeStyle = color.text;
  pen.setLineDash([6, 4]);
  across(pen, plot, height);
  label(pen, plot, color, `limit ${number(scene.limit)}`, plot.left + 4, height + plot.em * 0.9);
};

// A triangle where messages were dropped, and one sum for neighbours.
const marks = ({ pen, plot, color, scene: { columns } }) => {
  pen.fillStyle = color.loss;
  let group = { sum: 0 };
  columns.forEach(({ dropped }, index) => {
    if (dropped) {
      const x = plot.left + index;
      pen.fillRect(x, plot.top, 1, plot.height);
      pen.beginPath();
      pen.moveTo(x + 0.5 - plot.em * 0.4, plot.em * 0.35);
      pen.lineTo(x + 0.5 + plot.em * 0.4, plot.em * 0.35);
      pen.lineTo(x + 0.5, plot.em * 1.2);
      pen.fill();
      group = { first: group.first ?? x, last: x, sum: group.sum + dropped };
    }
    if (!group.sum || (index < columns.length - 1 && plot.left + index - group.last < plot.em * 10)) return;
    const text = `${number(group.sum)} dropped`;
    const space = plot.em * 0.8;
    const { width } = pen.measureText(text);
    const after = group.last + space + width < plot.right;
    pen.fillText(text, after ? group.last + space : group.first - width - space, plot.em * 0.75);
    group = { sum: 0 };
  });
};

// The lanes: the worker, thick while it is paused, and the starvation counter.
const lower = ({ pen, plot, color, scene: { columns, starvationLimit } }) => {
  const [upper, under] = [plot.floor + plot.em * 2.1, plot.floor + plot.em * 3.3];
  pen.fillStyle = color.dim;
  pen.textAlign = "right";
  pen.fillText("worker", plot.left - 6, upper);
  pen.fillText("starv.", plot.left - 6, under);
  for (const [start, end, { worker = 0 }] of runs(columns, "worker")) {
    pen.fillStyle = worker > 1 ? color.text : color.fine;
    pen.fillRect(plot.left + start, upper - lanes[worker] / 2, end - start, lanes[worker]);
  }
  pen.fillStyle = color.high;
  for (const [start, end, { starvation }] of runs(columns, "starvation")) {
    if (!starvation) continue;
    const height = Math.max(2, plot.em * Math.min(1, starvation / Math.max(1, starvationLimit)));
    pen.fillRect(plot.left + start, under + plot.em / 2 - height, end - start, height);
  }
};

// Neighbours with the same value: where they begin, where they end, and the first of them.
const runs = (columns, name) => {
  const starts = columns.flatMap((column, index) => (index && column[name] === columns[index - 1][name] ? [] : [index]));
  return starts.map((start, place) => [start, starts[place + 1] ?? columns.length, columns[start]]);
};

const cursor = ({ pen, plot, color, scene: { cursor: time, note }, x }) => {
  if (time === undefined || x(time) < plot.left || x(time) > plot.right) return;
  const at = Math.round(x(time));
  pen.fillStyle = color.link;
  pen.fillRect(at, plot.top, 1, plot.height + plot.em * 4);
  const width = Math.max(...note.map(text => pen.measureText(text).width)) + 12;
  const start = at + width + 6 < plot.right ? at + 4 : Math.max(plot.left, at - width - 4);
  const size = [start + 0.5, plot.top + 3.5, width, plot.em * (note.length * 1.4 + 0.6)];
  pen.fillStyle = color.bg;
  pen.strokeStyle = color.dim;
  pen.fillRect(...size);
  pen.strokeRect(...size);
  pen.fillStyle = color.text;
  note.forEach((text, index) => pen.fillText(text, start + 6, plot.top + plot.em * (1.3 + index * 1.4)));
};
