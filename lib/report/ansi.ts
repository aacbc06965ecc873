/**
 * What a terminal would show of a stream of text, as HTML: colours become spans, carriage returns and backspaces
 * overwrite, every other escape sequence (links, titles, cursor moves) is dropped.
 * @module
 */
import { escapeHtml } from "./escape.ts";

interface Style {
  color?: string;
  background?: string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  inverse?: boolean;
}

interface Run {
  text: string;
  style: Style;
}

const plain: Style = {};

// deno-lint-ignore no-control-regex
const anyControl = /[\x1b\x9b\x9d\r\b\x07]/;
// deno-lint-ignore no-control-regex
const moves = /[\r\b]|(?:\x1b\[|\x9b)[0-9;]*[KGCD]/;
const token = new RegExp(
  [
    String.raw`(?:\x1b\[|\x9b)(?<params>[0-?]*)[ -\/]*(?<final>[@-~])`, // CSI
    String.raw`(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?`, // OSC: titles, links
    String.raw`\x1b[PX^_][^\x1b]*(?:\x1b\\)?`, // DCS, SOS, PM, APC
    String.raw`\x1b[ -\/]*[0-~]?`, // all other escapes
    String.raw`[\r\b\x07\x9b]`,
  ].join("|"),
  "g",
);

/** Terminal text as HTML, safe to put into a `<pre>`. */
export function ansiToHtml(text: string): string {
  if (!anyControl.test(text)) return escapeHtml(text);
  let style = plain;
  const lines = text.replace(/\r+\n/g, "\n").split("\n");
  return lines.map((line) => {
    if (style === plain && !anyControl.test(line)) return escapeHtml(line);
    const result = moves.test(line) ? overwriteLine(line, style) : readLine(line, style);
    style = result.style;
    return result.runs.map(runToHtml).join("");
  }).join("\n");
}

/** Terminal text without colours and other sequences. */
export function stripAnsi(text: string): string {
  return anyControl.test(text) ? text.replace(token, "") : text;
}

function readLine(line: string, style: Style): { runs: Run[]; style: Style } {
  const runs: Run[] = [];
  let last = 0;
  for (const match of line.matchAll(token)) {
    if (match.index > last) runs.push({ text: line.slice(last, match.index), style });
    last = match.index + match[0].length;
    if (match.groups?.final === "m") style = nextStyle(style, match.groups.params);
  }
  if (last < line.length) runs.push({ text: line.slice(last), style });
  return { runs, style };
}

/** A line on which the cursor goes back: kept as cells that can be written over. */
function overwriteLine(line: string, style: Style): { runs: Run[]; style: Style } {
  const cells: Run[] = [];
  let column = 0;
  let last = 0;
  const write = (text: string) => {
    for (const char of text) {
      while (cells.length < column) cells.push({ text: " ", style: plain });
      cells[column++] = { text: char, style };
    }
  };
  for (const match of line.matchAll(token)) {
    write(line.slice(last, match.index));
    last = match.index + match[0].length;
    const { final, params } = match.groups ?? {};
    if (final === "m") style = nextStyle(style, params);
    else if (final === "K") eraseLine(cells, column, params);
    else column = moveCursor(column, match[0], final, params);
  }
  write(line.slice(last));
  return { runs: joinCells(cells), style };
}

function moveCursor(column: number, text: string, final: string | undefined, params: string | undefined): number {
  // A bound on the column: a sequence may name any number, and the cells up to it would be made.
  const count = Math.min(1000, Number(params) || 1);
  if (text === "\r") return 0;
  if (text === "\b") return Math.max(0, column - 1);
  if (final === "G") return count - 1;
  if (final === "C") return Math.min(column + count, 100_000);
  if (final === "D") return Math.max(0, column - count);
  return column;
}

function eraseLine(cells: Run[], column: number, params: string): void {
  if (params === "2") cells.length = 0;
  else if (params === "1") cells.fill({ text: " ", style: plain }, 0, column + 1);
  else cells.length = Math.min(cells.length, column);
}

function joinCells(cells: Run[]): Run[] {
  const runs: Run[] = [];
  for (const cell of cells) {
    const before = runs.at(-1);
    if (before && before.style === cell.style) before.text += cell.text;
    else runs.push({ ...cell });
  }
  return runs;
}

/** The style after a `CSI … m` sequence. */
function nextStyle(style: Style, params: string): Style {
  const codes = params.replaceAll(":", ";").split(";").map((code) => Number(code) || 0);
  let next: Style = { ...style };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 9) next.strike = true;
    else if (code === 22) next.bold = next.dim = undefined;
    else if (code === 23) next.italic = undefined;
    else if (code === 24) next.underline = undefined;
    else if (code === 27) next.inverse = undefined;
    else if (code === 29) next.strike = undefined;
    else if (code === 39) next.color = undefined;
    else if (code === 49) next.background = undefined;
    else if (code === 38 || code === 48) {
      const [color, used] = extendedColor(codes, i + 1);
      next[code === 38 ? "color" : "background"] = color;
      i += used;
    } else if (code >= 30 && code <= 37) next.color = `a${code - 30}`;
    else if (code >= 90 && code <= 97) next.color = `a${code - 82}`;
    else if (code >= 40 && code <= 47) next.background = `a${code - 40}`;
    else if (code >= 100 && code <= 107) next.background = `a${code - 92}`;
  }
  return Object.values(next).some((value) => value !== undefined) ? next : plain;
}

/** The colour after 38 or 48, and how many codes it took: `5;n` or `2;r;g;b`. */
function extendedColor(codes: number[], at: number): [string | undefined, number] {
  if (codes[at] === 2) {
    const channels = [1, 2, 3].map((i) => Math.min(255, Math.max(0, Math.trunc(codes[at + i] ?? 0))));
    return [`rgb(${channels.join()})`, 4];
  }
  if (codes[at] !== 5) return [undefined, codes.length];
  const n = Math.min(255, Math.max(0, Math.trunc(codes[at + 1] ?? 0)));
  if (n < 16) return [`a${n}`, 2];
  if (n >= 232) return [`rgb(${Array(3).fill(8 + (n - 232) * 10).join()})`, 2];
  const level = (i: number) => i === 0 ? 0 : 55 + 40 * i;
  return [`rgb(${[36, 6, 1].map((unit) => level(Math.floor((n - 16) / unit) % 6)).join()})`, 2];
}

function runToHtml({ text, style }: Run): string {
  if (style === plain) return escapeHtml(text);
  const classes: string[] = [];
  const rules: string[] = [];
  for (const [kind, value] of [["color", style.color], ["background", style.background]] as const) {
    if (value?.startsWith("a")) classes.push(kind === "color" ? value : `b${value}`);
    else if (value) rules.push(`${kind}:${value}`);
  }
  if (style.bold) classes.push("ab");
  if (style.dim) classes.push("ad");
  if (style.italic) classes.push("ai");
  if (style.underline) classes.push("au");
  if (style.strike) classes.push("as");
  if (style.inverse) classes.push("av");
  const attributes = (classes.length > 0 ? ` class="${classes.join(" ")}"` : "") +
    (rules.length > 0 ? ` style="${rules.join(";")}"` : "");
  return `<span${attributes}>${escapeHtml(text)}</span>`;
}
