/**
 * What steps do with DuckDB.
 * @module
 */
import { databaseCalls } from "../host/database_calls.ts";
import { openDuckdb } from "../host/duckdb.ts";

export const { read, save, answer } = databaseCalls(openDuckdb);

if (import.meta.main) await answer();
