/**
 * Columns on their way between databases and artifacts: an artifact knows what JavaScript knows, and of what was read also
 * what it was in its database.
 * @module
 */
import type { ColumnKind, SavedArtifact, TableColumn as ArtifactColumn, TypedRows } from "../../ops/external.ts";
import { listed } from "./dialect.ts";
import { type ColumnType, ColumnTypes, type TableColumn } from "./column.ts";
import type { DatabaseConnection } from "./connection.ts";
import { resourceError } from "./resource_error.ts";

const kinds: Record<ColumnType, ColumnKind> = {
  boolean: "boolean",
  integer: "number",
  bigint: "bigint",
  number: "number",
  decimal: "string",
  text: "string",
  date: "date",
  timestamp: "date",
  json: "json",
  bytes: "bytes",
};

/** Columns of new tables for columns of which only JavaScript's type is known. */
const typesOfKinds: Partial<Record<ColumnKind, ColumnType>> = {
  boolean: "boolean",
  number: "number",
  string: "text",
  date: "timestamp",
  bigint: "bigint",
  bytes: "bytes",
  json: "json",
  mixed: "json",
};

/** The most digits that all databases here keep. */
const commonDigits = 38;

/** The columns of a result as those of an artifact. */
export function artifactColumns(columns: TableColumn[]): TypedRows["columns"] {
  return columns.map((column) => {
    if (column.open) return { name: column.name, type: "null" };
    // What has more than 64 bits is no BigInt of Parquet.
    const isWide = column.type === "bigint" &&
      (column.stored === "decimal" || /huge|unsigned|ubig/i.test(column.native ?? ""));
    return { name: column.name, type: isWide ? "mixed" : kinds[column.type], ...sourceOf(column) };
  });
}

/** The type by which a save makes the same column; none where a database could not keep all of it. */
function sourceOf({ type, stored = type, precision, scale, native }: TableColumn): { source?: string } {
  if (stored === "decimal") {
    return precision !== undefined && precision <= commonDigits
      ? { source: `decimal(${precision}, ${scale ?? 0})` }
      : {};
  }
  if (stored === "bigint" && /huge|unsigned|ubig/i.test(native ?? "")) return {};
  return { source: stored };
}

/**
 * The columns that a database needs for the rows of an artifact: what `wanted` says, else what they were where they were
 * read, else what all values say, batch by batch.
 */
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
  const known = artifact.table?.columns ?? [];
  checkWanted(wanted, known, connection);
  const said = (column: ArtifactColumn) => Object.hasOwn(wanted, column.name) ? wanted[column.name] : column.source;
  const found = known.every((column) => said(column) !== undefined) ? new ColumnTypes() : await typesOfValues(artifact);
  return known.map((column) => {
    const word = said(column);
    if (word !== undefined) return typed(column.name, word);
    const seen = found.type(column.name) ?? typesOfKinds[column.type];
    return { name: column.name, type: seen ?? "text", ...seen === undefined ? { open: true } : {} };
  });
}

async function typesOfValues(artifact: SavedArtifact): Promise<ColumnTypes> {
  const found = new ColumnTypes();
  for await (const batch of artifact.batches()) found.add(batch);
  return found;
}

function checkWanted(
  wanted: Record<string, string>,
  columns: ArtifactColumn[],
  connection: DatabaseConnection,
): void {
  const unknown = Object.keys(wanted).filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length === 0 || columns.length === 0) return;
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `got types for ${listed(unknown)}, and the table has ${listed(columns.map(({ name }) => name))}`,
  });
}

/** A column by the words of a program. Throws a `TypeError` for a type that does not exist. */
export function typed(name: string, word: string): TableColumn {
  const [, type, precision, scale] = /^(\w+)(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(String(word).trim()) ?? [];
  if (!Object.hasOwn(kinds, type ?? "") || precision !== undefined && type !== "decimal") {
    throw new TypeError(
      `The type of the column "${name}" is "${word}", accepted are ${
        Object.keys(kinds).join(", ")
      }, and decimal(12, 2)`,
    );
  }
  return {
    name,
    type: type as ColumnType,
    ...precision === undefined ? {} : { precision: Number(precision), scale: Number(scale ?? 0) },
  };
}
