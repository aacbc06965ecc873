/**
 * Artifacts as files of a store, and back: tables as CSV, JSON, NDJSON or Parquet, all else as it is.
 * @module
 */
import { readSource } from "../../batch/tables/read_source.ts";
import { DuctaflowError } from "../../base/error.ts";
import type { SavedArtifact } from "../../ops/external.ts";
import { jsonText } from "./json_text.ts";
import { readParquetFile } from "./parquet_file.ts";
import type { StoreFormat } from "../store.ts";
import type { StoreConnection } from "./connection.ts";
import { parseNumberSettings } from "../number_options.ts";
import { ColumnTypes, type TableRow } from "./column.ts";
import { guarded, unguardedRow } from "./formula_guard.ts";

const mediaTypes: Record<StoreFormat, string> = {
  csv: "text/csv; charset=utf-8",
  tsv: "text/tab-separated-values; charset=utf-8",
  json: "application/json",
  ndjson: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
  text: "text/plain; charset=utf-8",
  bytes: "application/octet-stream",
};

const encoder = new TextEncoder();

/** The media type of a file. */
export function mediaTypeOf(path: string, format: StoreFormat): string {
  return format === "text" && path.endsWith(".html") ? "text/html; charset=utf-8" : mediaTypes[format];
}

/** The value of a file on this machine. */
export async function decodeFile(
  path: string,
  format: StoreFormat,
  numbers: unknown,
  connection: StoreConnection,
): Promise<unknown> {
  switch (format) {
    case "parquet":
      return await readParquetFile(path, parseNumberSettings(numbers), connection);
    case "text":
      return await Deno.readTextFile(path);
    case "bytes":
      return await Deno.readFile(path);
    case "json":
      return JSON.parse(await Deno.readTextFile(path));
    default: {
      const rows = await readSource(path);
      // A table without rows knows its columns as it is.
      if (rows.length === 0) return rows;
      const isText = format === "csv" || format === "tsv";
      return isText ? rows.map(unguardedRow) : rows.map((row) => ({ ...row }));
    }
  }
}

/** An artifact as the bytes of a file, piece by piece. */
export async function* encodeFile(artifact: SavedArtifact, format: StoreFormat): AsyncGenerator<Uint8Array> {
  const isTable = ["rows", "columns", "arrow"].includes(artifact.kind);
  if (!isTable) return yield* encodeValue(artifact, format);
  if (format === "parquet") {
    if (artifact.table?.columns.length !== 0) return yield* fileBytes(artifact.path);
    throw new DuctaflowError("An empty list, which tells no columns, cannot be saved as parquet", {
      code: "resource-mismatch",
      hint: "Let the operator return columns or an Arrow table, which have columns without rows, or save it as .json",
    });
  }
  const encode =
    { csv: csvPieces(","), tsv: csvPieces("\t"), json: jsonPieces, ndjson: ndjsonPieces }[format as string];
  if (encode === undefined) {
    throw new DuctaflowError(`A table cannot be saved as ${format}`, {
      code: "resource-mismatch",
      hint: "Let the name of the file end in .csv, .tsv, .json, .ndjson or .parquet",
    });
  }
  for await (const text of encode(artifact)) yield encoder.encode(text);
}

async function* encodeValue(artifact: SavedArtifact, format: StoreFormat): AsyncGenerator<Uint8Array> {
  if (artifact.kind === "json") {
    if (format !== "json" && format !== "text") {
      throw new DuctaflowError(`JSON cannot be saved as ${format}`, {
        code: "resource-mismatch",
        hint: "Let the name of the file end in .json",
      });
    }
    return yield encoder.encode(`${jsonText(await artifact.value(), 2)}\n`);
  }
  yield* fileBytes(artifact.path);
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  yield* file.readable.values({ preventCancel: true });
}

function csvPieces(separator: string) {
  return async function* (artifact: SavedArtifact): AsyncGenerator<string> {
    const found = new ColumnTypes(artifact.table?.columns.map(({ name }) => name));
    if (artifact.table === undefined) { for await (const batch of artifact.batches()) found.add(batch); }
    const names = found.columns().map(({ name }) => name);
    const line = (values: unknown[]) => `${values.map((value) => csvField(value, separator)).join(separator)}\n`;
    yield line(names);
    for await (const batch of artifact.batches()) yield batch.map((row) => line(names.map((n) => row[n]))).join("");
  };
}

function csvField(value: unknown, separator: string): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string"
    ? guarded(value)
    : value instanceof Date
    ? value.toISOString()
    : jsonText(value);
  return text === "" || text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function* ndjsonPieces(artifact: SavedArtifact): AsyncGenerator<string> {
  for await (const batch of artifact.batches()) yield batch.map((row: TableRow) => `${jsonText(row)}\n`).join("");
}

async function* jsonPieces(artifact: SavedArtifact): AsyncGenerator<string> {
  let before = "[\n";
  for await (const batch of artifact.batches()) {
    for (const row of batch) {
      yield before + jsonText(row);
      before = ",\n";
    }
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
