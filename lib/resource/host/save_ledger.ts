/**
 * Which runs saved what, kept in the database itself and in the same transaction as the rows: a save that is tried again
 * finds out that it was done.
 * @module
 */
import { DuctaflowError, isDuctaflowError } from "../../base/error.ts";
import { quotedTable, type TableName } from "./dialect.ts";
import type { SaveTarget } from "./save.ts";
import type { Session } from "./session.ts";
import { inTransaction } from "./transaction.ts";

const ledger = "ductaflow_saves";

/** What became of a save. */
export interface Saved {
  rows: number;
  /** Whether this run had done it before, so that nothing was done now. */
  alreadySaved: boolean;
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
      await inTransaction(session, async () => {
        await session.run("select pg_advisory_xact_lock(7311284)");
        await session.run(statement);
      });
    }
  } catch (error) {
    if (!isDuctaflowError(error, "resource-denied")) throw error;
    throw new DuctaflowError(`${error.message}: a save is remembered in the table "${ledger}"`, {
      code: error.code,
      hint: `Let somebody make it who may: ${statement}`,
    });
  }
}

/**
 * Does a save for a run, once: the rows and the line in the ledger are one transaction. Whoever does the same meanwhile
 * waits.
 * @param write puts the rows where they belong, and gives their number
 */
export async function saveOnce(
  session: Session,
  target: SaveTarget,
  runId: string,
  write: () => Promise<number>,
): Promise<Saved> {
  return await inTransaction(session, async () => {
    const before = await claim(session, target, runId);
    if (before !== undefined) return { rows: before, alreadySaved: true };
    const rows = await write();
    const { dialect } = session;
    const [p1, p2, p3] = [1, 2, 3].map((n) => dialect.place(n));
    await session.run(
      `update ${ledgerOf(session, target.table)} set saved_rows = ${p1} where run_id = ${p2} and target = ${p3}`,
      [rows, runId, target.table[target.table.length - 1]],
    );
    return { rows, alreadySaved: false };
  });
}

/** The rows that a run has saved to a table; undefined when it has not. */
export async function savedBefore(session: Session, { table }: SaveTarget, runId: string): Promise<number | undefined> {
  const { dialect } = session;
  const [row] = await session.run(
    `select saved_rows from ${ledgerOf(session, table)} where run_id = ${dialect.place(1)} and target = ${
      dialect.place(2)
    }`,
    [runId, table[table.length - 1]],
  );
  return row === undefined || row.saved_rows === null ? undefined : Number(row.saved_rows);
}

/** Makes the line of a save, or finds that it was done. */
async function claim(session: Session, target: SaveTarget, runId: string): Promise<number | undefined> {
  const { table, mode } = target;
  const { dialect } = session;
  const places = [1, 2, 3].map((n) => dialect.place(n));
  const ignoring = dialect.name === "mysql" ? "insert ignore into" : "insert into";
  const otherwise = dialect.name === "mysql" ? "" : " on conflict (run_id, target) do nothing";
  await session.run(
    `${ignoring} ${ledgerOf(session, table)} (run_id, target, mode) values (${places})${otherwise}`,
    [runId, table[table.length - 1], mode],
  );
  return await savedBefore(session, target, runId);
}
