import { assertEquals, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { parseNumberSettings } from "../../lib/resource/number_options.ts";
import { sql } from "../../lib/resource/sql_template.ts";
import type { SqlQuery } from "../../lib/resource/sql_template.ts";
import type { TableColumn } from "../../lib/resource/host/column.ts";
import { type TestDatabase, testDatabases } from "./databases.ts";

const columns: TableColumn[] = [{ name: "id", type: "bigint" }, { name: "n", type: "integer" }, {
  name: "price",
  type: "decimal",
  precision: 12,
  scale: 2,
}];
const rows = [{ id: 1n, n: 10, price: "0.10" }, { id: 2n, n: 20, price: "1234567890.25" }];

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => undefined, (error) => error);
  if (isDuctaflowError(error, "resource-mismatch")) return `${error.message} ${error.hint}`;
  throw error ?? new Error("It was not refused");
}

testDatabases("readQuery() gives bigints, counts and sums of integers as numbers", async (database) => {
  await database.save({}, columns, rows);
  assertEquals((await database.read(sql`select id, n from t order by id`)).rows, [{ id: 1, n: 10 }, { id: 2, n: 20 }]);
  // The sum of bigints is a numeric in PostgreSQL, of as many digits as it takes.
  const whole = database.kind === "postgres" ? sql`cast(sum(n) as bigint)` : sql`sum(n)`;
  const [computed] = (await database.read(sql`select count(*) as c, ${whole} as s, max(id) as m from t`)).rows;
  assertEquals(computed, { c: 2, s: 30, m: 2 });
});

testDatabases("readQuery() refuses an integer that no number holds, and names it", async (database) => {
  await database.save({}, columns, [...rows, { id: 9007199254740993n, n: 0, price: null }]);
  for (const query of [sql`select id from t`, sql`select max(id) as id from t`, sql`select id from t order by id`]) {
    const said = await refusal(database.read(query));
    assertStringIncludes(said, "9007199254740993");
    assertStringIncludes(said, 'column "id"');
    assertStringIncludes(said, 'integers: "bigint"');
  }
});

testDatabases('readQuery() with integers: "bigint" gives BigInts, whatever their size', async (database) => {
  await database.save({}, columns, [...rows, { id: 9007199254740993n, n: 0, price: null }]);
  const read = async (query: SqlQuery) =>
    (await database.read(query, database.connection, { integers: "bigint" })).rows;
  const all = await read(sql`select id, n from t order by id`);
  assertEquals(all, [{ id: 1n, n: 10n }, { id: 2n, n: 20n }, { id: 9007199254740993n, n: 0n }]);
  assertEquals(await read(sql`select count(*) as c from t`), [{ c: 3n }]);
  // The type does not depend on what is there.
  assertEquals(await read(sql`select id from t where id = ${1}`), [{ id: 1n }]);
});

testDatabases("readQuery() gives decimals as text with all digits, or as numbers", async (database) => {
  await database.save({}, columns, rows);
  const query = sql`select price from t order by id`;
  assertEquals((await database.read(query)).rows, rows.map(({ price }) => ({ price })));
  const numbers = await database.read(query, database.connection, { decimals: "number" });
  assertEquals(numbers.rows, [{ price: 0.1 }, { price: 1234567890.25 }]);
});

testDatabases(
  "readQuery() gives decimals without places after the point as integers",
  async (database: TestDatabase) => {
    const digits: TableColumn[] = [{ name: "d", type: "decimal", precision: 20, scale: 0 }];
    await database.save({}, digits, [{ d: "42" }]);
    assertEquals((await database.read(sql`select d from t`)).rows, [{ d: 42 }]);
    const large = "12345678901234567890";
    await database.save({ mode: "append" }, digits, [{ d: large }], "w/2");
    assertStringIncludes(await refusal(database.read(sql`select d from t`)), large);
    const read = await database.read(sql`select d from t`, database.connection, { integers: "bigint" });
    assertEquals(read.rows.map(({ d }) => d), [42n, BigInt(large)]);
  },
);

Deno.test("parseNumberSettings() refuses words that do not exist", () => {
  assertThrows(() => parseNumberSettings({ integers: "BigInt" }), TypeError, '"number" and "bigint"');
  assertEquals(parseNumberSettings(undefined), { integers: "number", decimals: "text" });
});
