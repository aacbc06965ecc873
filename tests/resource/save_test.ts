import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { ident, sql } from "../../lib/resource/sql_template.ts";
import type { DuctaflowError } from "../../lib/base/error.ts";
import type { TableColumn, TableRow } from "../../lib/resource/host/column.ts";
import { testDatabases } from "./databases.ts";

export const columns: TableColumn[] = [
  { name: "id", type: "bigint" },
  { name: "flag", type: "boolean" },
  { name: "x", type: "number" },
  { name: "exact", type: "decimal", precision: 20, scale: 4 },
  { name: "words", type: "text" },
  { name: "day", type: "date" },
  { name: "moment", type: "timestamp" },
  { name: "tree", type: "json" },
  { name: "raw", type: "bytes" },
];
export const full: TableRow = {
  id: 9007199254740993n,
  flag: true,
  x: 0.1,
  exact: "1234567890123456.7890",
  words: "a\tb\n\\N '\"`; é😀",
  day: new Date("2020-02-29"),
  moment: new Date("2020-01-02T03:04:05.678Z"),
  tree: { a: [1, null, "x"] },
  raw: new Uint8Array([0, 255, 10]),
};
const empty: TableRow = Object.fromEntries(columns.map(({ name }) => [name, name === "id" ? 2n : null]));
const small: TableColumn[] = [{ name: "id", type: "integer" }, { name: "v", type: "text" }];
const rows = (...ids: number[]): TableRow[] => ids.map((id) => ({ id, v: `v${id}` }));

async function refusal(work: Promise<unknown>): Promise<DuctaflowError> {
  try {
    await work;
  } catch (error) {
    if (isDuctaflowError(error)) return error;
    throw error;
  }
  throw new Error("It was not refused");
}

testDatabases("saveTable() and readQuery() keep every type, and null", async (database) => {
  await database.save({}, columns, [full, empty]);
  const { columns: read, rows } = await database.read(
    sql`select * from t order by id desc`,
    database.connection,
    { integers: "bigint" },
  );
  assertEquals(rows, [full, empty]);
  assertEquals(read.map(({ name, type }) => [name, type]), columns.map(({ name, type }) => [name, type]));
  const exact = read.find(({ name }) => name === "exact")!;
  assertEquals([exact.precision, exact.scale], [20, 4]);
});

testDatabases("saveTable() appends, replaces, refuses and makes tables by mode", async (database) => {
  assertEquals((await database.save({ mode: "append" }, small, rows(1, 2), "w/1")).created, true);
  await database.save({ mode: "append" }, small, rows(3), "w/2");
  assertEquals(await database.count(), 3);
  await database.save({ mode: "replace" }, small, rows(4), "w/3");
  assertEquals((await database.read(sql`select v from t`)).rows, [{ v: "v4" }]);
  const error = await refusal(database.save({ mode: "fail" }, small, rows(5), "w/4"));
  assertEquals(error.code, "resource-exists");
  assertStringIncludes(error.message, 'a table "t" already');
  // Other columns: the table is made anew.
  await database.save({ mode: "replace" }, [{ name: "other", type: "number" }], [{ other: 1.5 }], "w/5");
  assertEquals((await database.read(sql`select * from t`)).rows, [{ other: 1.5 }]);
  assertEquals(await database.tables(), ["t"]);
});

testDatabases("saveTable() with upsert changes rows with the same key and adds the others", async (database) => {
  const target = { mode: "upsert", key: ["id"] } as const;
  await database.save({ ...target, key: ["id"] }, small, rows(1, 2), "w/1");
  await database.save({ ...target, key: ["id"] }, small, [{ id: 2, v: "new" }, { id: 3, v: null }], "w/2");
  assertEquals((await database.read(sql`select v from t order by id`)).rows, [{ v: "v1" }, { v: "new" }, { v: null }]);
  const twice = await refusal(database.save({ ...target, key: ["id"] }, small, rows(7, 7), "w/3"));
  assertEquals(twice.code, "resource-mismatch");
  const none = await refusal(database.save({ ...target, key: ["id"] }, small, [{ id: null, v: "x" }], "w/4"));
  assertEquals(none.code, "resource-mismatch");
  const other = await refusal(database.save({ ...target, key: ["v"] }, small, rows(8), "w/5"));
  assertStringIncludes(other.message, 'no unique index on "v"');
  assertEquals(await database.count(), 3);
});

