/**
 * Arguments of an operator from its config: data, and artifacts in the folders of other runs.
 * @module
 */
import type { SavedArtifact, TableShape } from "../values/artifact_kind.ts";
import { input } from "../../flow.ts";
import { decodeValue, type MakeArrow } from "../values/decode_value.ts";
import { type StoredFile, storedPart, type StoredValue } from "../values/stored_value.ts";
import { TableReader } from "../values/table_reader.ts";
import { fromTagged } from "../values/tagged_json.ts";

/** An argument in a config: tagged JSON, or one of these. */
export type ChildArg =
  | { $artifact: ArtifactReference }
  | { $list: ChildArg[] }
  | { $object: Record<string, ChildArg> };

/** An artifact of another run. */
export interface ArtifactReference {
  step: string;
  instance: string;
  value: StoredValue;
  path: string[];
  /** Whether the function is given the file instead of the value. */
  file?: true;
}

/** The value of an argument. */
export function decodeArgument(arg: ChildArg, makeArrow?: MakeArrow): unknown {
  if (typeof arg === "object" && arg !== null && Object.keys(arg).length === 1) {
    if ("$artifact" in arg) return decodeReference(arg.$artifact, makeArrow);
    if ("$list" in arg) return arg.$list.map((item) => decodeArgument(item, makeArrow));
    if ("$object" in arg) {
      return Object.fromEntries(
        Object.entries(arg.$object).map(([key, item]) => [key, decodeArgument(item, makeArrow)]),
      );
    }
  }
  return fromTagged(arg);
}

function decodeReference({ step, instance, value, path, file }: ArtifactReference, makeArrow?: MakeArrow): unknown {
  const folder = input(step, instance, ".");
  return file ? savedArtifact(value, folder, path) : decodeValue(value, folder, path, makeArrow);
}

/** An artifact of which a function takes what it needs. */
export interface LocalArtifact extends SavedArtifact {
  /** The values of one column, a row group at a time; undefined when it is no table or has no such column. */
  column(name: string): Iterable<ArrayLike<unknown>> | undefined;
}

function savedArtifact(value: StoredValue, folder: string, path: string[]): LocalArtifact {
  const { stored, rest } = storedPart(value, path);
  const isFile = stored.kind !== "parts" && rest.length === 0;
  const file = isFile ? stored as StoredFile : undefined;
  const place = `${folder}/${file?.file ?? ""}`;
  const isEmpty = file?.json === "array" && Deno.readTextFileSync(place).trim() === "[]";
  const isTable = file !== undefined && ["rows", "columns", "arrow"].includes(file.kind);
  const shape = (): TableShape => {
    // An empty list is a table of which nobody knows the columns.
    if (isEmpty) return { rows: 0, columns: [] };
    using reader = new TableReader(place);
    return reader.shape;
  };
  return {
    kind: isEmpty ? "rows" : file?.kind ?? "json",
    path: place,
    type: file?.type ?? "application/json",
    ...(isTable || isEmpty ? { table: shape() } : {}),
    value: () => Promise.resolve(decodeValue(value, folder, path)),
    async *batches() {
      if (!isTable) {
        const rows = await Promise.resolve(decodeValue(value, folder, path));
        if (Array.isArray(rows) && rows.length > 0) yield rows as Record<string, unknown>[];
        return;
      }
      using reader = new TableReader(place);
      yield* reader.rowBatches();
    },
    column(name) {
      return isTable && shape().columns.some((column) => column.name === name) ? columnOf(place, name) : undefined;
    },
  };
}

function* columnOf(path: string, name: string): Generator<ArrayLike<unknown>> {
  using reader = new TableReader(path);
  yield* reader.columnBatches(name);
}
