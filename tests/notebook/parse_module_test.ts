import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { parseModule } from "../../lib/notebook/parse_module.ts";

const url = "file:///flows/x.ts";

async function failure(source: string, at = url): Promise<DuctaflowError> {
  const error = await assertRejects(() => parseModule(source, at), DuctaflowError);
  assertEquals(error.code, "flow-syntax");
  return error;
}

Deno.test("parseModule() names place and cell of a syntax error and shows the line", async () => {
  const error = await failure("// %% One\nconst a = 1;\n// %% [markdown]\n// # x\n// %% Third\n\tconst b = (1;\n");
  assertEquals(
    error.message,
    `The flow has a syntax error (/flows/x.ts:6:14, in cell 3 "Third"): Unexpected token, expected ","\n` +
      `  \tconst b = (1;\n  \t            ^`,
  );
  assertStringIncludes(error.hint!, "Look there and right before it");
  assertStringIncludes(error.hint!, `"deno check /flows/x.ts"`);
});

Deno.test("parseModule() names no cell before the first marker, and a cell without title by its number", async () => {
  assertStringIncludes((await failure("const = 1")).message, "(/flows/x.ts:1:7): ");
  assertStringIncludes((await failure("// %%\nconst = 1")).message, "(/flows/x.ts:2:7, in cell 1): ");
});

Deno.test("parseModule() shows only the part of a long line that matters", async () => {
  const error = await failure(`const x = "${"é".repeat(5000)}"; const y = (1;`);
  const [, line, caret] = error.message.split("\n");
  assert(line.length < 130);
  assertEquals(line[caret.indexOf("^")], ";");
  assertStringIncludes(error.message, ":1:5027)");
});

Deno.test("parseModule() counts columns from behind a BOM and lines as Deno does", async () => {
  assertStringIncludes((await failure("\uFEFFconst = 1")).message, "(/flows/x.ts:1:7)");
  assertStringIncludes((await failure("x = '\u2028';\r\nconst = 1")).message, "(/flows/x.ts:2:7)");
});

Deno.test("parseModule() says so when code is nested too deeply", async () => {
  assertStringIncludes((await failure("[".repeat(100_000))).message, "nested too deeply");
});

const accepted: Record<string, string[]> = {
  "file:///x.ts": [
    "\uFEFF#!/usr/bin/env deno\nlet x = 1;",
    "const x = <string> y; const f = <T>(a: T) => a;",
    "class A { constructor(@inject private readonly x: number) {} }",
    "@dec export class A {}",
    "export @dec class A {}",
    "import source mod from './x.wasm'; import defer * as ns from './x.ts';",
    "import x from './x.json' with { type: 'json' };",
    "await using x = f(); using y = g();",
    "enum E { A = 1 << 2 } declare global { var x: number } namespace N.M { export const x = 1 }",
    "export = x;",
    "let x!: number; type T = typeof import('./x.ts'); let y = x satisfies number;",
    "export type { T } from './x.ts'; import { type U } from './x.ts';",
  ],
  "file:///x.js": ["const x = a < b > (c);", "let type = 1; type = 2;"],
  "file:///x.tsx": ["const x = <p>{y}</p>; const f = <T,>(a: T) => a;"],
  "file:///x.jsx": ["const x = <p>{y}</p>;"],
  "https://example.com/x.ts?version=1#y": ["let x: number = 1;"],
  "https://example.com/flow": ["let x: number = 1;"],
};
for (const [at, sources] of Object.entries(accepted)) {
  for (const source of sources) {
    Deno.test(`parseModule() takes ${source.replaceAll("\n", "\\n")} in ${at}`, async () => {
      assert((await parseModule(source, at)).program.body.length > 0);
    });
  }
}

for (const [at, source] of [["file:///x.js", "let x: number = 1"], ["file:///x.ts", "const x = <p></p>"]]) {
  Deno.test(`parseModule() refuses ${source} in ${at}`, async () => {
    await failure(source, at);
  });
}
