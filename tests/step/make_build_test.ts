import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { join, toFileUrl } from "../../lib/deps/path.ts";
import { makeBuild } from "../../lib/step/make_build.ts";

Deno.test("makeBuild() leaves the modules of an equal build alone: a process may be loading them", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const flow = join(dir, "flow.ts");
    const options = {
      url: toFileUrl(flow).href,
      source: `// %% tags=["parameters"]\nlet n = 1;\n// %% Work\nconsole.log(n);\n`,
      folder: join(dir, "build"),
      mainName: "main.ts",
    };
    const modules = () =>
      [...Deno.readDirSync(options.folder)].map(({ name }) => name).filter((name) => name.endsWith(".ts")).sort()
        .map((name) => [name, Deno.statSync(join(options.folder, name)).ino]);
    const { code } = await makeBuild(options);
    const before = modules();
    assertEquals(before.map(([name]) => name), ["flow.ts", "main.ts"]);
    // As another process does that found no build when it looked.
    Deno.removeSync(join(options.folder, "build.json"));
    assertEquals((await makeBuild(options)).code, code);
    assertEquals(modules(), before);
    assert(Deno.statSync(join(options.folder, "build.json")).isFile);
    // What was cut short is made again.
    Deno.truncateSync(join(options.folder, "main.ts"), 3);
    await makeBuild(options);
    assertEquals(modules()[0], before[0]);
    assert(Deno.statSync(join(options.folder, "main.ts")).size > 3);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
