/**
 * What steps do with SQLite.
 * @module
 */
import { databaseCalls } from "../host/database_calls.ts";
import { openSqlite } from "../host/sqlite.ts";

export const { read, save, answer } = databaseCalls(openSqlite);

if (import.meta.main) await answer();
