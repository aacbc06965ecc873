import { assertEquals } from "../../lib/deps/assert.ts";
import { isMarkerLine, parseMarker } from "../../lib/notebook/marker.ts";
import type { Marker } from "../../lib/notebook/marker.ts";

/** As Jupytext itself was seen to read these lines of `.ts` files; there, the title is one of the metadata. */
const jupytextReads: [line: string, type: Marker["type"], metadata: Record<string, unknown>][] = [
  ["// %%", "code", {}],
  ['// %% tags=["parameters"]', "code", { tags: ["parameters"] }],
  [
    '// %% My title tags=["a","b"] foo=1 bar={"x": [1, 2]} flag=true nul',
    "code",
    { nul: null, tags: ["a", "b"], foo: 1, bar: { x: [1, 2] }, flag: true, title: "My title" },
  ],
  ['// %% T2 {"tags": ["z"]}', "code", { tags: ["z"], title: "T2" }],
  ["// %% [markdown] My title after", "markdown", { title: "My title after" }],
  ["// %% [md]", "markdown", { region_name: "md" }],
  ["// %% x [md]", "markdown", { region_name: "md", title: "x" }],
  ["// %% [raw]", "raw", {}],
  ['// %% [markdown] tags=["x"] {"a": 1}', "markdown", { incorrectly_encoded_metadata: 'tags=["x"] {"a": 1}' }],
  ["// %% Title with = sign", "code", { title: "Title", sign: null, incorrectly_encoded_metadata: "with =" }],
  ["// %% bad key=[1,", "code", { title: "bad", incorrectly_encoded_metadata: "key=[1," }],
  ["// %% key='single' n=None t=True", "code", { key: "single", n: null, t: true }],
  ["// %% .cls a.b/c@d=1", "code", { ".cls": null, "a.b/c@d": 1 }],
  ["// %%%% sub", "code", { cell_depth: 2, title: "sub" }],
  ["// %%% title3", "code", { cell_depth: 1, title: "title3" }],
  ["//%% x", "code", { title: "x" }],
  ["//   %%   x", "code", { title: "x" }],
  ["  // %% x", "code", { title: "x" }],
  ["// %% [code]", "code", { title: "[code]" }],
  ["// In[12]:", "code", {}],
  ["// <codecell>", "code", {}],
];

for (const [line, type, metadata] of jupytextReads) {
  Deno.test(`parseMarker() reads as Jupytext does: ${line}`, () => {
    const marker = parseMarker(line)!;
    const { title, ...rest } = marker.metadata;
    assertEquals(title, undefined);
    assertEquals(marker.type, type);
    assertEquals({ ...rest, ...(marker.title !== undefined && { title: marker.title }) }, metadata);
  });
}

for (const line of ["// %%tags", "// %%%%", "///%% d", "# %% x", "/* %% */", "// %", "x // %% y", "", "// In[x]"]) {
  Deno.test(`parseMarker() takes this for no marker: "${line}"`, () => {
    assertEquals(parseMarker(line), undefined);
    assertEquals(isMarkerLine(line), false);
  });
}

Deno.test("parseMarker() keeps the order of keys", () => {
  const marker = parseMarker('// %% My title tags=["a"] foo=1 nul')!;
  assertEquals(Object.keys(marker.metadata), ["nul", "tags", "foo"]);
});

Deno.test("parseMarker() takes the title and the type from keys too", () => {
  assertEquals(parseMarker('// %% title="A = B" cell_type="markdown"'), {
    type: "markdown",
    title: "A = B",
    metadata: {},
  });
});

Deno.test("parseMarker() keeps a key named __proto__ as a key", () => {
  assertEquals(Object.keys(parseMarker("// %% __proto__=1 x=2")!.metadata), ["__proto__", "x"]);
});

Deno.test("parseMarker() answers at once on long lines", () => {
  const marker = parseMarker(`// %% a=[${"=".repeat(20_000)}`)!;
  assertEquals(typeof marker.metadata.incorrectly_encoded_metadata, "string");
});
