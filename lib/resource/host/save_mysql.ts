/**
 * Saves in MySQL and MariaDB, where each statement that makes, renames or drops a table ends the transaction. So rows go
 * into a table that is there in one transaction, and a new table is filled under another name and then put in place by one
 * `rename`, which is atomic; it carries the id of its run in its comment.
 * @module
 */
import type { TableStream } from "./column.ts";
import { checkFit } from "./check_fit.ts";
import { quoted, quotedTable, type TableName } from "./dialect.ts";
import { resourceError } from "./resource_error.ts";
import { checkKey, checkKeysOfRows } from "./save_key.ts";
import { createStatement, existsError, sameShape, stagingName } from "./save_table.ts";
import type { SaveResult, SaveTarget } from "./save.ts";
import { claimSave, ledgerOf, prepareLedger } from "./save_ledger.ts";
import type { Session } from "./session.ts";

/** How long another save to the same table may take, in seconds. */
const patience = 600;
const mark = "ductaflow run ";

/** Saves a table. Nothing of it is seen when it throws. */
export async function saveToMysql(
  session: Session,
  target: SaveTarget,
  table: TableStream,
  runId: string,
): Promise<SaveResult> {
  await prepareLedger(session, target.table);
  const lock = await lockName(session, target.table);
  const [got] = await session.run("select get_lock(?, ?) as held", [lock, patience]);
  if (Number(got.held) !== 1) {
    throw resourceError(session.connection, {
      code: "resource-lost",
      text: `is busy with another save to "${target.table.join(".")}" for more than ${patience} s`,
    });
  }
  try {
    return await saveLocked(session, target, table, runId);
  } finally {
    await session.run("select release_lock(?)", [lock]).catch(() => {});
  }
}

/** Names of locks are those of the whole server, and short. */
async function lockName(session: Session, table: TableName): Promise<string> {
  const [{ name }] = await session.run("select sha1(concat_ws('.', coalesce(?, database()), ?)) as name", [
    table.length > 1 ? table[0] : null,
    table[table.length - 1],
  ]);
  return `ductaflow.${name}`;
}

async function saveLocked(
  session: Session,
  target: SaveTarget,
  table: TableStream,
  runId: string,
): Promise<SaveResult> {
  const name = target.table.join(".");
  const done = { table: name, mode: target.mode };
  await adoptComment(session, target);
  const before = await session.run(
    `select saved_rows from ${ledgerOf(session, target.table)} where run_id = ? and target = ?`,
    [runId, target.table[target.table.length - 1]],
  );
  if (before.length > 0 && before[0].saved_rows !== null) {
    return { ...done, rows: Number(before[0].saved_rows), created: false, alreadySaved: true };
  }
  const existing = await session.describe(target.table);
  const safe = existing !== undefined && await isTransactional(session, target.table);
  if (
    existing === undefined ||
    target.mode === "replace" && !(safe && sameShape(session, table.columns, existing.columns))
  ) {
    const rows = await saveByRename(session, target, table, runId, existing !== undefined);
    return { ...done, rows, created: existing === undefined, alreadySaved: false };
  }
  if (target.mode === "fail") throw existsError(session, target.table);
  if (!safe) {
    throw resourceError(session.connection, {
      code: "resource-statement",
      text:
        `keeps the table "${name}" in an engine without transactions, so a broken save would leave half of the rows`,
      hint: `Make it safe once with: alter table ${quotedTable(session.dialect, target.table)} engine = InnoDB`,
    });
  }
  checkFit(session, target.table, table.columns, existing.columns);
  if (target.mode === "upsert") checkKey(session, target, existing);
  return { ...done, rows: await saveRows(session, target, table, runId), created: false, alreadySaved: false };
}

async function saveRows(session: Session, target: SaveTarget, table: TableStream, runId: string): Promise<number> {
  const staging = sibling(target.table, "rows");
  // Temporary tables end no transaction, but are best made before it begins.
  if (target.mode === "upsert") await makeTemporary(session, staging, target, table);
  await session.run("start transaction");
  try {
    const claim = await claimSave(session, target, runId);
    if (target.mode === "replace") await session.run(`delete from ${quotedTable(session.dialect, target.table)}`);
    const rows = target.mode === "upsert"
      ? await upsert(session, target, table, staging)
      : await session.load(target.table, table.columns, table.batches);
    await claim.finish(rows);
    await session.run("commit");
    return rows;
  } catch (error) {
    await session.run("rollback").catch(() => {});
    throw session.explain(error);
  }
}

