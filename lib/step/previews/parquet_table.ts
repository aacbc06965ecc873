/**
 * Parquet files as tables: the footer says all about columns and rows, the first rows are read by byte ranges.
 * @module
 */
import { previewCell, previewColumns, previewRows, recordColumns, type TableHead } from "./table.ts";
import type { AsyncBuffer, FileMetaData, SchemaElement, SchemaTree } from "../../deps/parquet.ts";

/**
 * No more than this is read at once, whatever a footer claims; and the first rows are shown only if reading them takes
 * no more bytes, packed or unpacked.
 */
const readBudget = 32 * 1024 * 1024;

/** The columns and first rows of a Parquet file. Rows stay out when they are packed in a way that cannot be read. */
export async function parquetTable(path: string, size: number, withRows: boolean): Promise<TableHead> {
  const { parquetMetadataAsync, parquetSchema } = await import("../../deps/parquet.ts");
  using file = Deno.openSync(path, { read: true });
  const buffer = rangesOf(file, size);
  const metadata = await parquetMetadataAsync(buffer, { initialFetchSize: 64 * 1024 });
  const children = parquetSchema(metadata).children;
  const columns = children.slice(0, recordColumns).map((child) => ({
    name: String(previewCell(child.element.name)),
    type: typeOfColumn(child),
  }));
  return {
    columns,
    omitted: children.length - columns.length,
    rows: withRows ? await firstRows(buffer, metadata, children.map((child) => child.element.name)) : [],
    totalRows: Number(metadata.num_rows),
  };
}

function rangesOf(file: Deno.FsFile, size: number): AsyncBuffer {
  return {
    byteLength: size,
    slice(start, end = size) {
      const length = Math.max(0, Math.min(end, size) - start);
      if (length > readBudget) throw new RangeError(`${length} bytes are too many for a preview`);
      const bytes = new Uint8Array(length);
      file.seekSync(start, Deno.SeekMode.Start);
      for (let done = 0; done < bytes.length;) {
        const count = file.readSync(bytes.subarray(done));
        if (count === null) throw new Error("The file ended early");
        done += count;
      }
      return bytes.buffer;
    },
  };
}

async function firstRows(file: AsyncBuffer, metadata: FileMetaData, names: string[]): Promise<TableHead["rows"]> {
  const columns = [...new Set(names.slice(0, previewColumns))];
  if (bytesToRead(metadata, new Set(columns)) > readBudget) return [];
  const { parquetRead } = await import("../../deps/parquet.ts");
  let rows: unknown[][] = [];
  try {
    const onComplete = (found: unknown[][]) => rows = found;
    await parquetRead({ file, metadata, columns, rowEnd: previewRows, onComplete });
  } catch {
    // A compression that needs native code, or broken data: the columns alone are worth showing.
  }
  return rows.map((row) => row.map(previewCell));
}

function bytesToRead({ row_groups }: FileMetaData, columns: Set<string>): number {
  let bytes = 0;
  let rows = 0;
  for (const group of row_groups) {
    if (rows >= previewRows) break;
    rows += Number(group.num_rows);
    for (const { meta_data } of group.columns) {
      if (meta_data === undefined || !columns.has(meta_data.path_in_schema[0])) continue;
      const { total_compressed_size: packed, total_uncompressed_size: unpacked } = meta_data;
      bytes += Math.max(Number(packed), Number(unpacked));
    }
  }
  return bytes;
}

function typeOfColumn({ element, children }: SchemaTree): string {
  if (element.repetition_type === "REPEATED") return "list";
  const logical = element.logical_type?.type ?? element.converted_type;
  if (logical === "INTEGER" || logical === undefined || /^U?INT/.test(logical)) return physicalType(element, children);
  return logical === "UTF8" || logical === "ENUM" ? "string" : logical.toLowerCase().replace(/_(millis|micros)$/, "");
}

function physicalType({ type, logical_type: logical }: SchemaElement, children: SchemaTree[]): string {
  if (children.length > 0) return "struct";
  if (logical?.type === "INTEGER") return `${logical.isSigned ? "" : "u"}int${logical.bitWidth}`;
  return type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY" ? "binary" : (type ?? "unknown").toLowerCase();
}
