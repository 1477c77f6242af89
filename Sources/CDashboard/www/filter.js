// The language of the filter: words and key:value terms, all of which must hold; a minus in front negates one.

import { fate, lost, open } from "./words.js";

const deliveries = ["queued", "inHand", "sent", "failed", "dropped", "notSent"];
const is = {
  ...Object.fromEntries(deliveries.map(name => [name.toLowerCase(), item => item.delivery === name])),
  timeout: item => fate(item).endsWith("TIMEOUT"),
  lost,
  open,
  acknowledged: item => item.acknowledged === true,
};
const kinds = ["sync", "async", "direct"];

/** What may stand in a filter, for the help. */
export const language = [
  ["smss Thread", "words, anywhere in the line"],
  ["-LoadImage", "lines without it"],
  ["pid:584", "the process, decimal or 0x"],
  ["op:CreateThread op:*Handle", "the operation; * stands for any text"],
  ["kind:sync", kinds.join(", ")],
  ["is:dropped", Object.keys(is).join(", ")],
  ["rule:NotifyNewThread*", "the rule that was cleared"],
  ["image:*power*", "the file of the process"],
  ["seq:100..200", "sequences; one end may be left out"],
];

/**
 * Reads a filter: `matches(item)`, the `faults` of its terms, and what the server can filter (`query`). `operations`
 * has the names of the operations by their lower-case forms.
 */
export const parse = (text, operations) => {
  const terms = [];
  const faults = [];
  for (const [term, minus, key, quoted, plain] of (text ?? "").matchAll(/(-?)(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)) {
    const value = quoted ?? plain;
    const test = key === undefined ? words(value) : keys[key]?.(value) ?? `there is no key ${key}`;
    if (typeof test === "string") faults.push(`${term} is ignored: ${test}.`);
    else terms.push({ key, value, test, minus: minus === "-" });
  }
  return {
    faults,
    empty: !terms.length,
    matches: item => terms.every(({ test, minus }) => test(item) !== minus),
    query: {
      ...single(terms, "kind", "kind"),
      ...single(terms, "op", "operation", value => operations?.get(value.toLowerCase())),
      ...single(terms, "pid", "processId", Number),
    },
  };
};

const words = value => {
  const wanted = value.toLowerCase();
  return item => text(item).includes(wanted);
};

const text = item => [item.sequence, item.kind, item.operation, item.processId, item.image, fate(item), item.status,
  item.clearedRule].join(" ").toLowerCase();

const pattern = member => value => {
  const parts = value.split("*").map(part => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`, "iu");
  return item => expression.test(item[member] ?? "");
};

const keys = {
  pid: value => {
    const pid = Number(value);
    const fits = Number.isInteger(pid) && value !== "" && pid >= 0 && pid < 2 ** 32;
    return fits ? item => item.processId === pid : "pid takes a number such as 584";
  },
  op: pattern("operation"),
  rule: pattern("clearedRule"),
  image: pattern("image"),
  kind: value => (kinds.includes(value) ? item => item.kind === value : `kind takes ${kinds.join(", ")}`),
  is: value => is[value.toLowerCase()] ?? `is takes ${Object.keys(is).join(", ")}`,
  seq: value => {
    const [, from, dots, to] = /^(\d*)(\.\.)?(\d*)$/.exec(value) ?? [];
    if (!from && !to) return "seq takes a number or a range such as 100..200";
    const low = Number(from);
    const high = dots ? Number(to || Infinity) : low;
    return item => item.sequence >= low && item.sequence <= high;
  },
};

// The server gets a term only if it is the only one of its key, and exact.
const single = (terms, key, parameter, exact = value => value) => {
  const [one, another] = terms.filter(term => term.key === key && !term.minus);
  const value = one && !another ? exact(one.value) : undefined;
  return value === undefined ? {} : { [parameter]: value };
};
