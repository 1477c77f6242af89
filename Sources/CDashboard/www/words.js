// How values are written: numbers, times, identifiers, and text that may hold hostile characters.

const control = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with control and bidirectional characters written as escapes, such as \u202e. */
export const visible = text => String(text)
  .replace(control, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A number with separators: 1,024. */
export const number = value => value.toLocaleString("en-US");

/** A number with the noun that fits it: "1 message", "2 messages". */
export const counted = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

/** The time of day, UTC, with milliseconds: 03:33:05.370. */
export const clock = time => (typeof time === "string" ? time : new Date(time).toISOString()).slice(11, 23);

/** An RFC 3339 time with seven digits as FILETIME: 100 ns since 1601. */
export const ticks = time =>
  BigInt(Date.parse(`${time.slice(0, 19)}Z`) + 11644473600000) * 10000n + BigInt(time.slice(20, 27));

/** Microseconds as an engineer writes them: 850 µs, 5.6 ms, 1.2 s. */
export const duration = microseconds => {
  if (microseconds < 1000) return `${microseconds} µs`;
  if (microseconds < 1e6) return `${trim(microseconds / 1000)} ms`;
  return `${trim(microseconds / 1e6)} s`;
};

const trim = value => value.toFixed(value < 10 ? 1 : 0);

/** An integer in both bases: 584 (0x248). */
export const both = value => `${value} (0x${value.toString(16)})`;

/** The last part of a path of Windows. */
export const baseName = path => path.slice(path.lastIndexOf("\\") + 1);

/** What became of a message, as a glyph and a word. */
export const fate = ({ delivery, status, acknowledged, reply }) => {
  if (delivery === "failed") return `✗ ${failures[status] ?? status ?? "failed"}`;
  if (reply?.accessDenied) return "✓ sent, denied";
  return `${fates[delivery] ?? delivery}${acknowledged === false ? ", not acknowledged" : ""}`;
};

const fates = { sent: "✓ sent", dropped: "▼ dropped", notSent: "∅ not sent", queued: "… queued", inHand: "→ in hand",
  unknown: "? left the journal" };
const failures = { STATUS_TIMEOUT: "TIMEOUT" };

/** Why a message was dropped (ASY-4); nothing if it was not. */
export const whyDropped = ({ sequence, droppedFor }) => droppedFor && (droppedFor === sequence
  ? "the queue had no room at all" : `#${number(droppedFor)} pushed it out of the full queue`);

/** Whether a message can still change. */
export const open = ({ delivery }) => delivery === "queued" || delivery === "inHand";

/** Whether a message was lost. */
export const lost = ({ delivery }) => delivery === "failed" || delivery === "dropped" || delivery === "notSent";
