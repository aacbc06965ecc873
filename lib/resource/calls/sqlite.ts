/**
 * What steps do with SQLite. Each database has a module of its own, so that no process loads the driver of another.
 * @module
 */
import type { SavedArtifact, SavingRun } from "../../ops/external.ts";
import { answer } from "../host/answer.ts";
import type { SqliteConnection } from "../host/connection.ts";
import { answerDatabase, readRows, saveRows, type TableTarget } from "../host/database_calls.ts";
import { openSqlite } from "../host/sqlite.ts";

/** The rows of a query. */
export function read(
  connection: SqliteConnection,
  query: unknown,
  values: unknown[],
): AsyncIterable<Record<string, unknown>[]> {
  return readRows(openSqlite, connection, query, values);
}

/** Saves the rows of an artifact. */
export function save(
  artifact: SavedArtifact,
  run: SavingRun,
  connection: SqliteConnection,
  target: TableTarget,
): Promise<object> {
  return saveRows(openSqlite, artifact, run, connection, target);
}

if (import.meta.main) {
  await answer<SqliteConnection>((connection, question) => answerDatabase(openSqlite, connection, question));
}
