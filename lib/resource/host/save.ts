/**
 * A table into a database: all of it or nothing, and once a run, however often it is tried.
 * @module
 */
import type { TableColumn, TableStream } from "./column.ts";
import { checkFit } from "./check_fit.ts";
import { listed, quoted, quotedTable, type TableName } from "./dialect.ts";
import { resourceError } from "./resource_error.ts";
import { checkKey, checkKeysOfRows } from "./save_key.ts";
import { saveToMysql } from "./save_mysql.ts";
import { checkColumns, createStatement, existsError, sameShape, settled, stagingName } from "./save_table.ts";
import { prepareLedger, type Saved, saveOnce } from "./save_ledger.ts";
import type { Session, TableDescription } from "./session.ts";

/** What becomes of a table that is there already. */
export type SaveMode = "append" | "replace" | "fail" | "upsert";

/** Where a table goes. */
export interface SaveTarget {
  table: TableName;
  mode: SaveMode;
  /** The columns that tell rows apart, for `upsert`. */
  key?: string[];
}

/** What a save did. */
export interface SaveResult {
  table: string;
  mode: SaveMode;
  /** Rows given to the database. */
  rows: number;
  /** Whether the table was made by it. */
  created: boolean;
  /** Whether this run had saved it before, so that nothing was done now. */
  alreadySaved: boolean;
}

/** Saves a table. Nothing is changed when it throws. */
export async function saveTable(
  session: Session,
  target: SaveTarget,
  table: TableStream,
  runId: string,
): Promise<SaveResult> {
  checkTarget(session, target, table.columns);
  if (!/^\P{C}{1,190}$/u.test(runId)) {
    throw new TypeError(`The run id "${runId}" is empty, too long, or holds control characters`);
  }
  await prepareLedger(session, target.table);
  const save = session.dialect.name === "mysql" ? saveToMysql : saveInTransaction;
  const { created, ...saved } = await save(session, target, table, runId);
  return { table: target.table.join("."), mode: target.mode, ...saved, created: created && !saved.alreadySaved };
}

/** Where tables are made and dropped inside of transactions, one transaction is all that is needed. */
async function saveInTransaction(
  session: Session,
  target: SaveTarget,
  table: TableStream,
  runId: string,
): Promise<Saved & { created: boolean }> {
  let created = false;
  const saved = await saveOnce(session, target, runId, async () => {
    const existing = await session.describe(target.table);
    created = existing === undefined;
    return await write(session, target, settled(table, existing), existing);
  });
  return { ...saved, created };
}

async function write(
  session: Session,
  target: SaveTarget,
  table: TableStream,
  existing: TableDescription | undefined,
): Promise<number> {
  const { columns, batches } = table;
  if (existing === undefined) {
    checkColumns(session, target.table, columns);
    const key = target.mode === "upsert" ? target.key : undefined;
    await session.run(createStatement(session, target.table, columns, key));
    return key ? await upsert(session, target, table) : await session.load(target.table, columns, batches);
  }
  if (target.mode === "fail") throw existsError(session, target.table);
  if (target.mode === "replace") {
    const isSame = sameShape(session, columns, existing.columns);
    if (!isSame || session.dialect.name === "duckdb" && columns.length > 0) {
      return await replaceTable(session, target.table, table);
    }
    // Indexes, rights and views stay, and others see the old rows until the end.
    await session.run(`delete from ${quotedTable(session.dialect, target.table)}`);
  }
  if (columns.length === 0) return 0;
  checkFit(session, target.table, columns, existing.columns);
  if (target.mode !== "upsert") return await session.load(target.table, columns, batches);
  checkKey(session, target, existing);
  return await upsert(session, target, table);
}

async function replaceTable(session: Session, table: TableName, { columns, batches }: TableStream): Promise<number> {
  const name = quotedTable(session.dialect, table);
  if (session.dialect.name !== "postgres") {
    await session.run(`drop table ${name}`);
    await session.run(createStatement(session, table, columns));
    return await session.load(table, columns, batches);
  }
  // Whoever reads the old table waits only for the swap.
  const staging = [...table.slice(0, -1), stagingName(table[table.length - 1])];
  await session.run(`drop table if exists ${quotedTable(session.dialect, staging)}`);
  await session.run(createStatement(session, staging, columns));
  const rows = await session.load(staging, columns, batches);
  await session.run(`drop table ${name}`);
  await session.run(
    `alter table ${quotedTable(session.dialect, staging)} rename to ${
      quoted(session.dialect, table[table.length - 1])
    }`,
  );
  return rows;
}

async function upsert(session: Session, target: SaveTarget, { columns, batches }: TableStream): Promise<number> {
  const { dialect } = session;
  const key = target.key!;
  const staging: TableName = [stagingName(target.table[target.table.length - 1])];
  const from = quotedTable(dialect, staging);
  await session.run(`drop table if exists ${dialect.name === "postgres" ? "pg_temp." : "temp."}${from}`);
  await session.run(createStatement(session, staging, columns, undefined, "temporary"));
  const rows = await session.load(staging, columns, batches);
  await checkKeysOfRows(session, from, key);
  const names = columns.map(({ name }) => quoted(dialect, name));
  const keys = key.map((name) => quoted(dialect, name));
  const others = names.filter((name) => !keys.includes(name));
  const change = others.length === 0
    ? "nothing"
    : `update set ${others.map((name) => `${name} = excluded.${name}`).join(", ")}`;
  await session.run(
    // "where true": without it SQLite reads the "on" as that of a join.
    `insert into ${quotedTable(dialect, target.table)} (${names}) select ${names} from ${from} where true ` +
      `on conflict (${keys}) do ${change}`,
  );
  await session.run(`drop table ${from}`);
  return rows;
}

function checkTarget({ connection, dialect }: Session, { table, mode, key }: SaveTarget, columns: TableColumn[]): void {
  quotedTable(dialect, table);
  const seen = new Set<string>();
  for (const { name } of columns) {
    quoted(dialect, name);
    const folded = dialect.name === "postgres" ? name : name.toLowerCase();
    if (seen.has(folded)) {
      throw resourceError(connection, {
        code: "resource-mismatch",
        text: `cannot have two columns "${name}", whatever their letters' case`,
      });
    }
    seen.add(folded);
  }
  if (mode !== "upsert") return;
  if (key === undefined || key.length === 0) throw new TypeError('The mode "upsert" needs a key: { key: ["id"] }');
  if (columns.length === 0) return;
  const missing = key.filter((name) => !columns.some((column) => column.name === name));
  if (missing.length > 0) {
    throw resourceError(connection, {
      code: "resource-mismatch",
      text: `got a table without the key's column ${listed(missing)}; it has ${
        listed(columns.map(({ name }) => name))
      }`,
    });
  }
}
