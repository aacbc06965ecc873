/**
 * Parquet files as rows.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { inferColumns, withColumns } from "../columns.ts";
import { compressorsFor } from "./parquet_compressors.ts";
import { plainRow } from "./plain_row.ts";
import { type Row, withOrigin } from "../row.ts";
import { badTable, TableProblems } from "./table_problems.ts";
import type { TableSource } from "./table_source.ts";

/** Reads a Parquet file: null is no value, dates are text, bytes that are no text are refused. */
export async function readParquet(source: TableSource): Promise<Row[]> {
  const bytes = await source.bytes();
  if (bytes.length === 0) throw badTable(source.name, "it is empty");
  const { names, rows: found } = await readAll(bytes, source);
  const problems = new TableProblems(source.name);
  const table = { source: source.name };
  const rows = found.map((cells, i) => {
    const named = cells.map((cell, column): [string, unknown] => [names[column], cell]);
    return withOrigin(plainRow(named, { row: i + 1 }, problems, { nullIsBlank: true }), table, i + 1);
  });
  problems.throwIfAny();
  return withColumns(rows, inferColumns(rows, names));
}

async function readAll(bytes: Uint8Array<ArrayBuffer>, source: TableSource): Promise<ParquetRows> {
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("../../deps/parquet.ts");
  const file = { byteLength: bytes.length, slice: (start: number, end?: number) => bytes.slice(start, end).buffer };
  try {
    const metadata = await parquetMetadataAsync(file);
    const names = parquetSchema(metadata).children.map((child) => child.element.name);
    let rows: unknown[][] = [];
    const onComplete = (found: unknown[][]) => rows = found;
    await parquetRead({ file, metadata, parsers, compressors: await compressorsFor(metadata), onComplete });
    return { names, rows };
  } catch (cause) {
    throw badTable(source.name, `it is no Parquet file that can be read: ${messageOf(cause)}`, { cause });
  }
}

interface ParquetRows {
  names: string[];
  rows: unknown[][];
}

const parsers = {
  /** A day has no time. */
  dateFromDays: (days: number | null) => days === null ? null : new Date(days * 86_400_000).toISOString().slice(0, 10),
};
