import { assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { columnsOf } from "../../lib/batch/columns.ts";
import { decodeValue } from "../../lib/ops/values/decode_value.ts";
import { encodeValue } from "../../lib/ops/values/encode_value.ts";
import { TableReader } from "../../lib/ops/values/table_reader.ts";
import { databaseCalls } from "../../lib/resource/host/database_calls.ts";
import { queryData, sql } from "../../lib/resource/sql_template.ts";
import type { SavedArtifact, TypedRows } from "../../lib/ops/external.ts";
import type { StoredFile } from "../../lib/ops/values/stored_value.ts";
import type { SqlQuery } from "../../lib/resource/sql_template.ts";
import type { TableColumn } from "../../lib/resource/host/column.ts";
import { makeDatabase, type TestDatabase, testDatabases } from "./databases.ts";

const columns: TableColumn[] = [
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

/** The result of a query as the artifact that a step leaves. */
async function artifactOf(database: TestDatabase, query: SqlQuery, dir: string): Promise<SavedArtifact> {
  const { parts, values } = queryData(query);
  const rows = await databaseCalls(database.open).read(database.connection, parts, values);
  return artifactAt(dir, await encodeValue(rows, dir) as StoredFile);
}

function artifactAt(dir: string, { kind, file, type, table }: StoredFile): SavedArtifact {
  const path = `${dir}/${file}`;
  return {
    kind,
    path,
    type,
    table,
    value: () => Promise.resolve([]),
    async *batches() {
      using reader = new TableReader(path);
      yield* reader.rowBatches();
    },
  };
}

async function describe({ connection, open }: TestDatabase, table = "t") {
  const session = await open(connection, "read");
  try {
    return (await session.describe([table]))?.columns.map(({ name, type }) => `${name} ${type}`);
  } finally {
    await session.close();
  }
}

testDatabases("a query without rows keeps its columns, and a save makes the same table of it", async (database) => {
  await database.save({}, columns, []);
  const dir = await Deno.makeTempDir();
  try {
    const artifact = await artifactOf(database, sql`select * from t`, dir);
    assertEquals(artifact.table, {
      rows: 0,
      columns: [
        { name: "id", type: "number", source: "bigint" },
        { name: "flag", type: "boolean", source: "boolean" },
        { name: "x", type: "number", source: "number" },
        { name: "exact", type: "string", source: "decimal(20, 4)" },
        { name: "words", type: "string", source: "text" },
        { name: "day", type: "date", source: "date" },
        { name: "moment", type: "date", source: "timestamp" },
        { name: "tree", type: "json", source: "json" },
        { name: "raw", type: "bytes", source: "bytes" },
      ],
    });
    const { save } = databaseCalls(database.open);
    const target = { table: ["copy"], mode: "fail" as const };
    assertEquals((await save(artifact, { workflow: "w", run: "2" }, database.connection, target)).rows, 0);
    assertEquals(await describe(database, "copy"), await describe(database));
    // A table with rows is made the same: nothing depends on what is in it.
    await using other = await makeDatabase("sqlite");
    await databaseCalls(other.open).save(artifact, { workflow: "w", run: "1" }, other.connection, target);
    assertEquals(await describe(other, "copy"), columns.map(({ name, type }) => `${name} ${type}`));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

testDatabases("a save makes the same columns of a query, whatever its rows hold", async (database) => {
  await database.save({}, columns, [{ id: 1n, flag: null, x: 2, exact: "1.5000", day: new Date(0), tree: "text" }]);
  const dir = await Deno.makeTempDir();
  try {
    const artifact = await artifactOf(database, sql`select * from t`, dir);
    const target = { table: ["copy"], mode: "fail" as const };
    const { save } = databaseCalls(database.open);
    await save(artifact, { workflow: "w", run: "2" }, database.connection, target);
    assertEquals(await describe(database, "copy"), await describe(database));
    assertEquals(
      (await database.read(sql`select * from ${sql`copy`}`)).rows,
      (await database.read(sql`select * from t`)).rows,
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

testDatabases("an empty list that knows no columns changes what is there, and makes nothing", async (database) => {
  const small: TableColumn[] = [{ name: "id", type: "integer" }, { name: "v", type: "text" }];
  const error = await database.save({ mode: "replace" }, [], []).then(() => undefined, (error) => error);
  assertEquals(isDuctaflowError(error, "resource-mismatch"), true);
  assertStringIncludes(error.message, "is an empty list, which tells no columns");
  assertEquals(await database.tables(), []);
  await database.save({ mode: "upsert", key: ["id"] }, small, [{ id: 1, v: "x" }], "w/1");
  await database.save({ mode: "append" }, [], [], "w/2");
  await database.save({ mode: "upsert", key: ["id"] }, [], [], "w/3");
  assertEquals(await database.count(), 1);
  assertEquals((await database.save({ mode: "replace" }, [], [], "w/4")).rows, 0);
  assertEquals(await database.count(), 0);
  assertEquals(
    await describe(database),
    ["id integer", "v text"].map((word) => word.replace("integer", whole(database))),
  );
  assertEquals((await database.save({ mode: "replace" }, [], [], "w/4")).alreadySaved, true);
});

/** What the databases make of an integer of JavaScript. */
function whole({ kind }: TestDatabase): string {
  return kind === "sqlite" ? "integer" : "bigint";
}

testDatabases("a column without values takes the type that the table has", async (database) => {
  const made: TableColumn[] = [{ name: "id", type: "number" }, { name: "day", type: "date" }];
  await database.save({}, made, [{ id: 1.5, day: new Date(0) }], "w/1");
  const before = await describe(database);
  const open: TableColumn[] = [{ name: "id", type: "integer" }, { name: "day", type: "text", open: true }];
  await database.save({ mode: "append" }, open, [{ id: 2, day: null }], "w/2");
  assertEquals(await database.count(), 2);
  await database.save({ mode: "replace" }, open, [{ id: 3, day: null }], "w/3");
  if (database.kind !== "duckdb") assertEquals(await describe(database), before);
  assertEquals((await database.read(sql`select * from t`)).rows, [{ id: 3, day: null }]);
});

Deno.test("a computed column of SQLite has no type until a value tells it", async () => {
  await using database = await makeDatabase("sqlite");
  await database.run("create table t (n)", "insert into t select null from generate_series(1, 3000)").catch(() => {});
  await database.run("delete from t");
  await database.run(
    "with recursive r(i) as (select 1 union all select i + 1 from r where i < 5000) insert into t select case when i > 4000 then i end from r",
  );
  const { rows } = await database.read(sql`select n + 1 as n from t`);
  assertEquals([rows[0].n, rows[4999].n], [null, 5001]);
  const dir = await Deno.makeTempDir();
  try {
    const artifact = await artifactOf(database, sql`select n + 1 as n, 'x' as w from t where n < 0`, dir);
    assertEquals(artifact.table!.columns, [{ name: "n", type: "null" }, { name: "w", type: "null" }]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("encodeValue() keeps the columns of rows that do not come, and of an empty list handed on", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const declared: TypedRows["columns"] = [{ name: "d", type: "date", source: "date" }, { name: "n", type: "number" }];
    const none: TypedRows = { columns: declared, async *[Symbol.asyncIterator]() {} };
    const stored = await encodeValue(none, dir) as StoredFile;
    assertEquals([stored.kind, stored.table], ["rows", { rows: 0, columns: declared }]);
    const back = decodeValue(stored, dir);
    assertEquals(back, []);
    assertEquals(columnsOf(back as never[]).map(({ name }) => name), ["d", "n"]);
    const again = await encodeValue({ table: back, more: 1 }, dir) as unknown as { parts: Record<string, StoredFile> };
    assertEquals(again.parts.table.table, { rows: 0, columns: declared });
    const { parquetMetadataAsync, parquetSchema } = await import("../../lib/deps/parquet.ts");
    const file = (await Deno.readFile(`${dir}/${stored.file}`)).buffer;
    const metadata = await parquetMetadataAsync(file);
    assertEquals(parquetSchema(metadata).children.map(({ element }) => element.name), ["d", "n"]);
    for (const value of [{ x: new Float64Array(), w: [] as string[] }]) {
      const columns = await encodeValue(value, dir) as StoredFile;
      assertEquals(columns.table, {
        rows: 0,
        columns: [{ name: "x", type: "number", array: "Float64Array" }, { name: "w", type: "null" }],
      });
      assertEquals(decodeValue(columns, dir), value);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
