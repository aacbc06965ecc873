/**
 * What is wrong with the rows of a batch, collected and told in one error: each thing once, with all rows that have it.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import type { Flow } from "../notebook/flow.ts";
import { originOf } from "./row.ts";

/** Rows from and to, both counted, by index. */
type Range = [from: number, to: number];

/** A problem and the rows that have it. */
interface Found {
  problem: string;
  /** Apart from one another, in the order of the rows. Those that are not shown are only counted. */
  ranges: Range[];
  rows: number;
}

const shownProblems = 25;
const shownRanges = 8;

/**
 * Collects what is wrong with rows and throws it all at once. A wrong column is wrong in every row, so what is the same
 * in many rows stands on one line; and a table of millions may be wrong in every row, so no more is kept than is shown.
 */
export class RowProblems {
  readonly #rows: readonly object[];
  /** Whether a row has a problem, by its index. */
  readonly #isBad: Uint8Array;
  #count = 0;
  /** Those that are shown, in the order of their first rows. */
  readonly #first: Found[] = [];

  constructor(rows: readonly object[]) {
    this.#rows = rows;
    this.#isBad = new Uint8Array(rows.length);
  }

  /** Rows come in their order in each round of checks, but there are several rounds. */
  add(index: number, problem: string): void {
    this.#isBad[index] = 1;
    this.#count++;
    const first = this.#first;
    const known = first.find((found) => found.problem === problem);
    if (known) return addRow(known, index);
    if (first.length === shownProblems && index >= first.at(-1)!.ranges[0][0]) return;
    first.push({ problem, ranges: [[index, index]], rows: 1 });
    first.sort((a, b) => a.ranges[0][0] - b.ranges[0][0]);
    if (first.length > shownProblems) first.pop();
  }

  /** Throws when anything was found. */
  throwAll(flow: Flow): void {
    if (this.#count === 0) return;
    const lines = this.#first.map((found) => `\n  - ${this.#placeOf(found)}: ${found.problem}`);
    const told = this.#first.reduce((sum, { rows }) => sum + rows, 0);
    const more = this.#count > told ? `\n  … and ${this.#count - told} more` : "";
    const bad = this.#isBad.reduce((sum, isBad) => sum + isBad, 0);
    const count = bad === 1 ? "1 row does" : `${bad} rows do`;
    throw new DuctaflowError(
      `${count} not fit the flow "${flow.name}", so none was run${lines.join("")}${more}`,
      { code: "bad-rows", hint: "Correct the table, or give the options instance and config that fit it" },
    );
  }

  /** `row 3 (line 4 of zones.csv)`, `rows 3-5, 9 (from line 4 of zones.csv)`, from 1. */
  #placeOf({ ranges, rows }: Found): string {
    const index = ranges[0][0];
    const texts = ranges.map(([from, to]) => from === to ? `${from + 1}` : `${from + 1}-${to + 1}`);
    const shown = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    const more = rows > shown ? ` and ${rows - shown} more` : "";
    const row = this.#rows[index];
    const origin = typeof row === "object" && row !== null ? originOf(row) : undefined;
    const place = origin && (origin.line === undefined ? `row ${origin.row}` : `line ${origin.line}`);
    const from = place === undefined ? "" : ` (${rows > 1 ? "from " : ""}${place} of ${origin!.source})`;
    return `row${rows > 1 ? "s" : ""} ${texts.join(", ")}${more}${from}`;
  }
}

function addRow(found: Found, index: number): void {
  const { ranges } = found;
  const last = ranges.at(-1)!;
  if (index >= last[0] && index <= last[1]) return;
  found.rows++;
  if (index === last[1] + 1) last[1] = index;
  else if (ranges.length < shownRanges) {
    ranges.push([index, index]);
    ranges.sort((a, b) => a[0] - b[0]);
  }
}
