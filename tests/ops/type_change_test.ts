import { assertEquals } from "../../lib/deps/assert.ts";
import { typeChanges } from "../../lib/ops/type_change.ts";

Deno.test("typeChanges() has a line for each column that differs", () => {
  const before = { table: { id: "number", color: "string", gone: "date" } };
  assertEquals(typeChanges(before, { table: { id: "string", color: "string", more: "number" } }), [
    "id: number became string",
    "gone: date is gone",
    "more: number is new",
  ]);
  assertEquals(typeChanges(before, before), []);
  assertEquals(typeChanges({ parts: { rows: before, n: "number" } }, { parts: { rows: "string", n: "number" } }), [
    "rows: a table of 3 columns became string",
  ]);
  assertEquals(typeChanges(before, { parts: { id: "number" } }), ["the value: a table of 3 columns became 1 outputs"]);
});

Deno.test("typeChanges() takes what has no values for no difference", () => {
  const table = { table: { id: "number", note: "null" } };
  assertEquals(typeChanges(table, { table: { id: "null", note: "string" } }), []);
  assertEquals(typeChanges(table, "array"), []);
  assertEquals(typeChanges("array", table), []);
  // Without rows in it, an object of outputs is JSON as a whole.
  assertEquals(typeChanges({ parts: { rows: table, n: "number" } }, "object"), []);
  assertEquals(typeChanges("array", "string"), ["the value: array became string"]);
  assertEquals(typeChanges("object", table), ["the value: object became a table of 2 columns"]);
});
