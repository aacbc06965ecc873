/**
 * Parquet files: hyparquet, in pure JavaScript. Load it when it is needed: `await import`. The package's main entry
 * would load `node:fs`, which costs 29 ms; this one loads nothing.
 */
export { parquetMetadataAsync, parquetRead, parquetSchema } from "npm:hyparquet@1.31.5/src/index.js";
export type { AsyncBuffer, FileMetaData, SchemaElement, SchemaTree } from "npm:hyparquet@1.31.5/src/index.js";
