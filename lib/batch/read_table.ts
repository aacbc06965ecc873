/**
 * Control tables from files and URLs.
 * @module
 */
import type { Row } from "./row.ts";

/** How a table is read. */
export interface ReadTableOptions {
  /** Gives up a download. */
  signal?: AbortSignal;
}

/**
 * Reads a control table, one row a scenario, from a path or a `file:`, `http:` or `https:` URL: `.csv`, `.tsv`, `.json`
 * (a list of objects), `.ndjson`, `.jsonl`, `.yaml`, `.yml` (a list of maps), `.parquet`, or `.sqlite`, `.db` with
 * `#table` after the path. Rows are plain JSON; a cell without a value is left out of its row, so that a flow uses its
 * default. All rows are held in memory, some 350 bytes each. `originOf` tells where a row came from, `columnsOf` the
 * columns with their types.
 *
 * CSV and TSV: UTF-8 or UTF-16 with a mark, quotes after RFC 4180, the first record names the columns. `;` separates
 * when the header has no comma but semicolons, a tab when it has neither but tabs. Records with nothing in them are
 * skipped, and so are columns at the end with neither name nor values. A column is of numbers when all its cells are
 * plain decimal numbers that lose nothing on the way (`-0.5`, `1e5`; not `001`, `+1`, `0x10`, `0,5` or whole numbers
 * beyond 2^53), of booleans when all are `true` or `false` in any case, else text. A blank cell is left out; the quoted `""` is an empty text in a column of text, else blank too.
 *
 * YAML: numbers that JSON would write otherwise, such as `001`, stay text, and so do dates. Parquet and SQLite: null is
 * no value, whole numbers beyond 2^53 are text, dates ISO text.
 *
 * @throws {DuctaflowError} of code `table-not-found`, `table-not-fetched`, or `bad-table` with all problems by row, line
 * and column
 *
 * @example
 * ```ts
 * import { readTable } from "./read_table.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "zone,period,max\n001,am,500\n002,pm,\n");
 * const [first, second] = await readTable(path);
 * await Deno.remove(path);
 * assertEquals([first.zone, first.max], ["001", 500]);
 * assertEquals(Object.keys(second), ["zone", "period"]);
 * ```
 */
export async function readTable(source: string | URL, options: ReadTableOptions = {}): Promise<Row[]> {
  // By a literal import, which needs no permission: flows read tables too.
  const { readSource } = await import("./tables/read_source.ts");
  return await readSource(source, options.signal);
}
