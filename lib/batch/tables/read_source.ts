/**
 * Tables of every format that is read.
 * @module
 */
import type { Row } from "../row.ts";
import { openTable, type TableFormat, type TableSource } from "./table_source.ts";

/** Each reader is loaded when the first table of its format is read. */
const readers: { [Format in TableFormat]: (source: TableSource) => Promise<Row[]> } = {
  csv: async (source) => await (await import("./csv.ts")).readCsv(source),
  tsv: async (source) => await (await import("./csv.ts")).readCsv(source),
  json: async (source) => await (await import("./json.ts")).readJson(source),
  ndjson: async (source) => await (await import("./json.ts")).readNdjson(source),
  yaml: async (source) => await (await import("./yaml.ts")).readYaml(source),
  parquet: async (source) => await (await import("./parquet.ts")).readParquet(source),
  sqlite: async (source) => await (await import("./sqlite.ts")).readSqlite(source),
};

/** Reads the table at a path or URL: `readTable`. */
export async function readSource(source: string | URL, signal?: AbortSignal): Promise<Row[]> {
  const table = await openTable(source, signal);
  return await readers[table.format](table);
}
