import { assertEquals } from "../../lib/deps/assert.ts";
import { columnsOf } from "../../lib/batch/columns.ts";
import { readContent } from "./table_file.ts";
import type { Row } from "../../lib/batch/row.ts";

Deno.test("columnsOf() knows the columns of a table without rows", async () => {
  const rows = await readContent("a.csv", "zone,max\n");
  assertEquals([...rows], []);
  assertEquals(columnsOf(rows), [{ name: "zone", type: "blank" }, { name: "max", type: "blank" }]);
});

Deno.test("columnsOf() keeps the order of the file where objects would not", async () => {
  const rows = await readContent("a.csv", "name,2021,2020\nx,1,2\n");
  assertEquals(columnsOf(rows).map(({ name }) => name), ["name", "2021", "2020"]);
});

Deno.test("columnsOf() states the types of any rows", () => {
  const rows: Row[] = [{ a: "x", b: 1, c: true, d: [1], e: 1, f: null }, {
    a: "y",
    b: 2,
    c: false,
    d: {},
    e: "1",
    g: 5,
  }];
  assertEquals(columnsOf(rows).map(({ name, type }) => `${name}: ${type}`), [
    "a: text",
    "b: number",
    "c: boolean",
    "d: json",
    "e: json",
    "f: json",
    "g: number",
  ]);
});
