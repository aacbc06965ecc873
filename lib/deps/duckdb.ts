/** DuckDB: a native library, which needs `--allow-ffi`. Load it when it is needed: `await import`. */
export {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBInstance,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} from "npm:@duckdb/node-api@1.4.4-r.1";
export type { DuckDBConnection, DuckDBType, DuckDBValue } from "npm:@duckdb/node-api@1.4.4-r.1";
