// The messages that the tab keeps: the last ones without a hole, and a few blocks of older ones that one scrolled to.

import { page } from "./stream.js";

const kept = 16000;
const block = 500;
const blocks = 8;

/** An ordered, bounded list of messages and gaps, and which of them a filter shows. */
export class Store {
  #filter;
  #wanted = new Set();
  #older = new Map();

  constructor() {
    this.clear();
  }

  /** Forgets everything. */
  clear() {
    this.lines = [];
    this.shown = this.lines;
    this.oldest = 1;
    this.#older.clear();
    this.#wanted.clear();
  }

  /** Shows only the lines that a filter matches; undefined shows all. */
  set filter(filter) {
    this.#filter = filter;
    this.refilter();
  }

  /** Applies the filter again, because lines changed. */
  refilter() {
    this.shown = this.#filter ? this.lines.filter(line => line.gap || line.note || this.#filter(line)) : this.lines;
  }

  /** How many older messages the journal has, that can be asked for. With a filter, only kept lines count. */
  get before() {
    return this.#filter ? 0 : this.missing;
  }

  /** How many messages of the journal are older than the kept lines. None if the server filters them (`closed`). */
  get missing() {
    const first = this.lines.find(line => line.sequence)?.sequence ?? this.oldest;
    return this.closed ? 0 : Math.max(0, first - this.oldest);
  }

  /** The number of lines to show. */
  get count() {
    return this.before + this.shown.length;
  }

  /** Appends lines; returns how many that were shown were dropped at the front, to keep the list bounded. */
  append(items) {
    for (const { gap } of items) {
      if (gap) this.oldest = Math.max(this.oldest, gap.last + 1);
    }
    this.lines.push(...items);
    if (this.#filter) this.shown.push(...items.filter(line => line.gap || line.note || this.#filter(line)));
    if (this.lines.length <= kept + block) return 0;
    const before = this.count;
    this.lines.splice(0, this.lines.length - kept);
    if (this.#filter) {
      const first = key(this.lines[0]);
      const keep = this.shown.findIndex(line => key(line) >= first);
      this.shown.splice(0, keep < 0 ? this.shown.length : keep);
    }
    return before - this.count;
  }

  /** Puts the next older messages of the journal in front. */
  async fetchBefore(signal) {
    const first = this.oldest + this.missing;
    const from = Math.max(this.oldest, first - 2 * block);
    const { items, oldest } = await page(from - 1, { limit: first - from }, signal);
    this.oldest = Math.max(this.oldest, oldest);
    if (first !== this.oldest + this.missing && items.length) return;
    this.lines.unshift(...items.filter(item => item.sequence < first));
    this.refilter();
  }

  /** Whether more older lines may be put in front. */
  get full() {
    return this.lines.length >= kept - 2 * block;
  }

  /** The line at a place; only its sequence while it is being asked for. */
  at(index) {
    const place = index - this.before;
    if (place >= 0) return this.shown[place];
    const sequence = this.oldest + index;
    const number = Math.floor((sequence - 1) / block);
    return this.#older.get(number)?.get(sequence) ?? { sequence };
  }

  /** Notes that a line is to be asked for. */
  want({ sequence }) {
    this.#wanted.add(Math.floor((sequence - 1) / block));
  }

  /** The place of a sequence, or -1. */
  indexOf(sequence) {
    const before = this.before;
    if (sequence < this.oldest && !this.#filter) return -1;
    if (before && sequence < this.oldest + before) return sequence - this.oldest;
    const place = search(this.shown, sequence);
    return this.shown[place]?.sequence === sequence ? before + place : -1;
  }

  /** The place of the first shown line from a sequence on. */
  placeFrom(sequence) {
    return this.before && sequence < this.oldest + this.before ? Math.max(0, sequence - this.oldest)
      : this.before + search(this.shown, sequence);
  }

  /** The message of a sequence, if the tab has it. */
  get(sequence) {
    const line = this.lines[search(this.lines, sequence)];
    if (line?.sequence === sequence) return line;
    return this.#older.get(Math.floor((sequence - 1) / block))?.get(sequence);
  }

  /** Asks for the blocks that `at` missed. True if something came. */
  async fetchWanted(signal) {
    const numbers = [...this.#wanted].slice(-2);
    this.#wanted.clear();
    for (const number of numbers) {
      if (this.#older.has(number)) continue;
      const { items, oldest } = await page(number * block, { limit: block }, signal);
      this.oldest = Math.max(this.oldest, oldest);
      const inside = items.filter(item => item.sequence <= (number + 1) * block);
      this.#older.set(number, new Map(inside.map(item => [item.sequence, item])));
      if (this.#older.size > blocks) this.#older.delete(this.#older.keys().next().value);
    }
    return numbers.length > 0;
  }
}

const key = line => line.sequence ?? line.gap?.first ?? line.note.after;

// The place of the first line that is not before the sequence.
const search = (lines, sequence) => {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(lines[middle]) < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
};
