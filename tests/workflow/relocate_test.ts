import { assertEquals } from "../../lib/deps/assert.ts";
import { relocate } from "../../lib/workflow/publish/relocate.ts";

const url = "file:///project/flows/a.ts";
const inside = (url: string) => url.startsWith("file:///project/");

Deno.test("relocate() keeps imports of frozen files, and names all others by whole URLs, on their lines", async () => {
  const source = `import { a } from "./b.ts";
import type { C } from "../../outside/c.ts";
export * from "npm:x@1";
const d = await import("../../outside/d.ts");
type E = import("../lib/e.ts").E;
`;
  const { text } = await relocate(source, url, inside);
  assertEquals(text.split("\n"), [
    `import { a } from "./b.ts";`,
    `import type { C } from "file:///outside/c.ts";`,
    `export * from "npm:x@1";`,
    `const d = await import("file:///outside/d.ts");`,
    `type E = import("../lib/e.ts").E;`,
    "",
  ]);
});

Deno.test("relocate() lets a module find its data where it was written, and other modules where they are frozen", async () => {
  const source = `const data = new URL("../data.csv", import.meta.url);
const here = import.meta.dirname, file = import.meta.filename;
const other = import.meta.resolve("./b.ts");
if (import.meta.main) main();
`;
  const { text } = await relocate(source, url, inside);
  assertEquals(text.split("\n"), [
    `const data = new URL("../data.csv", "file:///project/flows/a.ts");`,
    `const here = "/project/flows", file = "/project/flows/a.ts";`,
    `const other = import.meta.resolve("./b.ts");`,
    `if (import.meta.main) main();`,
    "",
  ]);
});

Deno.test("relocate() tells the texts in a module, by which a conductor names its flows", async () => {
  const { literals } = await relocate(`run("delay_model"); run("flows/b.ts"); const t = \`no\`;`, url, inside);
  assertEquals(literals.sort(), ["delay_model", "flows/b.ts"]);
});
