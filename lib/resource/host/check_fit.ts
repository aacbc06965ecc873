/**
 * Whether the columns of a table fit those of a table in a database, before anything is written.
 * @module
 */
import { nearest } from "../../base/nearest.ts";
import type { ColumnType, TableColumn } from "./column.ts";
import type { TableName } from "./dialect.ts";
import { resourceError } from "./resource_error.ts";
import type { Session } from "./session.ts";

/** What else a column takes besides its own type. Texts the server reads itself, and refuses where it cannot. */
const takes: Record<ColumnType, ColumnType[]> = {
  boolean: [],
  integer: ["boolean", "bigint"],
  bigint: ["boolean", "integer"],
  number: ["integer", "bigint", "decimal"],
  decimal: ["integer", "bigint", "number"],
  text: ["json"],
  date: ["timestamp"],
  timestamp: ["date"],
  json: ["boolean", "integer", "number", "text"],
  bytes: [],
};

/** Throws with all columns that the table lacks, or has of another type. */
export function checkFit(session: Session, table: TableName, columns: TableColumn[], existing: TableColumn[]): void {
  const { dialect, connection } = session;
  const names = existing.map(({ name }) => name);
  const fold = (name: string) => dialect.name === "postgres" ? name : name.toLowerCase();
  const problems = columns.flatMap(({ name, type }) => {
    const there = existing.find((column) => fold(column.name) === fold(name));
    if (there === undefined) {
      const meant = nearest(name, names);
      return [`it has no column "${name}"${meant ? `: did you mean "${meant}"?` : ""}`];
    }
    // A column of SQLite takes anything: nobody but us would notice.
    const lenient = type === "text" && dialect.name !== "sqlite";
    const fits = type === there.type || lenient || takes[there.type].includes(type);
    return fits ? [] : [`"${name}" is ${type}, but the table has it as ${there.native ?? there.type}`];
  });
  if (problems.length === 0) return;
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `has a table "${table.join(".")}" that these rows do not fit: ${problems.join("; ")}`,
    hint: 'Change the columns to fit, or save with the mode "replace"',
  });
}
