/**
 * Gives a value back that `encode_value.ts` stored.
 * @module
 */
import type { TableShape } from "./artifact_kind.ts";
import type { StoredFile, StoredValue } from "./stored_value.ts";
import { emptyRows } from "./empty_rows.ts";
import { storedPart } from "./stored_value.ts";
import { TableReader } from "./table_reader.ts";
import { fromTagged } from "./tagged_json.ts";

const displayMethod = Symbol.for("Jupyter.display");

/** What makes Arrow tables of columns: where it is needed, the package is loaded, and only there. */
export type MakeArrow = (columns: Record<string, ArrayLike<unknown>>, shape: TableShape) => unknown;

/** The value, or the part of it that a path leads to. */
export function decodeValue(value: StoredValue, folder: string, path: string[] = [], makeArrow?: MakeArrow): unknown {
  const { stored, rest } = storedPart(value, path);
  return rest.reduce((from: unknown, key) => (from as Record<string, unknown> | undefined)?.[key], whole());

  function whole(): unknown {
    if (stored.kind !== "parts") return decodeFile(stored, folder, makeArrow);
    const entries = Object.entries(stored.parts).map(([key, part]) =>
      [key, decodeFile(part, folder, makeArrow)] as const
    );
    return stored.form === "tuple" ? entries.map(([, part]) => part) : Object.fromEntries(entries);
  }
}

function decodeFile(stored: StoredFile, folder: string, makeArrow?: MakeArrow): unknown {
  const path = `${folder}/${stored.file}`;
  switch (stored.kind) {
    case "rows":
    case "columns":
    case "arrow":
      return decodeTable(stored, path, makeArrow);
    case "json":
      return fromTagged(JSON.parse(Deno.readTextFileSync(path)));
    case "bytes":
    case "image":
    case "html":
    case "text":
      return stored.shows
        ? shown(stored, path)
        : stored.kind === "text"
        ? Deno.readTextFileSync(path)
        : bytes(stored, path);
  }
}

function decodeTable({ kind }: StoredFile, path: string, makeArrow?: MakeArrow): unknown {
  using reader = new TableReader(path);
  if (kind === "rows") return reader.shape.rows > 0 ? reader.rows() : emptyRows(reader.shape.columns);
  const columns = reader.columns();
  if (kind === "columns" || !makeArrow) return columns;
  return makeArrow(columns, reader.shape);
}

function bytes({ array }: StoredFile, path: string): unknown {
  const read = Deno.readFileSync(path);
  if (array === undefined) return read;
  const make = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => unknown>)[array];
  return new make(read.buffer);
}

function shown({ type }: StoredFile, path: string): unknown {
  const isBinary = type.startsWith("image/") && type !== "image/svg+xml";
  const content = isBinary
    ? (Deno.readFileSync(path) as unknown as { toBase64(): string }).toBase64()
    : Deno.readTextFileSync(path);
  return { [displayMethod]: () => ({ [type]: content }) };
}
