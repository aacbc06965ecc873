/**
 * Parquet files of anybody as tables with types. Those that this toolkit wrote give back what they were made of, also what
 * is missing and what is null.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { compressorsFor } from "../../batch/tables/parquet_compressors.ts";
import type { TypedRows } from "../../ops/external.ts";
import { TableReader } from "../../ops/values/table_reader.ts";
import type { NumberSettings } from "../number_options.ts";
import { artifactColumns } from "./artifact_columns.ts";
import type { ColumnType, TableColumn, TableRow } from "./column.ts";
import type { StoreConnection } from "./connection.ts";
import { exactDecimal, type NumberOptions, resultColumn, safeInteger } from "./numbers.ts";
import { resourceError } from "./resource_error.ts";
import type { AsyncBuffer, FileMetaData, SchemaTree } from "../../deps/parquet.ts";

/** A table of a Parquet file, which is read a row group at a time. */
export async function readParquetFile(
  path: string,
  numbers: Required<NumberSettings>,
  connection: StoreConnection,
): Promise<TypedRows> {
  const own = maybeOwnTable(path);
  if (own) return own;
  const { parquetMetadataAsync, parquetSchema } = await import("../../deps/parquet.ts");
  const damaged = (error: unknown) =>
    resourceError(connection, {
      code: "resource-mismatch",
      text: `has a file that is no Parquet, or one that cannot be read: ${messageOf(error)}`,
    });
  let metadata: FileMetaData;
  let columns: TableColumn[];
  try {
    metadata = await parquetMetadataAsync(bufferOf(path));
    const { children } = parquetSchema(metadata);
    columns = children.map((child) => resultColumn(columnOfParquet(child), numbers));
    // The package would give them as doubles. Left alone, they come as they are stored.
    for (const { children: inner, element } of children) {
      if (inner.length > 0 || decimalOf(element) === undefined) continue;
      delete element.converted_type;
      delete element.logical_type;
    }
  } catch (error) {
    throw damaged(error);
  }
  return {
    columns: artifactColumns(columns),
    async *[Symbol.asyncIterator]() {
      for await (const group of rowGroups(path, metadata)) {
        yield group.map((values) => rowOf(values, columns, numbers, connection));
      }
    },
  };
}

/** A table that an operator left; undefined when it is no such file. */
function maybeOwnTable(path: string): TypedRows | undefined {
  let columns: TypedRows["columns"];
  try {
    using reader = new TableReader(path);
    columns = reader.shape.columns;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
  return {
    columns,
    async *[Symbol.asyncIterator]() {
      using reader = new TableReader(path);
      yield* reader.rowBatches();
    },
  };
}

function bufferOf(path: string): AsyncBuffer {
  const { size } = Deno.statSync(path);
  return {
    byteLength: size,
    async slice(start, end = size) {
      using file = await Deno.open(path);
      await file.seek(start, Deno.SeekMode.Start);
      const bytes = new Uint8Array(Math.max(0, end - start));
      for (let done = 0; done < bytes.length;) {
        const count = await file.read(bytes.subarray(done));
        if (count === null) throw new TypeError("it ended early");
        done += count;
      }
      return bytes.buffer;
    },
  };
}

async function* rowGroups(path: string, metadata: FileMetaData): AsyncGenerator<unknown[][]> {
  const { parquetRead } = await import("../../deps/parquet.ts");
  const compressors = await compressorsFor(metadata);
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    let rows: unknown[][] = [];
    await parquetRead({
      file: bufferOf(path),
      metadata,
      rowStart,
      rowEnd,
      utf8: false,
      compressors,
      onComplete: (found: unknown[][]) => rows = found,
    });
    yield rows;
    rowStart = rowEnd;
  }
}

const physical: Record<string, ColumnType> = {
  BOOLEAN: "boolean",
  INT32: "integer",
  INT64: "bigint",
  INT96: "timestamp",
  FLOAT: "number",
  DOUBLE: "number",
};
const texts = ["UTF8", "STRING", "ENUM", "UUID"];

function columnOfParquet({ element, children }: SchemaTree): TableColumn {
  const { name, type = "", converted_type: converted, logical_type: logical } = element;
  if (children.length > 0 || element.repetition_type === "REPEATED") return { name, type: "json" };
  const what = logical?.type ?? converted ?? "";
  const decimal = decimalOf(element);
  if (decimal) return { name, type: "decimal", ...decimal };
  if (what === "DATE") return { name, type: "date" };
  if (what.startsWith("TIMESTAMP")) return { name, type: "timestamp" };
  if (what === "JSON") return { name, type: "json" };
  if (what === "FLOAT16") return { name, type: "number" };
  if (texts.includes(what)) return { name, type: "text" };
  const unsigned = converted === "UINT_64" || logical?.type === "INTEGER" && !logical.isSigned;
  return { name, type: physical[type] ?? "bytes", ...unsigned ? { native: "unsigned" } : {} };
}

function decimalOf(element: SchemaTree["element"]): { precision: number; scale: number } | undefined {
  const { converted_type: converted, logical_type: logical, precision, scale } = element;
  if (logical?.type === "DECIMAL") return { precision: logical.precision, scale: logical.scale };
  return converted === "DECIMAL" ? { precision: precision ?? 0, scale: scale ?? 0 } : undefined;
}

function rowOf(
  values: unknown[],
  columns: TableColumn[],
  numbers: NumberOptions,
  connection: StoreConnection,
): TableRow {
  const row: TableRow = {};
  for (let i = 0; i < columns.length; i++) {
    const value = values[i];
    row[columns[i].name] = value === null || value === undefined
      ? null
      : valueOf(value, columns[i], numbers, connection);
  }
  return row;
}

function valueOf(value: unknown, column: TableColumn, numbers: NumberOptions, connection: StoreConnection): unknown {
  const { type, stored = type, scale = 0 } = column;
  const plain = stored === "decimal" ? exactDecimal(unscaled(value), scale) : value;
  switch (type) {
    case "integer":
      return safeInteger(plain, column, connection);
    case "bigint":
      return BigInt(plain as string | bigint);
    case "number":
      return Number(plain);
    case "text":
      return plain instanceof Uint8Array ? new TextDecoder().decode(plain) : String(plain);
    case "bytes":
      return Uint8Array.from(plain as Uint8Array);
    case "json":
      return nested(plain, (item) => numbers.integers === "bigint" ? item : safeInteger(item, column, connection));
  }
  return plain;
}

/** The digits of a decimal: an integer, or the bytes of one, the largest first. */
function unscaled(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number);
  let digits = 0n;
  for (const byte of value) digits = digits << 8n | BigInt(byte);
  return BigInt.asIntN(value.length * 8, digits);
}

function nested(value: unknown, integer: (item: bigint) => unknown): unknown {
  if (typeof value === "bigint") return integer(value);
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => nested(item, integer));
  if (ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as Iterable<unknown>, (item) => nested(item, integer));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nested(item, integer)]));
}
