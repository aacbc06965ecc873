/**
 * What steps do with MySQL and MariaDB. Each database has a module of its own, so that no process loads the driver of another.
 * @module
 */
import type { SavedArtifact, SavingRun } from "../../ops/external.ts";
import { answer } from "../host/answer.ts";
import type { ServerConnection } from "../host/connection.ts";
import { answerDatabase, readRows, saveRows, type TableTarget } from "../host/database_calls.ts";
import { openMysql } from "../host/mysql.ts";

/** The rows of a query. */
export function read(
  connection: ServerConnection,
  query: unknown,
  values: unknown[],
): AsyncIterable<Record<string, unknown>[]> {
  return readRows(openMysql, connection, query, values);
}

/** Saves the rows of an artifact. */
export function save(
  artifact: SavedArtifact,
  run: SavingRun,
  connection: ServerConnection,
  target: TableTarget,
): Promise<object> {
  return saveRows(openMysql, artifact, run, connection, target);
}

if (import.meta.main) {
  await answer<ServerConnection>((connection, question) => answerDatabase(openMysql, connection, question));
}
