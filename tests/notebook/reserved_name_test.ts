import { assertEquals, assertRejects } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";

const parse = (code: string) => parseFlow(`// %% tags=["parameters"]\n// %% Work\n${code}\n`, "file:///flows/x.ts");

const declarations = [
  "const __ductaflow__ = 5;",
  "let { a, b: [__ductaflow__] } = c;",
  "function __ductaflow__() {}",
  "class __ductaflow__ {}",
  `import { x as __ductaflow__ } from "./y.ts";`,
  `import __ductaflow__ from "./y.ts";`,
  "enum __ductaflow__ { a }",
  "const f = (__ductaflow__: number) => 1;",
  "try { } catch (__ductaflow__) { }",
];
for (const code of declarations) {
  Deno.test(`parseFlow() refuses ${code}`, async () => {
    const error = await assertRejects(() => parse(code), DuctaflowError);
    assertEquals([error.code, error.message], ["flow-syntax", "The flow declares __ductaflow__ (/flows/x.ts:3)"]);
  });
}

Deno.test("parseFlow() takes the reserved name where it declares nothing", async () => {
  const { cells } = await parse(
    `"__ductaflow__"; a.__ductaflow__ = { __ductaflow__: 1 }; typeof __ductaflow__; // __ductaflow__`,
  );
  assertEquals(cells.length, 2);
});
