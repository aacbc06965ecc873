/**
 * What is wrong with a table, collected and told in one error.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";

/** Where in a table a problem is. */
export interface TablePlace {
  /** The number of the row, from 1. */
  row?: number;
  /** The line of the file, from 1. */
  line?: number;
  column?: string;
}

const told = 20;

/** The problems of one table. Only the first are kept: a wrong separator makes as many problems as there are rows. */
export class TableProblems {
  readonly #source: string;
  readonly #lines: string[] = [];
  #count = 0;

  constructor(source: string) {
    this.#source = source;
  }

  add(place: TablePlace, problem: string): void {
    this.#count++;
    if (this.#lines.length < told) this.#lines.push(`${placeText(place)}${problem}`);
  }

  /** Throws an error of code `bad-table` that lists the problems, if there are any. */
  throwIfAny(hint?: string): void {
    if (this.#count === 0) return;
    const lines = this.#lines.map((line) => `\n  - ${line}`).join("");
    const more = this.#count > told ? `\n  - and ${this.#count - told} more` : "";
    const count = this.#count === 1 ? "1 problem" : `${this.#count} problems`;
    throw badTable(this.#source, `${count}${lines}${more}`, { hint });
  }
}

function placeText({ row, line, column }: TablePlace): string {
  const parts = [
    row === undefined ? [] : `row ${row}${line === undefined ? "" : ` (line ${line})`}`,
    row === undefined && line !== undefined ? `line ${line}` : [],
    column === undefined ? [] : `column "${column}"`,
  ].flat();
  return parts.length === 0 ? "" : `${parts.join(", ")}: `;
}

/** The error for a table that cannot be read. */
export function badTable(
  source: string,
  problem: string,
  options: { hint?: string; cause?: unknown } = {},
): DuctaflowError {
  return new DuctaflowError(`The table ${source} cannot be read: ${problem}`, { ...options, code: "bad-table" });
}
