/**
 * Databases for tests: files in temporary folders, and databases of their own on the servers at their standard local ports.
 * Without a server its tests are skipped with a notice; `DUCTAFLOW_REQUIRE_DATABASES=1` makes a missing one a failure.
 */
import { openDuckdb } from "../../lib/resource/host/duckdb.ts";
import { openMysql } from "../../lib/resource/host/mysql.ts";
import { openPostgres } from "../../lib/resource/host/postgres.ts";
import { openSqlite } from "../../lib/resource/host/sqlite.ts";
import { type NumberSettings, parseNumberSettings } from "../../lib/resource/number_options.ts";
import { readQuery } from "../../lib/resource/host/read_query.ts";
import { saveTable, type SaveTarget } from "../../lib/resource/host/save.ts";
import { queryData, type SqlQuery } from "../../lib/resource/sql_template.ts";
import type { TableColumn, TableRow, TableStream } from "../../lib/resource/host/column.ts";
import type { DatabaseConnection, ServerConnection } from "../../lib/resource/host/connection.ts";
import type { Opener, Session } from "../../lib/resource/host/session.ts";

export type Kind = "sqlite" | "duckdb" | "postgres" | "mysql";

export const kinds: Kind[] = ["sqlite", "duckdb", "postgres", "mysql"];

const openers = { sqlite: openSqlite, duckdb: openDuckdb, postgres: openPostgres, mysql: openMysql };

/** How the servers are reached, as their administrators. `.ci/run` gives the ports of those that it starts itself. */
export const servers: Record<"postgres" | "mysql", ServerConnection> = {
  postgres: server("postgres", Number(Deno.env.get("DUCTAFLOW_TEST_POSTGRES_PORT") ?? 5432), "postgres"),
  mysql: server("mysql", Number(Deno.env.get("DUCTAFLOW_TEST_MYSQL_PORT") ?? 3306), "root"),
};

function server(type: "postgres" | "mysql", port: number, user: string): ServerConnection {
  const database = type === "postgres" ? "postgres" : "mysql";
  return { type, name: "test", host: "127.0.0.1", port, user, database, tls: false };
}

/** A database of one test, removed when it ends. */
export class TestDatabase implements AsyncDisposable {
  readonly kind: Kind;
  readonly connection: DatabaseConnection;
  readonly #remove: () => Promise<void>;

  constructor(kind: Kind, connection: DatabaseConnection, remove: () => Promise<void>) {
    [this.kind, this.connection, this.#remove] = [kind, connection, remove];
  }

  get open(): Opener {
    return openers[this.kind] as unknown as Opener;
  }

  async with<T>(work: (session: Session) => Promise<T>, connection = this.connection): Promise<T> {
    const session = await this.open(connection, "write");
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  /** Statements of the test itself. */
  async run(...statements: string[]): Promise<Record<string, unknown>[]> {
    return await this.with(async (session) => {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = await session.run(statement);
      return rows;
    });
  }

  async read(
    query: SqlQuery,
    connection = this.connection,
    numbers: NumberSettings = {},
  ): Promise<{ columns: TableColumn[]; rows: TableRow[] }> {
    const { parts, values } = queryData(query);
    await using table = await readQuery(this.open, connection, parts, values, parseNumberSettings(numbers));
    const rows: TableRow[] = [];
    for await (const batch of table.batches) rows.push(...batch);
    return { columns: table.columns, rows };
  }

  async save(
    target: Partial<SaveTarget>,
    columns: TableColumn[],
    rows: TableRow[] | TableStream["batches"],
    run = "w/1",
  ) {
    const batches = Array.isArray(rows) ? [rows as TableRow[]] : rows;
    const where = { table: ["t"], mode: "fail" as const, ...target };
    return await this.with((session) => saveTable(session, where, { columns, batches }, run));
  }

  async count(table = "t"): Promise<number> {
    const [row] = await this.run(`select count(*) as n from ${table}`);
    return Number(row.n);
  }

  /** The tables that are there, without the one in which saves are remembered. */
  async tables(): Promise<string[]> {
    const found = await this.with((session) => session.list());
    return found.filter(({ schema, name }) => schema === undefined && name !== "ductaflow_saves").map(({ name }) =>
      name
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }
}

/** A new, empty database. */
export async function makeDatabase(kind: Kind): Promise<TestDatabase> {
  if (kind === "sqlite" || kind === "duckdb") {
    const dir = await Deno.makeTempDir();
    const connection: DatabaseConnection = { type: kind, name: "test", path: `${dir}/test.db` };
    return new TestDatabase(kind, connection, () => Deno.remove(dir, { recursive: true }));
  }
  const name = `ductaflow_test_${crypto.randomUUID().slice(0, 8)}`;
  await administer(kind, `create database ${name}`);
  const drop = `drop database ${name}${kind === "postgres" ? " with (force)" : ""}`;
  return new TestDatabase(kind, { ...servers[kind], database: name }, () => administer(kind, drop));
}

/** Runs a statement as administrator. */
export async function administer(kind: "postgres" | "mysql", ...statements: string[]): Promise<void> {
  const open = openers[kind];
  const session = await open(servers[kind], "write");
  try {
    for (const statement of statements) await session.run(statement);
  } finally {
    await session.close();
  }
}

const missing = new Map<Kind, Promise<boolean>>();

/** Whether tests with a database are to be left out: its server is not there. */
export async function isMissing(kind: Kind): Promise<boolean> {
  if (kind === "sqlite" || kind === "duckdb") return false;
  let known = missing.get(kind);
  if (!known) missing.set(kind, known = findMissing(kind));
  return await known;
}

async function findMissing(kind: "postgres" | "mysql"): Promise<boolean> {
  try {
    await administer(kind, "select 1");
    return false;
  } catch (error) {
    if (Deno.env.get("DUCTAFLOW_REQUIRE_DATABASES") === "1") throw error;
    console.warn(`No ${kind} server answers at its standard local port: its tests are skipped`);
    return true;
  }
}

/** A test with each database, in a new one. */
export function testDatabases(title: string, work: (database: TestDatabase) => Promise<void>, only = kinds): void {
  for (const kind of only) {
    Deno.test({
      name: `${title} [${kind}]`,
      // The drivers keep timers of their own.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        if (await isMissing(kind)) return;
        await using database = await makeDatabase(kind);
        await work(database);
      },
    });
  }
}
