/**
 * What steps do with PostgreSQL.
 * @module
 */
import { databaseCalls } from "../host/database_calls.ts";
import { openPostgres } from "../host/postgres.ts";

export const { read, save, answer } = databaseCalls(openPostgres);

if (import.meta.main) await answer();
