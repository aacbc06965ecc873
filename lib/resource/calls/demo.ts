/**
 * What steps do with the demo database: they make it where it is not there.
 * @module
 */
import type { SavedArtifact, SavingRun } from "../../ops/external.ts";
import { answer } from "../host/answer.ts";
import type { SqliteConnection } from "../host/connection.ts";
import { answerDatabase, readRows, saveRows, type TableTarget } from "../host/database_calls.ts";
import { openDemo } from "../demo/make_demo.ts";

/** The rows of a query. */
export function read(
  connection: SqliteConnection,
  query: unknown,
  values: unknown[],
): AsyncIterable<Record<string, unknown>[]> {
  return readRows(openDemo, connection, query, values);
}

/** Saves the rows of an artifact. */
export function save(
  artifact: SavedArtifact,
  run: SavingRun,
  connection: SqliteConnection,
  target: TableTarget,
): Promise<object> {
  return saveRows(openDemo, artifact, run, connection, target);
}

if (import.meta.main) {
  await answer<SqliteConnection>((connection, question) => answerDatabase(openDemo, connection, question));
}
