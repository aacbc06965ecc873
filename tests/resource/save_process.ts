/** A process that saves, to be killed in the middle: what to do stands in the first argument. */
import { openDuckdb } from "../../lib/resource/host/duckdb.ts";
import { openMysql } from "../../lib/resource/host/mysql.ts";
import { openPostgres } from "../../lib/resource/host/postgres.ts";
import { openSqlite } from "../../lib/resource/host/sqlite.ts";
import { saveTable, type SaveTarget } from "../../lib/resource/host/save.ts";
import type { DatabaseConnection } from "../../lib/resource/host/connection.ts";
import type { Opener } from "../../lib/resource/host/session.ts";
import type { TableColumn } from "../../lib/resource/host/column.ts";

export interface SaveOrder {
  connection: DatabaseConnection;
  target: SaveTarget;
  run: string;
  columns: TableColumn[];
  /** The number of batches. */
  batches: number;
}

export const batchRows = 500;

/** Rows that are the same for the same order. */
export function* batchesOf({ columns, batches }: SaveOrder) {
  for (let batch = 0; batch < batches; batch++) {
    yield Array.from(
      { length: batchRows },
      (_, i) => Object.fromEntries(columns.map(({ name }) => [name, name === "id" ? batch * batchRows + i : "new"])),
    );
  }
}

/** Each batch is told, so that the test kills by what was done and not by time. */
async function* told(order: SaveOrder) {
  let batch = 0;
  for (const rows of batchesOf(order)) {
    console.log(batch++);
    yield rows;
    await Promise.resolve();
  }
  console.log("all");
}

if (import.meta.main) {
  const order: SaveOrder = JSON.parse(Deno.args[0]);
  const openers = { sqlite: openSqlite, duckdb: openDuckdb, postgres: openPostgres, mysql: openMysql };
  const session = await (openers[order.connection.type] as unknown as Opener)(order.connection, "write");
  const { target, run, columns } = order;
  await saveTable(session, target, { columns, batches: told(order) }, run);
  console.log("saved");
  await session.close();
}
