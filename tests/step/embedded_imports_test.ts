import { assertEquals } from "../../lib/deps/assert.ts";
import { childModule } from "../../lib/base/child_module.ts";
import { toolkitUrl } from "../../lib/base/toolkit.ts";
import { embeddedImports, originalName } from "../../lib/step/embedded_imports.ts";

const ready = "lib/ops/child/ready.ts";
const children = { [ready]: "export const n = 1;\n", "lib/ops/child/arrow.ts": "export const a = 1;\n" };
const embedded = { hash: "", flow: "export const md = 1;\n", flowNames: ["md"], standaloneHost: "", children };
const source = `import { n } from ${JSON.stringify(childModule(ready))};\n`;

Deno.test("embeddedImports() puts beside a copy what the flow imports of the one file, and nothing in a checkout", () => {
  const { files, placed } = embeddedImports(source, "/runs/build/x", embedded);
  assertEquals(files.map(([, text]) => text), [embedded.flow, children[ready]]);
  assertEquals(placed, [
    [toolkitUrl, { url: `file:///runs/build/x/${encodeURI(files[0][0])}`, names: ["md"] }],
    [childModule(ready), `file:///runs/build/x/${encodeURI(files[1][0])}`],
  ]);
  assertEquals(embeddedImports(source, "/runs/build/x"), { files: [], placed: [] });
});

Deno.test("originalName() tells what a module beside the copy is called in a checkout: hashes know no folder", () => {
  const { placed: [[, flow], [, url]] } = embeddedImports(source, "/runs/a büild/x", embedded);
  const copy = "file:///runs/a%20b%C3%BCild/x/flow.ts";
  assertEquals(originalName(url as string, copy), childModule(ready));
  assertEquals(originalName((flow as { url: string }).url, copy), childModule("lib/flow.ts"));
  for (const other of [copy, "file:///lib/flow.ts", childModule(ready)]) assertEquals(originalName(other, copy), other);
});
