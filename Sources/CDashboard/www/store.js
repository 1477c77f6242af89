// The messages that the tab keeps: the last ones in order and without a hole, and some blocks of older ones.

const kept = 16000;
const blocks = 8;

/** How many messages are in a block of older ones. */
export const block = 500;

/** An ordered, bounded list of messages, gaps and notes, and which of them a filter shows. */
export class Store {
  #filter;
  #older = new Map();

  constructor() {
    this.clear();
  }

  /** Forgets everything. `closed`: the journal's older messages do not belong to the list. */
  clear(closed = false) {
    Object.assign(this, { lines: [], shown: [], oldest: 1, closed, appended: 0, moved: 0 });
    this.#older.clear();
  }

  /** Shows only the lines that a filter matches; undefined shows all. */
  set filter(filter) {
    this.#filter = filter;
    this.refilter();
  }

  /** Applies the filter again, because lines changed. */
  refilter() {
    this.shown = this.lines.filter(line => this.#matches(line));
  }

  /** How many messages of the journal are older than the kept lines. */
  get missing() {
    const first = this.lines.find(line => line.sequence)?.sequence ?? this.oldest;
    return this.closed ? 0 : Math.max(0, first - this.oldest);
  }

  /** How many older messages are shown before the kept lines: with a filter, none. */
  get before() {
    return this.#filter ? 0 : this.missing;
  }

  /** The number of lines that are shown. */
  get count() {
    return this.before + this.shown.length;
  }

  /** By how many places the lines moved down since the list was cleared. */
  get origin() {
    return this.before + this.moved;
  }

  /** Whether no more older lines may be put in front. */
  get full() {
    return this.lines.length >= kept - 2 * block;
  }

  /** Appends lines, and drops old ones to keep the list bounded. */
  append(items) {
    const shown = items.filter(line => this.#matches(line));
    for (const { gap } of items) this.oldest = Math.max(this.oldest, gap ? gap.last + 1 : 0);
    this.lines.push(...items);
    this.shown.push(...shown);
    this.appended += shown.length;
    if (this.lines.length <= kept + block) return;
    this.lines.splice(0, this.lines.length - kept);
    const dropped = search(this.shown, key(this.lines[0]));
    this.shown.splice(0, dropped);
    this.moved -= dropped;
  }

  /** Puts older lines in front. */
  prepend(items) {
    const before = this.shown.length;
    this.lines.unshift(...items);
    this.refilter();
    this.moved += this.shown.length - before;
  }

  /** Keeps a block of older messages. */
  keep(number, items) {
    this.#older.set(number, new Map(items.map(item => [item.sequence, item])));
    if (this.#older.size > blocks) this.#older.delete(this.#older.keys().next().value);
  }

  /** The line at a place; of an older message that the tab does not have, only its sequence. */
  at(index) {
    const place = index - this.before;
    if (place >= 0) return this.shown[place];
    return this.#inBlock(this.oldest + index) ?? { sequence: this.oldest + index };
  }

  /** The message of a sequence, if the tab has it. */
  get(sequence) {
    const line = this.lines[search(this.lines, sequence)];
    return line?.sequence === sequence ? line : this.#inBlock(sequence);
  }

  /** The place of the first line from a sequence on. */
  placeFrom(sequence) {
    const older = sequence - this.oldest;
    return older < this.before ? Math.max(0, older) : this.before + search(this.shown, sequence);
  }

  /** The place of a sequence, or -1. */
  indexOf(sequence) {
    const place = this.placeFrom(sequence);
    return place < this.count && this.at(place).sequence === sequence ? place : -1;
  }

  #inBlock(sequence) {
    return this.#older.get(Math.floor((sequence - 1) / block))?.get(sequence);
  }

  #matches(line) {
    return !this.#filter || !line.sequence || this.#filter(line);
  }
}

const key = line => line.sequence ?? line.gap?.first ?? 0;

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
