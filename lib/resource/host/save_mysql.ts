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
import { checkColumns, createStatement, existsError, sameShape, settled, stagingName } from "./save_table.ts";
import type { SaveTarget } from "./save.ts";
import { ledgerOf, type Saved, savedBefore, saveOnce } from "./save_ledger.ts";
import type { Session } from "./session.ts";
import { inTransaction } from "./transaction.ts";

/** How long another save to the same table may take, in seconds. */
const patience = 600;
const mark = "ductaflow run ";

/** Saves a table. Nothing of it is seen when it throws. */
export async function saveToMysql(
  session: Session,
  target: SaveTarget,
  table: TableStream,
  runId: string,
): Promise<Saved & { created: boolean }> {
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
  given: TableStream,
  runId: string,
): Promise<Saved & { created: boolean }> {
  await adoptComment(session, target);
  const before = await savedBefore(session, target, runId);
  if (before !== undefined) return { rows: before, alreadySaved: true, created: false };
  const existing = await session.describe(target.table);
  const table = settled(given, existing);
  if (existing === undefined) {
    checkColumns(session, target.table, table.columns);
    return { rows: await saveByRename(session, target, table, runId, false), alreadySaved: false, created: true };
  }
  if (target.mode === "fail") throw existsError(session, target.table);
  const safe = await isTransactional(session, target.table);
  const isSame = sameShape(session, table.columns, existing.columns);
  if (target.mode === "replace" && table.columns.length > 0 && !(safe && isSame)) {
    return { rows: await saveByRename(session, target, table, runId, true), alreadySaved: false, created: false };
  }
  if (!safe) throw unsafeError(session, target.table);
  checkFit(session, target.table, table.columns, existing.columns);
  if (target.mode === "upsert" && table.columns.length > 0) checkKey(session, target, existing);
  return { ...await saveRows(session, target, table, runId), created: false };
}

function unsafeError({ connection, dialect }: Session, table: TableName): Error {
  return resourceError(connection, {
    code: "resource-statement",
    text: `keeps the table "${
      table.join(".")
    }" in an engine without transactions, so a broken save would leave half of the rows`,
    hint: `Make it safe once with: alter table ${quotedTable(dialect, table)} engine = InnoDB`,
  });
}

async function saveRows(session: Session, target: SaveTarget, table: TableStream, runId: string): Promise<Saved> {
  const staging = sibling(target.table, "rows");
  const isUpsert = target.mode === "upsert" && table.columns.length > 0;
  // Temporary tables end no transaction, but are best made before it begins.
  if (isUpsert) await makeTemporary(session, staging, target, table);
  return await saveOnce(session, target, runId, async () => {
    if (target.mode === "replace") await session.run(`delete from ${quotedTable(session.dialect, target.table)}`);
    if (table.columns.length === 0) return 0;
    return isUpsert
      ? await upsert(session, target, table, staging)
      : await session.load(target.table, table.columns, table.batches);
  });
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
    const rows = await inTransaction(session, () => session.load(waiting, table.columns, table.batches));
    await session.run(`alter table ${staging} comment = ${literal(`${mark}${runId} rows ${rows}`)}`);
    await session.run(`rename table ${isThere ? `${name} to ${old}, ` : ""}${staging} to ${name}`);
    await adoptComment(session, target);
    if (isThere) await session.run(`drop table ${old}`);
    return rows;
  } catch (error) {
    await session.run(`drop table if exists ${staging}`).catch(() => {});
    throw session.explain(error);
  }
}

/** A text where MySQL takes no parameter. */
function literal(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
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
  const [, runId, rows] = /^ductaflow run (.+) rows (\d+)$/.exec(String(found?.said ?? "")) ?? [];
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
