/**
 * Source maps (ECMA-426): the columns of their original places moved.
 * @module
 */

/** What is read of a source map; the rest is kept. */
export interface SourceMap {
  /** The URLs of the originals. */
  sources: string[];
  /** Their texts. */
  sourcesContent?: (string | null)[];
  /** Places in the generated text with their originals, in base 64. */
  mappings: string;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Mappings with other original columns. Lines stay, which are counted from 0, as columns are.
 *
 * @param column gives the new column of an original place
 */
export function moveColumns(mappings: string, column: (line: number, column: number) => number): string {
  // All fields but the generated column go on from the segment before, over the ends of lines.
  let [line, before, moved] = [0, 0, 0];
  return mappings.split(";").map((segments) =>
    segments.split(",").map((segment) => {
      const [generated, source, lines, columns, ...name] = decode(segment);
      if (columns === undefined) return segment;
      line += lines;
      before += columns;
      const target = column(line, before);
      const text = [generated, source, lines, target - moved, ...name].map(encode).join("");
      moved = target;
      return text;
    }).join(",")
  ).join(";");
}

/** The numbers in a segment: each in groups of five bits, the lowest first, its sign in the lowest bit. */
function decode(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = digits.indexOf(digit);
    if (bits < 0) throw new SyntaxError(`A source map has "${digit}" in its mappings, which is no digit of base 64`);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

function encode(number: number): string {
  let text = "";
  let rest = number < 0 ? -number << 1 | 1 : number << 1;
  do {
    const bits = rest & 31;
    rest >>>= 5;
    text += digits[rest > 0 ? bits | 32 : bits];
  } while (rest > 0);
  return text;
}
