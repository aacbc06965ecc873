import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { bindSql } from "../../lib/resource/host/sql_text.ts";
import { ident, queryData, sql, SqlQuery } from "../../lib/resource/sql_template.ts";
import type { DuctaflowError } from "../../lib/base/error.ts";
import type { TableColumn } from "../../lib/resource/host/column.ts";
import { administer, isMissing, servers, type TestDatabase, testDatabases } from "./databases.ts";

const small: TableColumn[] = [{ name: "id", type: "integer" }, { name: "v", type: "text" }];
const raw = (text: string) => new SqlQuery([text]);

async function refusal(work: Promise<unknown>): Promise<DuctaflowError> {
  const error = await work.then(() => undefined, (error) => error);
  if (isDuctaflowError(error)) return error;
  throw error ?? new Error("It was not refused");
}

/** Texts that end a literal, a statement or a comment somewhere. */
const injections = [
  "'; drop table t; --",
  "' or '1'='1",
  "\\'; drop table t; --",
  '"; drop table t; --',
  "`; drop table t; #",
  "1; delete from t",
  "$1; drop table t",
  "$$; drop table t; $$",
  "*/ drop table t; /*",
  "') union select id, v from t --",
  "\u2019; drop table t; --",
  "\u00bf'; drop table t",
  "%27; drop table t",
  "\ud83d\ude00'\n;drop table t",
  "?",
  ":id",
  "@v",
  "",
];

testDatabases("readQuery() takes no parameter for a part of the statement", async (database) => {
  await database.save({}, small, injections.map((v, id) => ({ id, v })));
  for (const [id, text] of injections.entries()) {
    const query = sql`select id, v from t where v = ${text}`;
    assertEquals(bindSql(queryData(query).parts, queryData(query).values, await dialect(database)).values, [text]);
    assertEquals((await database.read(query)).rows.map(({ v }) => v), [text], `the text ${id}`);
  }
  const { rows } = await database.read(sql`select v from t where v in ${injections} order by id`);
  assertEquals(rows.length, injections.length);
  assertEquals(await database.tables(), ["t"]);
});

testDatabases("ident() takes no name for a part of the statement", async (database) => {
  // What no database would have as a name stays out of the tables made here.
  const names = injections.filter((name) => name !== "" && !(database.kind === "mysql" && /\ud83d| $/.test(name)));
  for (const [i, name] of names.entries()) {
    await database.save({ table: [name] }, [{ name, type: "text" }], [{ [name]: `in ${i}` }], `w/${i}`);
    const { rows } = await database.read(
      sql`select ${ident(name)} from ${ident(name)} where ${ident(name)} = ${`in ${i}`}`,
    );
    assertEquals(rows, [{ [name]: `in ${i}` }], name);
    // A name that is not there is one that is not there, whatever it says.
    const error = await refusal(database.read(sql`select ${ident(`${name} x`)} from ${ident(`${name} x`)}`));
    assertEquals(error.code, "resource-missing", error.message);
  }
  assertEquals((await database.tables()).sort(), names.sort());
});

async function dialect(database: TestDatabase) {
  return await database.with((session) => Promise.resolve(session.dialect));
}

testDatabases("readQuery() changes nothing, whatever the query says", async (database) => {
  await database.save({}, small, [{ id: 1, v: "x" }]);
  const attempts = [
    "drop table t",
    "delete from t",
    "update t set v = 'y'",
    "insert into t (id) values (2)",
    "create table u (a integer)",
    "select 1 as a; drop table t",
  ];
  for (const text of attempts) {
    const error = await refusal(database.read(raw(text)));
    assert(["resource-read-only", "resource-statement"].includes(error.code), `${text}: ${error.code}`);
  }
  assertEquals((await database.read(sql`select * from t`)).rows.length, 1);
  assertEquals(await database.tables(), ["t"]);
});

testDatabases("readQuery() streams more rows than one batch, in order", async (database) => {
  const rows = Array.from({ length: 25_000 }, (_, id) => ({ id, v: `v${id}` }));
  await database.save({}, small, rows);
  const read = (await database.read(sql`select * from t order by id`)).rows;
  assertEquals(read.length, rows.length);
  assert(read.every(({ id, v }, i) => Number(id) === i && v === `v${i}`));
});

testDatabases("readQuery() binds numbers, dates, bytes and null as what they are", async (database) => {
  const columns: TableColumn[] = [
    { name: "n", type: "bigint" },
    { name: "d", type: "date" },
    { name: "b", type: "bytes" },
    { name: "f", type: "boolean" },
  ];
  const row = { n: 9007199254740993n, d: new Date("2020-02-29"), b: new Uint8Array([1, 2]), f: true };
  await database.save({}, columns, [row, { n: 9007199254740992n, d: null, b: null, f: null }]);
  const read = async (query: SqlQuery) =>
    (await database.read(query, database.connection, { integers: "bigint" })).rows;
  assertEquals(await read(sql`select * from t where n = ${row.n}`), [row]);
  assertEquals(await read(sql`select n from t where b = ${row.b}`), [{ n: row.n }]);
  assertEquals(await read(sql`select n from t where f = ${true}`), [{ n: row.n }]);
  assertEquals(await read(sql`select n from t where d = ${"2020-02-29"} limit ${1}`), [{ n: row.n }]);
});

