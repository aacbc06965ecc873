import { assertEquals, assertNotEquals, assertRejects } from "../../lib/deps/assert.ts";
import { plainFlow, plainModule } from "../../lib/notebook/plain_code.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";

const url = "file:///a.ts";
const plain = (source: string, file = url) => plainModule(source, file);

const same: [name: string, a: string, b: string][] = [
  ["comments", "const a = 1; // one", "/* here */ const a = /* is */ 1;"],
  ["blanks and line breaks", "f( a,b )", "f(\n  a,\n  b,\n);"],
  ["quotes", `x = "it"`, `x = 'it'`],
  ["parentheses without meaning", "const a = ((1 + 2)) * 3;", "const a = (1 + 2) * 3;"],
  ["how a number is written", "x = 0x10", "x = 16"],
  ["a shebang line", "#!/usr/bin/env deno\nx", "x"],
];

for (const [name, a, b] of same) {
  Deno.test(`plainModule() is the same whatever the ${name}`, async () => {
    assertEquals(await plain(a), await plain(b));
  });
}

const different: [name: string, a: string, b: string][] = [
  ["a value", "x = 1", "x = 2"],
  ["a name", "const a = 1", "const b = 1"],
  ["parentheses that group", "x = (a + b) * c", "x = a + b * c"],
  ["a line break that ends a statement", "() => { return x }", "() => { return\nx }"],
  ["text in a template", "x = `a b`", "x = `a  b`"],
  ["what looks like a comment in a text", `x = "// a"`, `x = "// b"`],
  ["a declared type", "let x: number = 1", "let x: string = 1"],
  ["a directive", `"use strict"; x`, "x"],
  ["an import attribute", `import a from "./a" with { type: "text" }`, `import a from "./a" with { type: "json" }`],
  ["optional chaining cut short", "(a?.b).c", "a?.b.c"],
];

for (const [name, a, b] of different) {
  Deno.test(`plainModule() differs by ${name}`, async () => {
    assertNotEquals(await plain(a), await plain(b));
  });
}

Deno.test("plainModule() counts the comments that say how JSX is read", async () => {
  const [a, b] = ["preact", "react"].map((name) => `/** @jsxImportSource ${name} */\nexport const x = <p/>;`);
  assertNotEquals(await plain(a, "file:///a.tsx"), await plain(b, "file:///a.tsx"));
});

Deno.test("plainModule() refuses what is no module", async () => {
  await assertRejects(() => plain("const = 1"));
});

const flow = async (source: string) => plainFlow(await parseFlow(source, url));
const base = `// %% tags=["parameters"]\nlet n = 1;\n// %% Count\nn + 1;\nn + 2;\n`;

Deno.test("plainFlow() does not count titles, text cells, empty cells and header titles", async () => {
  const other = `// ---\n// title: Other\n// ---\n// %% [markdown]\n// # Text\n${
    base.replace("Count", "Add up")
  }// %% Empty\n// nothing\n`;
  assertEquals(await flow(other), await flow(base));
});

Deno.test("plainFlow() counts which cell a statement is in", async () => {
  assertNotEquals(await flow(base.replace("n + 2;", "// %% More\nn + 2;")), await flow(base));
});

Deno.test("plainFlow() counts which cell has the parameters", async () => {
  const moved = base.replace(` tags=["parameters"]`, "").replace("Count", `tags=["parameters"]`);
  assertNotEquals(await flow(moved), await flow(base));
});
