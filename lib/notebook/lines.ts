/**
 * Lines of a source text, counted as Deno's stack traces and editors count them.
 * @module
 */

/** Where each line of a text starts. */
export interface Lines {
  /** The offset of the first character of each line; a byte order mark is not one. */
  starts: number[];
  /** The text they were found in. */
  text: string;
}

/** Finds the lines of a text: they end at LF, CR LF or CR, not at U+2028 (Deno does not count those either). */
export function linesOf(text: string): Lines {
  const starts = [text.startsWith("\uFEFF") ? 1 : 0];
  for (const end of text.matchAll(/\r\n|\n|\r/g)) starts.push(end.index + end[0].length);
  return { starts, text };
}

/** The text of a line, counted from 1, without its end. */
export function lineText(lines: Lines, line: number): string {
  return lines.text.slice(lines.starts[line - 1], lines.starts[line]).replace(/[\r\n]+$/, "");
}

/** The line and the column of an offset, both from 1, the column in UTF-16 units as in a stack trace. */
export function positionAt(lines: Lines, offset: number): { line: number; column: number } {
  let low = 0;
  let high = lines.starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (lines.starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: Math.max(0, offset - lines.starts[low]) + 1 };
}
