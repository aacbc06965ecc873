/**
 * Tables of SQLite files as rows.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { nearest } from "../../base/nearest.ts";
import { inferColumns, withColumns } from "../columns.ts";
import { plainRow } from "./plain_row.ts";
import { type Row, withOrigin } from "../row.ts";
import { badTable, TableProblems } from "./table_problems.ts";
import type { DatabaseSync } from "node:sqlite";
import type { TableSource } from "./table_source.ts";

/** Reads a table or view of a SQLite file, which is opened for reading only: null is no value, blobs are refused. */
export async function readSqlite(source: TableSource): Promise<Row[]> {
  if (source.path === undefined) {
    throw badTable(source.name, "SQLite tables are read from files only", { hint: "Download the file first" });
  }
  if (Deno.statSync(source.path).size === 0) throw badTable(source.name, "it is empty");
  const { DatabaseSync } = await import("node:sqlite");
  try {
    using database = new DatabaseSync(source.path, { readOnly: true });
    const table = chooseTable(database, source);
    return readRows(database, table, source.table === undefined ? `${source.name}#${table}` : source.name);
  } catch (cause) {
    if (!isSqliteError(cause)) throw cause;
    throw badTable(source.name, `SQLite says: ${messageOf(cause)}`, { cause });
  }
}

function isSqliteError(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_SQLITE_ERROR";
}

function chooseTable(database: DatabaseSync, source: TableSource): string {
  const found = database.prepare(
    "select name, type from sqlite_schema where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\'",
  ).all().map(({ name, type }) => ({ name: String(name), isTable: type === "table" }));
  const names = found.map(({ name }) => name);
  const all = names.map((name) => `"${name}"`).join(", ");
  if (source.table === undefined) {
    const tables = found.filter(({ isTable }) => isTable);
    const [only, ...others] = tables.length > 0 ? tables : found;
    if (only !== undefined && others.length === 0) return only.name;
    if (only === undefined) throw badTable(source.name, "it has no tables");
    throw badTable(source.name, `it has ${names.length} tables and views: ${all}`, {
      hint: `Say which one: ${source.name}#${only.name}`,
    });
  }
  const wanted = source.table.toLowerCase();
  const name = names.find((name) => name.toLowerCase() === wanted);
  if (name !== undefined) return name;
  const meant = nearest(source.table, names);
  throw badTable(source.name, `it has no table "${source.table}", but ${all || "none at all"}`, {
    hint: meant ? `Did you mean "${meant}"?` : undefined,
  });
}

function readRows(database: DatabaseSync, table: string, name: string): Row[] {
  const statement = database.prepare(`select * from "${table.replaceAll('"', '""')}"`);
  statement.setReadBigInts(true);
  const columns = statement.columns().map((column) => column.name);
  const problems = new TableProblems(name);
  const origin = { source: name };
  const rows: Row[] = [];
  for (const values of statement.iterate()) {
    const row = rows.length + 1;
    const cells = columns.map((column): [string, unknown] => [column, values[column]]);
    rows.push(withOrigin(plainRow(cells, { row }, problems, { nullIsBlank: true }), origin, row));
  }
  problems.throwIfAny();
  return withColumns(rows, inferColumns(rows, columns));
}
