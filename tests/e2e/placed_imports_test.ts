/** Bare specifiers that mean something only where the flow lies, though a copy of it runs. */
import { assertEquals } from "../../lib/deps/assert.ts";
import { flowOf, projectTest, resultOf } from "./project.ts";

const show = `import { value } from "zz";
const same = await import("zz");
Deno.writeTextFileSync("result.json", JSON.stringify([value, same.value]));`;
const modules = { "flows/one.ts": "export const value = 1;\n", "flows/two.ts": "export const value = 2;\n" };
const scoped = (file: string) => JSON.stringify({ scopes: { "./flows/": { zz: `./flows/${file}` } } });
const mapped = (file: string) => JSON.stringify({ imports: { zz: `./${file}` } });

const cases: {
  name: string;
  files: Record<string, string>;
  config: string;
  settings: (file: string) => string;
}[] = [
  { name: "scopes", files: {}, config: "deno.json", settings: scoped },
  {
    name: "an import map's scopes",
    files: { "deno.json": `{ "importMap": "map.json" }` },
    config: "map.json",
    settings: scoped,
  },
  {
    name: "a workspace member's imports",
    files: { "deno.json": `{ "workspace": ["./flows"] }` },
    config: "flows/deno.json",
    settings: mapped,
  },
];
for (const { name, files, config, settings } of cases) {
  projectTest(
    `a flow imports by ${name}, and runs again when they lead elsewhere`,
    { ...modules, ...files, [config]: settings("one.ts"), "flows/f.ts": flowOf(show) },
    async (project) => {
      assertEquals(resultOf(await project.run("flows/f.ts")), [1, 1]);
      assertEquals((await project.run("flows/f.ts")).cached, true);
      project.write({ [config]: settings("two.ts") });
      assertEquals(resultOf(await project.run("flows/f.ts")), [2, 2]);
    },
  );
}
