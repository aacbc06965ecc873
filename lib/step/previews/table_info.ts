/**
 * Files as tables, by their type.
 * @module
 */
import { csvTable } from "./csv_table.ts";
import { jsonTable, ndjsonTable } from "./json_table.ts";
import { parquetTable } from "./parquet_table.ts";
import type { Column, TableHead } from "./table.ts";

/** Rows of files up to this size are counted; of larger ones only the head is read. */
export const countedSize = 64 * 1024 * 1024;

/** What a record says about a table. */
export interface TableInfo {
  columns: Column[];
  /** Columns of the file beyond `columns`. */
  omitted: number;
  rows?: number;
}

/** Whether files of this type may be tables. */
export function isTableType(type: string): boolean {
  return /^(text\/(csv|tab-separated-values)|application\/(json|x-ndjson|vnd\.apache\.parquet))$/.test(type);
}

/** The columns and the number of rows of a file; undefined when it is no table, or a broken one. */
export async function tableInfo(path: string, type: string, size: number): Promise<TableInfo | undefined> {
  const table = await maybeTable(path, type, size, { countRows: size <= countedSize, withRows: false });
  return table && { columns: table.columns, omitted: table.omitted, rows: table.totalRows };
}

/** The columns and first rows of a file; undefined when it is no table, or a broken one. */
export function tableHead(path: string, type: string, size: number): Promise<TableHead | undefined> {
  return maybeTable(path, type, size, { countRows: false, withRows: true });
}

async function maybeTable(
  path: string,
  type: string,
  size: number,
  { countRows, withRows }: { countRows: boolean; withRows: boolean },
): Promise<TableHead | undefined> {
  if (size === 0) return undefined;
  try {
    switch (type) {
      case "text/csv":
      case "text/tab-separated-values":
        return await csvTable(path, type, countRows);
      case "application/json":
        return jsonTable(path, size);
      case "application/x-ndjson":
        return ndjsonTable(path, countRows);
      case "application/vnd.apache.parquet":
        return await parquetTable(path, size, withRows);
    }
  } catch {
    // Whatever is wrong with a file that a flow wrote, its run is not the worse for it: it is shown as text or not at all.
  }
  return undefined;
}
