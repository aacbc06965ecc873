/** Writes Parquet files for tests. */
export { parquetWriteBuffer } from "npm:hyparquet-writer@0.17.0/src/index.js";