testDatabases("saveTable() saves once a run, however often it is tried", async (database) => {
  for (const mode of ["append", "replace", "fail"] as const) {
    const table = [`t_${mode}`];
    const first = await database.save({ table, mode }, small, rows(1, 2), "wine/2026");
    const again = await database.save({ table, mode }, small, rows(1, 2), "wine/2026");
    assertEquals([first.alreadySaved, again.alreadySaved, again.rows], [false, true, 2]);
    assertEquals(await database.count(`t_${mode}`), 2);
  }
});

testDatabases("saveTable() leaves all as it was when rows end in an error", async (database) => {
  async function* broken() {
    for (let i = 0; i < 5; i++) yield rows(...Array.from({ length: 1000 }, (_, n) => 100 + i * 1000 + n));
    await Promise.resolve();
    throw new Error("the operator's file is damaged");
  }
  await database.save({ mode: "append" }, small, rows(1, 2), "w/1");
  for (const mode of ["append", "replace", "upsert"] as const) {
    await database.save({ table: ["k"], mode: "upsert", key: ["id"] }, small, rows(1, 2), `w/${mode}`);
    const table = mode === "upsert" ? "k" : "t";
    const failed = await database.save({ table: [table], mode, key: ["id"] }, small, broken(), `w/b-${mode}`)
      .then(() => undefined, (error) => error);
    assertStringIncludes(String(failed), "the operator's file is damaged");
    assertEquals(await database.count(table), 2);
  }
  // Also with other columns, and where there was no table.
  const wide: TableColumn[] = [...small, { name: "more", type: "number" }];
  assert(await database.save({ mode: "replace" }, wide, broken(), "w/9").catch((error) => error) instanceof Error);
  assert(await database.save({ table: ["fresh"] }, small, broken(), "w/10").catch((error) => error) instanceof Error);
  assertEquals(await database.tables(), ["k", "t"]);
  assertEquals((await database.read(sql`select v from t order by id`)).rows, [{ v: "v1" }, { v: "v2" }]);
  // The run that failed can be tried again.
  await database.save({ table: ["fresh"] }, small, rows(1), "w/10");
  assertEquals(await database.count("fresh"), 1);
});

testDatabases("saveTable() names every column that does not fit", async (database) => {
  await database.save({}, [{ name: "id", type: "integer" }, { name: "price", type: "number" }], [{
    id: 1,
    price: 2.5,
  }]);
  const wrong: TableColumn[] = [{ name: "id", type: "bytes" }, { name: "prise", type: "number" }];
  const error = await refusal(database.save({ mode: "append" }, wrong, [{ id: new Uint8Array(1), prise: 1 }], "w/2"));
  assertEquals(error.code, "resource-mismatch");
  assertStringIncludes(error.message, '"id" is bytes, but the table has it as');
  assertStringIncludes(error.message, 'no column "prise": did you mean "price"?');
  assertEquals(await database.count(), 1);
});

testDatabases("saveTable() tells of a value that does not fit, and saves nothing", async (database) => {
  await database.run("create table t (id integer not null, v varchar(20))");
  const error = await refusal(database.save({ mode: "append" }, small, [...rows(1, 2), { id: null, v: "x" }], "w/1"));
  assertEquals(error.code, "resource-mismatch");
  assertEquals(await database.count(), 0);
});

testDatabases("saveTable() keeps names of any letters as names", async (database) => {
  const odd = 'we"ird `name`; drop table t; --';
  await database.save({ table: [odd] }, [{ name: odd, type: "text" }, { name: "select", type: "integer" }], [
    { [odd]: "x", select: 1 },
  ]);
  const { rows } = await database.read(sql`select ${ident(odd)} as a from ${ident(odd)}`);
  assertEquals(rows, [{ a: "x" }]);
});

testDatabases("saveTable() that replaces a table with the same columns keeps its indexes", async (database) => {
  await database.run(
    "create table t (id bigint not null primary key, v varchar(50))",
    "create unique index by_v on t (v)",
  );
  await database.save({ mode: "replace" }, small, rows(1), "w/1");
  const found = await database.with((session) => session.describe(["t"]));
  assertEquals(found?.key, ["id"]);
  assert(found?.unique.some((names) => names.join() === "v"));
}, ["sqlite", "postgres", "mysql"]);

testDatabases("saveTable() of two runs at once to one table loses neither", async (database) => {
  await database.save({ mode: "append" }, small, rows(1), "w/0");
  await Promise.all([1, 2, 3].map((i) => database.save({ mode: "append" }, small, rows(i * 10), `w/${i}`)));
  assertEquals(await database.count(), 4);
}, ["postgres", "mysql"]);
