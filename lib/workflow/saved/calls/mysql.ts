/**
 * Removes what was saved to MySQL. Each database has a module of its own, so that no process loads the driver of another.
 * @module
 */
import type { ServerConnection } from "../../../resource/host/connection.ts";
import { openMysql } from "../../../resource/host/mysql.ts";
import { type RemovedTarget, removeTable } from "../remove_table.ts";

/** Drops a table. */
export function remove(connection: ServerConnection, target: RemovedTarget, workflow: string): Promise<object> {
  return removeTable(openMysql, connection, target, workflow);
}
