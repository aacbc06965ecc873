/**
 * Removes what was saved to DuckDB. Each database has a module of its own, so that no process loads the driver of another.
 * @module
 */
import type { DuckdbConnection } from "../../../resource/host/connection.ts";
import { openDuckdb } from "../../../resource/host/duckdb.ts";
import { type RemovedTarget, removeTable } from "../remove_table.ts";

/** Drops a table. */
export function remove(connection: DuckdbConnection, target: RemovedTarget, workflow: string): Promise<object> {
  return removeTable(openDuckdb, connection, target, workflow);
}
