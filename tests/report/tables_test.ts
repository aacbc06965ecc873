import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { renderTable, tableFromResource } from "../../lib/report/tables.ts";

Deno.test("renderTable() aligns numbers, gives a column one number of decimals, and escapes the rest", () => {
  const { html } = renderTable({
    columns: [{ name: "<name>", type: "string" }, { name: "value", type: "number" }],
    rows: [["<b>", 1], [null, 2.25], [{ a: 1 }, 12_345.5]],
    totalRows: 1234,
  });
  assertStringIncludes(html, "<th>&lt;name&gt;<small>string</small></th>");
  const cells = [...html.matchAll(/<td( class="num")?>(.*?)<\/td>/g)].map(([, num, text]) =>
    `${num ? "n " : ""}${text}`
  );
  assertEquals(cells, [
    "&lt;b&gt;",
    "n 1.00",
    '<span class="null">–</span>',
    "n 2.25",
    "{&quot;a&quot;:1}",
    "n 12,345.50",
  ]);
  assertStringIncludes(html, "first 3 of 1,234 rows · 2 columns");
});

Deno.test("renderTable() leaves years and keys as they are, and shows small numbers", () => {
  const { html } = renderTable({
    columns: ["year", "customerId", "n", "p"].map((name) => ({ name })),
    rows: [[2001, 123456, 123456, 0.1], [2002, 234567, 1, 0.0000012]],
  });
  for (const text of [">2001<", ">123456<", ">123,456<", ">0.1000<", ">0.00000120<"]) assertStringIncludes(html, text);
});

Deno.test("renderTable() shows 200 rows at most, and long texts cut", () => {
  const { html } = renderTable({ columns: [{ name: "a" }], rows: Array(1000).fill(["x".repeat(1000)]) });
  assertEquals(html.match(/<tr>/g)!.length, 201);
  assertStringIncludes(html, "first 200 of 1,000 rows · 1 column");
  assertStringIncludes(html, "1000 characters");
});

Deno.test("tableFromResource() reads a Tabular Data Resource and refuses what is none", () => {
  const table = tableFromResource({
    schema: { fields: [{ name: "b", type: "number" }, { name: "a" }] },
    data: [{ a: 1, b: 2 }],
    totalRows: 9,
  });
  assertEquals(table?.columns.map(({ name }) => name), ["b", "a"]);
  assertEquals([table?.rows, table?.totalRows], [[[2, 1]], 9]);
  assertEquals(tableFromResource({ data: [{ x: 1 }, { y: 2 }] })?.columns, [{ name: "x" }, { name: "y" }]);
  const broken = [null, "x", {}, { data: "x" }, { data: [1] }, { data: [{}] }, { data: [null], schema: { fields: 3 } }];
  assertEquals(broken.map(tableFromResource), Array(broken.length).fill(undefined));
  assert(tableFromResource({ data: [{ x: 1 }], schema: { fields: [null, { name: "x" }] } }));
});
