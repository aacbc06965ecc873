import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { bundleOf, displayMethod, rowsBundle } from "../../lib/step/host/display.ts";
import { table } from "npm:arquero@7.2.1";
import * as Plot from "npm:@observablehq/plot@0.6.17";
import { parseHTML } from "npm:linkedom@0.18.10";

const text = (value: unknown) => (bundleOf(value) as { [mime: string]: string })["text/plain"];

Deno.test("bundleOf() shows plain values as Deno prints them", () => {
  assertEquals(bundleOf(91), { "text/plain": "91" });
  assertEquals(bundleOf("a\nb"), { "text/plain": '"a\\nb"' });
  assertEquals(bundleOf(null), { "text/plain": "null" });
  assertEquals(bundleOf(10n), { "text/plain": "10n" });
  assertEquals(bundleOf([1, 2]), { "text/plain": "[ 1, 2 ]" });
  assertEquals(text({ a: new Map([[1, { b: 2 }]]) }), "{ a: Map(1) { 1 => { b: 2 } } }");
});

Deno.test("bundleOf() asks Symbol.for('Jupyter.display') first, now or later", async () => {
  const bundle = { "text/html": "<b>x</b>", "text/plain": "x" };
  assertEquals(bundleOf({ [displayMethod]: () => bundle, outerHTML: "<i></i>" }), bundle);
  assertEquals(await bundleOf({ [displayMethod]: () => Promise.resolve(bundle) }), bundle);
});

Deno.test("bundleOf() never throws, whatever a value does", () => {
  const getter = Object.defineProperty({}, "outerHTML", {
    get: () => {
      throw new Error("no");
    },
  });
  assertStringIncludes(text(getter), "could not be shown: no");
  assertStringIncludes(text({ [displayMethod]: () => 5 }), "instead of a MIME bundle");
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  assertStringIncludes(text(cycle), "[Circular *1]");
  assertStringIncludes(text(Object.create(null)), "{}");
});

Deno.test("bundleOf() takes elements as HTML, SVG elements as images with a namespace", () => {
  assertEquals(bundleOf({ outerHTML: "<p>x</p>" }), { "text/html": "<p>x</p>" });
  assertEquals(bundleOf({ outerHTML: '<svg width="1"></svg>' }), {
    "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="1"></svg>',
  });
});

Deno.test("bundleOf() shows an Observable Plot as SVG, and as HTML when it has a title", () => {
  const { document } = parseHTML("<html></html>") as unknown as { document: never };
  const options = { document, marks: [Plot.dot([[1, 2]])] };
  const svg = bundleOf(Plot.plot(options)) as { [mime: string]: string };
  assertEquals(Object.keys(svg), ["image/svg+xml"]);
  assertStringIncludes(svg["image/svg+xml"], "<circle");
  const figure = bundleOf(Plot.plot({ ...options, title: "Delay" })) as { [mime: string]: string };
  assertStringIncludes(figure["text/html"], "Delay");
});

Deno.test("bundleOf() shows an Arquero table and a Polars-like frame as tables", () => {
  const rows = [{ a: 1, b: "x" }, { a: 2, b: "y" }];
  const shown = bundleOf(table({ a: [1, 2], b: ["x", "y"] }));
  assertEquals(shown, rowsBundle(rows));
  assertEquals(bundleOf({ schema: {}, head: () => 0, toRecords: () => rows }), rowsBundle(rows));
});

Deno.test("bundleOf() recognises PNG and JPEG bytes, canvases and Vega specs", () => {
  assertEquals(bundleOf(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1])), { "image/png": "iVBORwE=" });
  assertEquals(bundleOf(new Uint8Array([0xff, 0xd8, 0xff, 1])), { "image/jpeg": "/9j/AQ==" });
  assert("text/plain" in (bundleOf(new Uint8Array([1, 2])) as object));
  assertEquals(bundleOf({ toDataURL: () => "data:image/png;base64,AAAA" }), { "image/png": "AAAA" });
  const spec = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
  assertEquals(bundleOf({ toSpec: () => spec }), { "application/vnd.vegalite.v5+json": spec });
});

Deno.test("rowsBundle() keeps columns in order of appearance, types, and every kind of value", () => {
  const rows = [{ a: 1, b: new Date(0) }, { a: null, c: { d: 1 }, e: 5n, f: NaN }];
  const { data, schema } = rowsBundle(rows)["application/vnd.dataresource+json"] as {
    data: unknown[];
    schema: { fields: unknown[] };
  };
  assertEquals(data[0], { a: 1, b: "1970-01-01T00:00:00.000Z", c: null, e: null, f: null });
  assertEquals(data[1], { a: null, b: null, c: '{"d":1}', e: "5", f: "NaN" });
  assertEquals(schema.fields[0], { name: "a", type: "number" });
});

Deno.test("rowsBundle() escapes its HTML and says how many rows there are", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ "<b>": `<script>${i}` }));
  const bundle = rowsBundle(rows) as { [mime: string]: string };
  assert(!bundle["text/html"].includes("<script>") && !bundle["text/html"].includes("<b>"));
  assertStringIncludes(bundle["text/html"], "first 50 of 1000 rows");
  assertEquals((rowsBundle(rows)["application/vnd.dataresource+json"] as { totalRows: number }).totalRows, 1000);
});
