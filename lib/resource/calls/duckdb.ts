/**
 * What steps do with DuckDB. Each database has a module of its own, so that no process loads the driver of another.
 * @module
 */
import type { SavedArtifact, SavingRun } from "../../ops/external.ts";
import { answer } from "../host/answer.ts";
import type { DuckdbConnection } from "../host/connection.ts";
import { answerDatabase, readRows, saveRows, type TableTarget } from "../host/database_calls.ts";
import { openDuckdb } from "../host/duckdb.ts";

/** The rows of a query. */
export function read(
  connection: DuckdbConnection,
  query: unknown,
  values: unknown[],
): AsyncIterable<Record<string, unknown>[]> {
  return readRows(openDuckdb, connection, query, values);
}

/** Saves the rows of an artifact. */
export function save(
  artifact: SavedArtifact,
  run: SavingRun,
  connection: DuckdbConnection,
  target: TableTarget,
): Promise<object> {
  return saveRows(openDuckdb, artifact, run, connection, target);
}

if (import.meta.main) {
  await answer<DuckdbConnection>((connection, question) => answerDatabase(openDuckdb, connection, question));
}