/** A table of this session alone, with the types of the table itself, so that keys compare as they do there. */
async function makeTemporary(
  session: Session,
  staging: TableName,
  target: SaveTarget,
  table: TableStream,
): Promise<void> {
  const { dialect } = session;
  const [name, like] = [quotedTable(dialect, staging), quotedTable(dialect, target.table)];
  const names = table.columns.map(({ name }) => quoted(dialect, name));
  await session.run(`drop temporary table if exists ${name}`);
  await session.run(`create temporary table ${name} as select ${names} from ${like} where false`);
}

/** "on duplicate key" would also change rows that are the same by another unique index: this names the key. */
async function upsert(session: Session, target: SaveTarget, table: TableStream, staging: TableName): Promise<number> {
  const { dialect } = session;
  const rows = await session.load(staging, table.columns, table.batches);
  const [from, to] = [quotedTable(dialect, staging), quotedTable(dialect, target.table)];
  await checkKeysOfRows(session, from, target.key!);
  const keys = target.key!.map((name) => quoted(dialect, name));
  const names = table.columns.map(({ name }) => quoted(dialect, name));
  const others = names.filter((name) => !keys.includes(name));
  const same = keys.map((name) => `t.${name} = s.${name}`).join(" and ");
  if (others.length > 0) {
    await session.run(
      `update ${to} t join ${from} s on ${same} set ${others.map((name) => `t.${name} = s.${name}`).join(", ")}`,
    );
  }
  await session.run(
    `insert into ${to} (${names}) select ${
      names.map((name) => `s.${name}`)
    } from ${from} s left join ${to} t on ${same} ` +
      `where t.${keys[0]} is null`,
  );
  return rows;
}

async function saveByRename(
  session: Session,
  target: SaveTarget,
  table: TableStream,
  runId: string,
  isThere: boolean,
): Promise<number> {
  const { dialect } = session;
  const waiting = sibling(target.table, "new");
  const [staging, name] = [quotedTable(dialect, waiting), quotedTable(dialect, target.table)];
  const old = quotedTable(dialect, sibling(target.table, "old"));
  const key = target.mode === "upsert" ? target.key : undefined;
  try {
    // What an earlier save left when it was killed; the lock says that none is going on.
    await session.run(`drop table if exists ${staging}`);
    await session.run(`drop table if exists ${old}`);
    await session.run(`${createStatement(session, waiting, table.columns, key)} engine = InnoDB character set utf8mb4`);
    await session.run("start transaction");
    const rows = await session.load(waiting, table.columns, table.batches);
    await session.run("commit");
    await session.run(`alter table ${staging} comment = '${mark}${runId} rows ${rows}'`);
    await session.run(`rename table ${isThere ? `${name} to ${old}, ` : ""}${staging} to ${name}`);
    await adoptComment(session, target);
    if (isThere) await session.run(`drop table ${old}`);
    return rows;
  } catch (error) {
    await session.run("rollback").catch(() => {});
    await session.run(`drop table if exists ${staging}`).catch(() => {});
    throw session.explain(error);
  }
}

/** A name beside a table's: short enough, and another one for each table. */
function sibling(table: TableName, what: string): TableName {
  return [...table.slice(0, -1), `${stagingName(table[table.length - 1])}_${what}`];
}

/**
 * Writes into the ledger what the comment of a table says. Between the rename and the ledger the process may have been
 * killed, and the next save, of whichever run, finds it out here.
 */
async function adoptComment(session: Session, { table, mode }: SaveTarget): Promise<void> {
  const [found] = await session.run(
    "select table_comment as said from information_schema.tables where table_schema = coalesce(?, database()) and table_name = ?",
    placeOf(table),
  );
  const [, runId, rows] = /^ductaflow run (\S+) rows (\d+)$/.exec(String(found?.said ?? "")) ?? [];
  if (runId === undefined) return;
  await session.run(
    `insert ignore into ${ledgerOf(session, table)} (run_id, target, mode, saved_rows) values (?, ?, ?, ?)`,
    [runId, table[table.length - 1], mode, Number(rows)],
  );
}

async function isTransactional(session: Session, table: TableName): Promise<boolean> {
  const [found] = await session.run(
    "select engine from information_schema.tables where table_schema = coalesce(?, database()) and table_name = ?",
    placeOf(table),
  );
  return found?.engine === "InnoDB";
}

function placeOf(table: TableName): [string | null, string] {
  return [table.length > 1 ? table[0] : null, table[table.length - 1]];
}
