import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { toFileUrl } from "../../lib/deps/path.ts";
import { DuctaflowError, makeNewDuctaflowInstance } from "../../mod.ts";
import { settingsFiles } from "../../lib/project/project_settings.ts";
import { versionText } from "../../lib/project/toolkit_origin.ts";

async function inFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ductaflow-new-" }));
  try {
    await test(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("makeNewDuctaflowInstance() tells what it made, in a folder given by URL", () =>
  inFolder(async (dir) => {
    const project = await makeNewDuctaflowInstance("one", { dir: toFileUrl(`${dir}/new/folders`) });
    assertEquals([project.name, project.dir, project.conductor], ["one", `${dir}/new/folders/one`, "cnd_one.ts"]);
    assertEquals([project.copied, project.toolkit.url], [0, new URL("../../mod.ts", import.meta.url).href]);
    for (const name of project.files) assert(Deno.statSync(`${project.dir}/${name}`).isFile, name);
    assertStringIncludes(Deno.readTextFileSync(`${project.dir}/README.md`), "# one\n");
  }));

Deno.test("makeNewDuctaflowInstance() fills all placeholders", () =>
  inFolder(async (dir) => {
    const project = await makeNewDuctaflowInstance("one", { dir });
    const left = project.files.filter((name) => /__\w+__/.test(Deno.readTextFileSync(`${project.dir}/${name}`)));
    assertEquals(left, []);
  }));

Deno.test("makeNewDuctaflowInstance() takes no path for a name, and nothing that cannot be a file name everywhere", () =>
  inFolder(async (dir) => {
    for (const name of ["", "a/b", "..", "nul", "a b"]) {
      const error = await assertRejects(() => makeNewDuctaflowInstance(name, { dir }), DuctaflowError);
      assertEquals(error.code, "bad-name", name);
    }
    assertEquals([...Deno.readDirSync(dir)], []);
  }));

Deno.test("makeNewDuctaflowInstance() refuses options that mean nothing", async () => {
  for (const options of [{ dir: "" }, { dir: 3 }, { copy: "yes" }]) {
    await assertRejects(() => makeNewDuctaflowInstance("one", options as { dir: string }), TypeError, "The option");
  }
});

Deno.test("settingsFiles() writes command lines that a shell reads as they are meant", () => {
  const files = settingsFiles({
    conductor: "cnd_a.ts",
    toolkit: "../it%27s%20mine/",
    toolkitPath: "../it's mine/",
    importFlags: ["--allow-import=deno.land:443,a.example:8000"],
  });
  const { imports, tasks } = JSON.parse(files["deno.json"]);
  assertEquals(imports["ductaflow/flow"], "../it%27s%20mine/lib/flow.ts");
  assertEquals(tasks.ductaflow.command, `deno run --allow-all '../it'"'"'s mine/mod.ts'`);
  assertStringIncludes(tasks.start.command, " --allow-import=deno.land:443,a.example:8000 cnd_a.ts");
});

Deno.test("versionText() names version, place and commit, and says when it does not know", () => {
  const url = "https://example.com/ductaflow/mod.ts";
  assertStringIncludes(
    versionText({ version: "1.2.3", url, commit: "abc" }, false),
    `ductaflow 1.2.3\nfrom: ${url}\ngit commit: abc\ndeno: ${Deno.version.deno}\nmade: `,
  );
  assertStringIncludes(versionText({ version: "1.2.3", url }, true), "copied into ductaflow/\ngit commit: not known\n");
});
