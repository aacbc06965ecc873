import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { originOf } from "../../lib/batch/row.ts";
import { readTable } from "../../lib/batch/read_table.ts";
import { toRows } from "../../lib/batch/to_rows.ts";
import { readContent, TableFolder } from "./table_file.ts";

Deno.test("originOf() tells source, row, line and the original texts of a CSV row", async () => {
  using folder = new TableFolder({ "control.csv": 'id,max,note,on\n001,1.50,"a\nb",TRUE\n\n002,,,false\n' });
  const rows = await readTable(folder.path("control.csv"));
  const source = folder.path("control.csv");
  assertEquals(rows.map(originOf), [
    { source, row: 1, line: 2, texts: { id: "001", max: "1.50", note: "a\nb", on: "TRUE" } },
    { source, row: 2, line: 5, texts: { id: "002", on: "false" } },
  ]);
});

Deno.test("originOf() gives no text for a column whose value was set since", async () => {
  const [row] = await readContent("a.csv", "id,max,min\n001,1.50,2\n");
  const changed = { ...row, max: 3, id: "7", extra: true };
  assertEquals(originOf(changed)?.texts, { min: "2" });
  assertEquals(originOf({ ...row, max: 1.5 })?.texts, { id: "001", max: "1.50", min: "2" });
});

Deno.test("originOf() is undefined for rows that no table gave", () => {
  assertEquals(originOf({ a: 1 }), undefined);
});

Deno.test("a row keeps its origin through spread, filter, map and toRows(), but not in its JSON", async () => {
  const rows = await readContent("a.csv", "id,max\na,1\nb,2\n");
  const copies = toRows(rows.filter((row) => row.max === 2).map((row) => ({ ...row, extra: 1 })));
  assertEquals(originOf(copies[0])?.line, 3);
  assertEquals(originOf(copies[0])?.texts, { id: "b", max: "2" });
  assertEquals(JSON.stringify(copies), '[{"id":"b","max":2,"extra":1}]');
  assertEquals(Object.keys(copies[0]), ["id", "max", "extra"]);
  assertEquals(originOf(structuredClone(copies[0])), undefined);
});

Deno.test("a row is printed with its place, not with all that it keeps", async () => {
  using folder = new TableFolder({ "a.csv": "id\nx\n" });
  const [row] = await readTable(folder.path("a.csv"));
  const text = Deno.inspect(row, { breakLength: Infinity });
  assertEquals(text, `{ id: "x", Symbol(ductaflow.row): ${folder.path("a.csv")}, row 1 (line 2) }`);
});

for (const name of ["a.csv", "a.json", "a.ndjson", "a.yaml"]) {
  Deno.test(`readTable() takes columns named __proto__ and constructor in ${name} for columns`, async () => {
    const object = '{"__proto__": {"polluted": 1}, "constructor": "x", "toString": "y"}';
    const contents: { [name: string]: string } = {
      "a.csv": '__proto__,constructor,toString\n"{""polluted"": 1}",x,y\n',
      "a.json": `[${object}]`,
      "a.ndjson": object,
      "a.yaml": "- __proto__: {polluted: 1}\n  constructor: x\n  toString: y\n",
    };
    const [row] = await readContent(name, contents[name]);
    assertEquals(Object.keys(row), ["__proto__", "constructor", "toString"]);
    assert(Object.getPrototypeOf(row) === Object.prototype && !("polluted" in row) && !("polluted" in {}));
    assertEquals(Object.keys({ ...row }), ["__proto__", "constructor", "toString"]);
    if (name === "a.csv") assert(Object.hasOwn(originOf(row)!.texts!, "__proto__"));
  });
}
