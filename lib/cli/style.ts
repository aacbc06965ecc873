/**
 * Text for terminals: colours, columns, and what must not get through to a terminal.
 * @module
 */
import type { RunStatus } from "../base/record.ts";

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

/** A way to show text. */
export type Paint = (style: keyof typeof codes, text: string) => string;

/** Paints, or leaves text as it is where colours are not welcome. */
export function painter(color: boolean): Paint {
  return (style, text) => color && text !== "" ? `\x1b[${codes[style][0]}m${text}\x1b[${codes[style][1]}m` : text;
}

/** How a status looks. */
export const statusStyles = {
  "running": ["cyan", "…"],
  "succeeded": ["green", "✔"],
  "warned": ["yellow", "▲"],
  "failed": ["red", "✘"],
  "timed-out": ["red", "✘"],
  "cancelled": ["yellow", "■"],
  "interrupted": ["yellow", "■"],
} satisfies Record<RunStatus, [keyof typeof codes, string]>;

// deno-lint-ignore no-control-regex
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])?/g;
// deno-lint-ignore no-control-regex
const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** Text without what could move the cursor, change colours or turn the reading direction; lines and tabs stay. */
export function plainText(text: string): string {
  return text.replace(escapes, "").replace(/\r\n/g, "\n").replace(controls, "");
}

/** The same on one line. */
export function oneLine(text: string): string {
  return plainText(text.replace(/\s+/g, " ")).trim();
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const narrow = /[\p{M}\u200b-\u200d\ufe0e\ufe0f]/u;

/** The columns that text takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text.replace(escapes, "")) {
    width += char < "\u0300" ? 1 : wide.test(char) ? 2 : narrow.test(char) ? 0 : 1;
  }
  return width;
}

/** Text (without colours) cut to at most `width` columns, with `…` where something is missing. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let cut = "";
  let used = 1;
  for (const char of text) {
    used += textWidth(char);
    if (used > width) break;
    cut += char;
  }
  return width > 0 ? `${cut}…` : "";
}

/** A name cut to at most `width` columns in its middle, as names of one family differ at their ends. */
export function cutName(name: string, width: number): string {
  if (name.length <= width || width < 3) return cutText(name, width);
  const end = Math.floor((width - 1) / 2);
  return `${name.slice(0, width - 1 - end)}…${name.slice(-end)}`;
}

/** Fills up with blanks to `width` columns. */
export function padText(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - textWidth(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** Rows as aligned columns, two blanks apart; `right` are the columns of numbers. Cells may be painted. */
export function columns(rows: string[][], options: { right?: number[]; indent?: string } = {}): string {
  const { right = [], indent = "" } = options;
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(0, ...rows.map((row) => textWidth(row[i] ?? ""))));
  const line = (row: string[]) =>
    row.map((cell, i) => padText(cell, widths[i], right.includes(i) ? "right" : "left")).join("  ");
  return rows.map((row) => `${indent}${line(row)}`.trimEnd() + "\n").join("");
}
