import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertRejects } from "../../../lib/deps/assert.ts";
import { DuctaflowError } from "../../../lib/base/error.ts";
import { columnsOf } from "../../../lib/batch/columns.ts";
import { originOf } from "../../../lib/batch/row.ts";
import { readTable } from "../../../lib/batch/read_table.ts";
import { errorFor, plain, TableFolder } from "../table_file.ts";
import type { Row } from "../../../lib/batch/row.ts";

/** A folder with a database. */
function databaseFolder(sql: string, name = "a.db"): TableFolder {
  const folder = new TableFolder();
  using database = new DatabaseSync(folder.path(name));
  database.exec(sql);
  return folder;
}

async function messageFor(folder: TableFolder, name: string): Promise<string> {
  const error = await assertRejects(() => readTable(folder.path(name)), DuctaflowError);
  assertEquals(error.code, "bad-table");
  return `${error.message}\n${error.hint ?? ""}`.replaceAll(`${folder.dir}/`, "");
}

const scenarios = `create table scenarios (zone text, max integer, share real, "__proto__" text);
  insert into scenarios values ('001', 500, 0.5, 'x'), ('=1+1', 9007199254740993, 1e300, null), (null, null, null, null);`;

Deno.test("readTable() of SQLite reads the only table, nulls left out", async () => {
  using folder = databaseFolder(scenarios);
  const rows = await readTable(folder.path("a.db"));
  assertEquals(
    JSON.stringify(rows),
    JSON.stringify([
      JSON.parse('{"zone":"001","max":500,"share":0.5,"__proto__":"x"}'),
      { zone: "=1+1", max: "9007199254740993", share: 1e300 },
      {},
    ]),
  );
  assertEquals(originOf(rows[1]), { source: `${folder.path("a.db")}#scenarios`, row: 2 });
  assertEquals(columnsOf(rows).map(({ name }) => name), ["zone", "max", "share", "__proto__"]);
});

Deno.test("readTable() of SQLite reads the table or view after #, by a path or a URL", async () => {
  using folder = databaseFolder(
    `create table "my ""table""#1" (n); insert into "my ""table""#1" values (1);
    create table b (n); create view v as select 2 as n;`,
    "a.sqlite",
  );
  const read = async (source: string | URL): Promise<Row[]> => await readTable(source);
  assertEquals(plain(await read(`${folder.path("a.sqlite")}#my "table"#1`)), [{ n: 1 }]);
  assertEquals(plain(await read(`${folder.path("a.sqlite")}#V`)), [{ n: 2 }]);
  const url = new URL(`file://${folder.path("a.sqlite")}`);
  url.hash = 'my "table"#1';
  const rows = await read(url);
  assertEquals(plain(rows), [{ n: 1 }]);
  assertEquals(originOf(rows[0])?.source, `${folder.path("a.sqlite")}#my "table"#1`);
});

Deno.test("readTable() of SQLite asks which table when there are several", async () => {
  using folder = databaseFolder("create table a (n); create table b (n); create view v as select 1;");
  assertEquals(
    await messageFor(folder, "a.db"),
    'The table a.db cannot be read: it has 3 tables and views: "a", "b", "v"\nSay which one: a.db#a',
  );
});

Deno.test("readTable() of SQLite names the nearest table", async () => {
  using folder = databaseFolder(scenarios);
  assertEquals(
    await messageFor(folder, "a.db#scenaros"),
    'The table a.db#scenaros cannot be read: it has no table "scenaros", but "scenarios"\nDid you mean "scenarios"?',
  );
});

Deno.test("readTable() of SQLite refuses blobs and infinities, by row and column", async () => {
  using folder = databaseFolder("create table t (a, b); insert into t values (1, x'00'), (9e999, 2);");
  assertEquals(
    await messageFor(folder, "a.db"),
    `The table a.db#t cannot be read: 2 problems
  - row 1, column "b": found bytes, accepted are text and numbers
  - row 2, column "a": found the number Infinity, which JSON cannot hold\n`,
  );
});

Deno.test("readTable() of SQLite refuses files that hold no tables, and leaves them as they are", async () => {
  using folder = databaseFolder("create table t (n); drop table t;");
  assertEquals(await messageFor(folder, "a.db"), "The table a.db cannot be read: it has no tables\n");
  assertEquals([...Deno.readDirSync(folder.dir)].length, 1);
  assertEquals((await errorFor("b.db", "")).message, "The table b.db cannot be read: it is empty");
  assertEquals(
    (await errorFor("b.sqlite", "a,b\n1,2\n".repeat(100))).message,
    "The table b.sqlite cannot be read: SQLite says: file is not a database",
  );
});