testDatabases("readQuery() runs a query inside of a query", async (database) => {
  await database.save({}, small, [1, 2, 3, 4].map((id) => ({ id, v: `v${id}` })));
  const large = sql`select * from ${ident("t")} where id > ${1};`;
  const filter = sql`where id < ${4}`;
  const { rows } = await database.read(sql`select v from ${large} as large ${filter} and v <> ${"v3"}`);
  assertEquals(rows, [{ v: "v2" }]);
});

testDatabases("readQuery() tells of missing tables, wrong SQL and columns with one name", async (database) => {
  await database.run("create table t (a integer)");
  const missing = await refusal(database.read(sql`select * from nope`));
  assertEquals(missing.code, "resource-missing");
  assertStringIncludes(missing.message, "nope");
  assertEquals((await refusal(database.read(sql`selec 1`))).code, "resource-statement");
  const twice = await refusal(database.read(sql`select 1 as a, 2 as a`));
  assertStringIncludes(twice.message, 'two columns with the same name: "a"');
});

Deno.test("readQuery() of SQLite tells where a value is not of its column's type", async () => {
  const { makeDatabase } = await import("./databases.ts");
  await using database = await makeDatabase("sqlite");
  await database.run("create table t (x real)", "insert into t values (1.5), ('\\N')");
  const error = await refusal(database.read(sql`select x from t`));
  assertEquals(error.code, "resource-mismatch");
  assertStringIncludes(error.message, 'the text "\\N" in row 2 of column "x", whose values are declared REAL');
});

testDatabases("a server that nobody listens at is told without the password", async (database) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const error = await refusal(
    database.read(sql`select 1 as a`, { ...database.connection, port, password: "hush-hush" } as never),
  );
  assertEquals(error.code, "resource-unreachable");
  assertStringIncludes(error.message, "connection was refused");
  assert(!`${error.message}${error.hint}${error.stack}`.includes("hush-hush"));
}, ["postgres", "mysql"]);

Deno.test({
  name: "a wrong password is told without it [mysql]",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    if (await isMissing("mysql")) return;
    const user = `duct_${crypto.randomUUID().slice(0, 8)}`;
    await administer("mysql", `create user '${user}'@'127.0.0.1' identified by 'right-password'`);
    try {
      const { openMysql } = await import("../../lib/resource/host/mysql.ts");
      const error = await refusal(openMysql({ ...servers.mysql, user, password: "wrong-password" }, "read"));
      assertEquals(error.code, "resource-denied");
      assertStringIncludes(error.message, `refused the user "${user}"`);
      assert(!Deno.inspect(error).includes("wrong-password"));
    } finally {
      await administer("mysql", `drop user '${user}'@'127.0.0.1'`);
    }
  },
});

Deno.test({
  name: "a wrong password is told without it [postgres]",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    // A server that asks for the password in the clear and refuses it, as PostgreSQL words it.
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const served = (async () => {
      const connection = await listener.accept();
      const buffer = new Uint8Array(1024);
      await connection.read(buffer);
      await connection.write(new Uint8Array([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      const size = await connection.read(buffer) ?? 0;
      const sent = new TextDecoder().decode(buffer.subarray(5, size - 1));
      const fields = new TextEncoder().encode(
        `SFATAL\0C28P01\0Mpassword authentication failed for user "reader" (${sent})\0\0`,
      );
      await connection.write(new Uint8Array([0x45, 0, 0, 0, fields.length + 4, ...fields]));
      connection.close();
      return sent;
    })();
    const { port } = listener.addr as Deno.NetAddr;
    const { openPostgres } = await import("../../lib/resource/host/postgres.ts");
    const wrong = { ...servers.postgres, port, user: "reader", password: "wrong-password" };
    const error = await refusal(openPostgres(wrong, "read"));
    assertEquals(await served, "wrong-password");
    assertEquals(error.code, "resource-denied");
    assertStringIncludes(error.message, 'refused the user "reader"');
    assert(!Deno.inspect(error).includes("wrong-password"));
  },
});

testDatabases("a connection that breaks in the middle of a save leaves nothing of it", async (database) => {
  await database.save({ mode: "append" }, small, [{ id: 1, v: "x" }], "w/1");
  for (const mode of ["append", "replace"] as const) {
    const error = await refusal(database.save({ mode }, small, rowsWithCut(database), `w/${mode}`));
    assertEquals(error.code, "resource-lost", error.message);
    assertEquals(await database.count(), 1);
    assertEquals(await database.tables(), ["t"]);
  }
}, ["postgres", "mysql"]);

async function* rowsWithCut(database: TestDatabase) {
  for (let batch = 0; batch < 6; batch++) {
    yield Array.from({ length: 4000 }, (_, i) => ({ id: 10 + batch * 4000 + i, v: "y" }));
    if (batch === 2) await cut(database);
  }
}

/** Ends the connections of others to a database, as a server that goes down does. */
async function cut({ kind, connection }: TestDatabase): Promise<void> {
  const { database } = connection as { database: string };
  if (kind === "postgres") {
    await administer(
      "postgres",
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`,
    );
    return;
  }
  const { openMysql } = await import("../../lib/resource/host/mysql.ts");
  const session = await openMysql(servers.mysql, "write");
  const found = await session.run(`select id from information_schema.processlist where db = '${database}'`);
  for (const { id } of found) await session.run(`kill ${Number(id)}`);
  await session.close();
}
