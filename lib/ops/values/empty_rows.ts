/**
 * Lists without rows that know their columns all the same, as those of `readTable` do: a list that an operator hands on
 * stays the table that it was. Imports nothing but types: it is part of every operator's process.
 * @module
 */
import type { ColumnKind, TypedRows } from "./artifact_kind.ts";

type Columns = TypedRows["columns"];

/** What `columnsOf` looks for, with what only artifacts know. */
interface HiddenColumn {
  name: string;
  type: "text" | "number" | "boolean" | "json" | "blank";
  artifact?: Columns[number];
}

const columnsKey = Symbol.for("ductaflow.columns");
const kinds: Record<HiddenColumn["type"], ColumnKind> = {
  text: "string",
  number: "number",
  boolean: "boolean",
  json: "json",
  blank: "null",
};

/** An empty list that knows its columns. */
export function emptyRows(columns: Columns): Record<string, unknown>[] {
  const hidden = columns.map(({ name, type, source }): HiddenColumn => ({
    name,
    type: type === "number" || type === "boolean" || type === "json"
      ? type
      : type === "null"
      ? "blank"
      : type === "mixed"
      ? "json"
      : "text",
    artifact: { name, type, ...(source ? { source } : {}) },
  }));
  return Object.defineProperty([], columnsKey, { value: hidden });
}

/** The columns that a list without rows knows; undefined for all else. */
export function maybeEmptyColumns(value: unknown): Columns | undefined {
  if (!Array.isArray(value) || value.length > 0) return undefined;
  const hidden = (value as { [columnsKey]?: HiddenColumn[] })[columnsKey];
  if (!hidden || hidden.length === 0) return undefined;
  return hidden.map(({ name, type, artifact }) => artifact ?? { name, type: kinds[type] });
}
