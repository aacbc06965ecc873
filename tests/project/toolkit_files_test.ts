import { assertEquals } from "../../lib/deps/assert.ts";
import { readToolkit } from "../../lib/project/toolkit_files.ts";

const root = new URL("../../", import.meta.url);

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}${name}/`) : [folder + name]
  );
}

// Whoever adds a module that only child processes load, or one that nothing names, meets this before `new --copy` does.
Deno.test("readToolkit() finds every file of lib/, those that only child processes load too", async () => {
  const toolkit = await readToolkit();
  const isForTests = (path: string) => /^lib\/deps\/(types\/)?assert\.(d\.)?ts$/.test(path);
  assertEquals(
    [...toolkit.keys()].sort(),
    ["mod.ts", ...filesBelow("lib/").filter((path) => !isForTests(path))].sort(),
  );
  for (const [path, text] of toolkit) assertEquals(text, Deno.readTextFileSync(new URL(path, root)), path);
});
