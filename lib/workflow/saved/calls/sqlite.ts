/**
 * Removes what was saved to SQLite. Each database has a module of its own, so that no process loads the driver of another.
 * @module
 */
import type { SqliteConnection } from "../../../resource/host/connection.ts";
import { openSqlite } from "../../../resource/host/sqlite.ts";
import { type RemovedTarget, removeTable } from "../remove_table.ts";

/** Drops a table. */
export function remove(connection: SqliteConnection, target: RemovedTarget, workflow: string): Promise<object> {
  return removeTable(openSqlite, connection, target, workflow);
}
