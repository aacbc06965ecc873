/**
 * Which runs saved what, kept in the database itself and in the same transaction as the rows: a save that is tried again
 * finds out that it was done.
 * @module
 */
import { isDuctaflowError } from "../../base/error.ts";
import { DuctaflowError } from "../../base/error.ts";
import { quotedTable, type TableName } from "./dialect.ts";
import type { SaveTarget } from "./save.ts";
import type { Session } from "./session.ts";

const ledger = "ductaflow_saves";

/** The right to do a save, or word that it was done. */
export interface Claim {
  /** The rows of the save, when this run did it before. */
  savedRows?: number;
  /** Writes down that it was done. */
  finish(rows: number): Promise<void>;
}

/** The ledger beside a table, as SQL. */
export function ledgerOf({ dialect }: Session, table: TableName): string {
  return quotedTable(dialect, [...table.slice(0, -1), ledger]);
}

/** Makes the table in which saves are remembered, if there is none. */
export async function prepareLedger(session: Session, table: TableName): Promise<void> {
  if (await session.describe([...table.slice(0, -1), ledger]) !== undefined) return;
  const { name } = session.dialect;
  const text = name === "mysql" ? "varchar(200) character set utf8mb4 collate utf8mb4_bin" : "text";
  const statement = `create table if not exists ${ledgerOf(session, table)} (run_id ${text} not null, ` +
    `target ${text} not null, mode varchar(20) not null, saved_rows bigint, saved_at ${
      name === "mysql" ? "datetime" : "timestamp"
    } ` +
    "not null default current_timestamp, primary key (run_id, target))";
  try {
    if (name !== "postgres") await session.run(statement);
    else {
      // Two that make a table at once stumble over each other, in spite of "if not exists".
      await session.run("begin");
      await session.run("select pg_advisory_xact_lock(7311284)");
      await session.run(statement);
      await session.run("commit");
    }
  } catch (error) {
    if (name === "postgres") await session.run("rollback").catch(() => {});
    if (!isDuctaflowError(error, "resource-denied")) throw error;
    throw new DuctaflowError(`${error.message}: a save is remembered in the table "${ledger}"`, {
      code: error.code,
      hint: `Let somebody make it who may: ${statement}`,
    });
  }
}

/** Claims a save for a run, inside of its transaction. Whoever does the same meanwhile waits here. */
export async function claimSave(session: Session, { table, mode }: SaveTarget, runId: string): Promise<Claim> {
  const { dialect } = session;
  const [p1, p2, p3] = [1, 2, 3].map((n) => dialect.place(n));
  const name = ledgerOf(session, table);
  const target = table[table.length - 1];
  const ignoring = dialect.name === "mysql" ? "insert ignore into" : "insert into";
  const otherwise = dialect.name === "mysql" ? "" : " on conflict (run_id, target) do nothing";
  const columns = "(run_id, target, mode)";
  await session.run(`${ignoring} ${name} ${columns} values (${p1}, ${p2}, ${p3})${otherwise}`, [runId, target, mode]);
  const [row] = await session.run(`select saved_rows from ${name} where run_id = ${p1} and target = ${p2}`, [
    runId,
    target,
  ]);
  if (row.saved_rows !== null) return { savedRows: Number(row.saved_rows), finish: () => Promise.resolve() };
  return {
    finish: async (rows) => {
      const change = `update ${name} set saved_rows = ${p1} where run_id = ${p2} and target = ${p3}`;
      await session.run(change, [rows, runId, target]);
    },
  };
}
