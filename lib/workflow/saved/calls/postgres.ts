/**
 * Removes what was saved to PostgreSQL. Each database has a module of its own, so that no process loads the driver of another.
 * @module
 */
import type { ServerConnection } from "../../../resource/host/connection.ts";
import { openPostgres } from "../../../resource/host/postgres.ts";
import { type RemovedTarget, removeTable } from "../remove_table.ts";

/** Drops a table. */
export function remove(connection: ServerConnection, target: RemovedTarget, workflow: string): Promise<object> {
  return removeTable(openPostgres, connection, target, workflow);
}
