/**
 * Tables that a save makes.
 * @module
 */
import type { TableColumn, TableStream } from "./column.ts";
import { quoted, quotedTable, type TableName } from "./dialect.ts";
import { resourceError } from "./resource_error.ts";
import type { Session, TableDescription } from "./session.ts";

/** The statement that makes a table. */
export function createStatement(
  { dialect }: Session,
  table: TableName,
  columns: TableColumn[],
  key?: string[],
  kind = "",
): string {
  const lines = columns.map((column) => {
    // MySQL indexes no texts without a length.
    const type = key?.includes(column.name) && dialect.name === "mysql" && column.type === "text"
      ? "VARCHAR(255)"
      : dialect.typeOf(column);
    return `${quoted(dialect, column.name)} ${type}${key?.includes(column.name) ? " not null" : ""}`;
  });
  if (key) lines.push(`primary key (${key.map((name) => quoted(dialect, name))})`);
  return `create ${kind ? `${kind} ` : ""}table ${quotedTable(dialect, table)} (${lines.join(", ")})`;
}

/** The name under which a table waits to take the place of another. */
export function stagingName(table: string): string {
  return `ductaflow_new_${[...table].slice(0, 40).join("").replace(/[^\w]/g, "_")}`;
}

/** Throws when nobody knows the columns of a table that is to be made. */
export function checkColumns({ connection }: Session, table: TableName, columns: TableColumn[]): void {
  if (columns.length > 0) return;
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `has no table "${table.join(".")}", and what is to be saved is an empty list, which tells no columns`,
    hint: "Make the table first, or let the operator return columns or an Arrow table, which have columns without rows",
  });
}

/** Columns of which no value tells the type take it from the table that is there. */
export function settled({ columns, batches }: TableStream, existing: TableDescription | undefined): TableStream {
  const typeOf = (name: string) => existing?.columns.find((column) => column.name === name);
  return { columns: columns.map((column) => column.open ? typeOf(column.name) ?? column : column), batches };
}

/** Whether rows can go into the table as it is, so that it need not be made anew. */
export function sameShape({ dialect }: Session, columns: TableColumn[], existing: TableColumn[]): boolean {
  return columns.length === 0 || columns.length === existing.length &&
      columns.every(({ name, type }, i) => {
        const there = existing[i];
        // Numbers of one day may all be whole.
        const asSaved = type === there.type || type === "integer" && ["bigint", "number"].includes(there.type);
        return name === there.name && asSaved &&
          (type !== "decimal" || dialect.typeOf(columns[i]) === dialect.typeOf(there));
      });
}

/** The error of a table that should not be there. */
export function existsError({ connection }: Session, table: TableName): Error {
  return resourceError(connection, {
    code: "resource-exists",
    text: `has a table "${table.join(".")}" already`,
    hint: 'Choose the mode "replace", "append" or "upsert", or another table',
  });
}
