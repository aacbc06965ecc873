/**
 * A table that runs of a workflow saved, dropped with what the database remembers of these saves. Runs in a process of its
 * own, with the permissions of a save.
 * @module
 */
import type { DatabaseConnection } from "../../resource/host/connection.ts";
import { quotedTable } from "../../resource/host/dialect.ts";
import { ledgerOf } from "../../resource/host/save_ledger.ts";
import type { Opener } from "../../resource/host/session.ts";

/** What was saved: a table, or a file of a store. */
export interface RemovedTarget {
  table?: string[];
  path?: string;
}

/** Drops a table. What is gone already is no error, so that a removal that was cut short can be done again. */
export async function removeTable<C extends DatabaseConnection>(
  open: Opener<C>,
  connection: C,
  { table = [] }: RemovedTarget,
  workflow: string,
): Promise<{ removed: boolean }> {
  const session = await open(connection, "write");
  try {
    const removed = await session.describe(table) !== undefined;
    if (removed) await session.run(`drop table ${quotedTable(session.dialect, table)}`);
    const ledger = ledgerOf(session, table);
    if (await session.describe([...table.slice(0, -1), ledgerName(ledger)]) !== undefined) {
      const { dialect } = session;
      const start = `${workflow}/`;
      await session.run(
        `delete from ${ledger} where target = ${dialect.place(1)} and substr(run_id, 1, ${start.length}) = ${
          dialect.place(2)
        }`,
        [table[table.length - 1], start],
      );
    }
    return { removed };
  } catch (error) {
    throw session.explain(error);
  } finally {
    await session.close();
  }
}

/** The last name of a quoted one. */
function ledgerName(quoted: string): string {
  return /(\w+)\W*$/.exec(quoted)![1];
}
