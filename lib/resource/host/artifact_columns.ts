/**
 * The columns that a database needs for the rows of an artifact, which JavaScript's types alone do not tell.
 * @module
 */
import type { SavedArtifact } from "../../ops/external.ts";
import { listed } from "./dialect.ts";
import { type ColumnType, ColumnTypes, type TableColumn } from "./column.ts";
import type { DatabaseConnection } from "./connection.ts";
import { resourceError } from "./resource_error.ts";

const types: ColumnType[] = [
  "boolean",
  "integer",
  "bigint",
  "number",
  "decimal",
  "text",
  "date",
  "timestamp",
  "json",
  "bytes",
];

/** Looks through all rows, batch by batch, for the type of each column; what `wanted` says goes before. */
export async function columnsOfArtifact(
  artifact: SavedArtifact,
  wanted: Record<string, string>,
  connection: DatabaseConnection,
): Promise<TableColumn[]> {
  if (!["rows", "columns", "arrow"].includes(artifact.kind)) {
    throw resourceError(connection, {
      code: "resource-mismatch",
      text: `takes tables, and the artifact is ${artifact.kind === "json" ? "JSON" : artifact.kind}`,
      hint: "Let the operator return a list of rows",
    });
  }
  const found = new ColumnTypes((artifact.table?.columns ?? []).map(({ name }) => name));
  for await (const batch of artifact.batches()) found.add(batch);
  const columns = found.columns();
  const unknown = Object.keys(wanted).filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length > 0 && columns.length > 0) {
    throw resourceError(connection, {
      code: "resource-mismatch",
      text: `got types for ${listed(unknown)}, and the table has ${listed(columns.map(({ name }) => name))}`,
    });
  }
  return columns.map((column) => Object.hasOwn(wanted, column.name) ? typed(column.name, wanted[column.name]) : column);
}

/** A column by the words of a program. Throws a `TypeError` for a type that does not exist. */
export function typed(name: string, word: string): TableColumn {
  const [, type, precision, scale] = /^(\w+)(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(String(word).trim()) ?? [];
  if (!types.includes(type as ColumnType) || precision !== undefined && type !== "decimal") {
    throw new TypeError(
      `The type of the column "${name}" is "${word}", accepted are ${types.join(", ")}, and decimal(12, 2)`,
    );
  }
  return {
    name,
    type: type as ColumnType,
    ...precision === undefined ? {} : { precision: Number(precision), scale: Number(scale ?? 0) },
  };
}
