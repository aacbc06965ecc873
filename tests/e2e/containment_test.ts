/** What a flow cannot change: the toolkit's files, the project, other runs, and whatever links lead to. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import { attempts, exists, flowOf, modUrl, type Outcomes, type Project, projectTest, resultOf } from "./project.ts";
import { until } from "./sandbox.ts";

/** Ways to change the file at a path, as expressions. */
const means: Record<string, (path: string) => string> = {
  "write": (path) => `Deno.writeTextFileSync(${path}, "{}")`,
  "append": (path) => `Deno.writeTextFileSync(${path}, "{}", { append: true })`,
  "remove": (path) => `Deno.removeSync(${path})`,
  "move over": (path) => `(Deno.writeTextFileSync("own", "{}"), Deno.renameSync("own", ${path}))`,
  "move away": (path) => `Deno.renameSync(${path}, "moved")`,
  "copy": (path) => `Deno.copyFileSync("config.json", ${path})`,
  "make a folder": (path) => `Deno.mkdirSync(${path})`,
  "link": (path) => `Deno.linkSync("config.json", ${path})`,
  "truncate": (path) => `Deno.truncateSync(${path})`,
  "change the mode": (path) => `Deno.chmodSync(${path}, 0o777)`,
  "change the times": (path) => `Deno.utimeSync(${path}, 1, 1)`,
  "node:fs": (path) => `fs.writeFileSync(${path}, "{}")`,
  "node:fs rename": (path) => `(Deno.writeTextFileSync("own", "{}"), fs.renameSync("own", ${path}))`,
  "node:sqlite": (path) => `new sqlite.DatabaseSync(${path}).exec("create table t (x)")`,
};

/** Ways to get rid of a folder. */
const folderMeans: Record<string, (path: string) => string> = {
  "remove": (path) => `Deno.removeSync(${path}, { recursive: true })`,
  "move away": (path) => `Deno.renameSync(${path}, ${path} + "-moved")`,
  "node:fs remove": (path) => `fs.rmSync(${path}, { recursive: true, force: true })`,
};

projectTest("case 40: a flow cannot write the toolkit's files, the project, other runs or the cache", {
  "flows/lib/a.ts": "export const a = 1;",
  "deno.lock": `{ "version": "5" }`,
  "flows/up.ts": flowOf(`Deno.writeTextFileSync("out.txt", "up");`),
}, async (project) => {
  const up = await project.run("flows/up.ts");
  const own = project.path("runs/f/one");
  const build = [...Deno.readDirSync(project.path("runs/.ductaflow/build"))].find((entry) => entry.isDirectory)!;
  const files: Record<string, string> = {
    ...Object.fromEntries(
      ["run.json", "config.json", "report.html", "flow.ipynb"].map((name) => [name, join(own, name)]),
    ),
    "run.json by dots": `${own}/sub/../run.json`,
    "the flow": project.path("flows/f.ts"),
    "a library": project.path("flows/lib/a.ts"),
    "deno.json": project.path("deno.json"),
    "deno.lock": project.path("deno.lock"),
    "a sibling's output": join(up.dir, "out.txt"),
    "a sibling's record": join(up.dir, "run.json"),
    "another instance": project.path("runs/f/two/out.txt"),
    "an instance whose name begins alike": project.path("runs/f/one-more"),
    "the build": project.path("runs/.ductaflow/build", build.name, "main.ts"),
    "the seals": project.path("runs/.ductaflow/seals/up.ndjson"),
    "the audit log": project.path("runs/.ductaflow/live/f/one.audit.ndjson"),
    "the event log": project.path("runs/.ductaflow/live/f/one.events.ndjson"),
    "the cache": join(await denoDir(), "ductaflow-was-here"),
  };
  const folders = [own, project.path("runs"), project.path("runs/f"), project.path("runs/.ductaflow"), project.dir];
  const tries = [
    ...combine(means, Object.entries(files)),
    ...combine(folderMeans, folders.map((folder) => [folder, folder])),
  ];
  const setting = `Deno.mkdirSync("sub");
const fs = await import("node:fs"), sqlite = await import("node:sqlite");`;
  project.write({ "flows/f.ts": attempts(Object.fromEntries(tries), [], setting) });
  const kept = [
    "flows/f.ts",
    "flows/lib/a.ts",
    "deno.json",
    "deno.lock",
    "runs/up/one/out.txt",
    "runs/up/one/run.json",
  ];
  const contents = () => kept.map((name) => Deno.readTextFileSync(project.path(name)));
  const before = contents();
  const run = await project.run("flows/f.ts");
  const result = resultOf<Outcomes>(run);
  assertEquals(Object.keys(result).length, tries.length);
  assertEquals(Object.entries(result).filter(([, text]) => !isRefusal(text)), []);
  assertEquals(contents(), before);
  assertEquals([...Deno.readDirSync(project.path("runs/f"))].map((entry) => entry.name), ["one"]);
  assertEquals(run.record.artifacts.map((artifact) => artifact.name), ["own", "result.json"]);
  assert(!exists(files["the cache"]), "The cache was written");
});

function combine(means: Record<string, (path: string) => string>, targets: [name: string, path: string][]) {
  return targets.flatMap(([what, path]) =>
    Object.entries(means).map(([how, act]): [string, string] => [`${how}: ${what}`, act(JSON.stringify(path))])
  );
}

function isRefusal(text: string): boolean {
  return /NotCapable|Requires (read|write) access/.test(text);
}

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", "--no-config"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

projectTest("case 42: links in declared folders that lead outside are neither read nor written through", {
  "../secret.txt": "SECRET",
  "../elsewhere/file.txt": "SECRET",
  "data/real.txt": "real",
  "data/deep/er/real.txt": "real",
  "results/real.txt": "real",
}, async (project) => {
  const [secret, elsewhere] = [join(project.outside, "secret.txt"), join(project.outside, "elsewhere")];
  const links: Record<string, string> = {
    "data/file": secret,
    "data/folder": elsewhere,
    "data/deep/er/relative": "../../../../secret.txt",
    "data/chain": "file",
    "data/inner": "real.txt",
    "results/file": secret,
    "results/folder": elsewhere,
    "results/nowhere": join(project.outside, "new.txt"),
  };
  for (const [name, to] of Object.entries(links)) Deno.symlinkSync(to, project.path(name));
  const read = (name: string) => `Deno.readTextFileSync("../../../${name}")`;
  project.write({
    "flows/f.ts": attempts({
      "file": read("data/file"),
      "file in a linked folder": read("data/folder/file.txt"),
      "linked folder": `[...Deno.readDirSync("../../../data/folder")].length`,
      "relative link": read("data/deep/er/relative"),
      "link to a link": read("data/chain"),
      "import": `import(String("file://" + paths.data + "/file"), { with: { type: "text" } })`,
      "write a file": `Deno.writeTextFileSync("../../../results/file", "x")`,
      "write through a link to nowhere": `Deno.writeTextFileSync("../../../results/nowhere", "x")`,
      "write in a linked folder": `Deno.writeTextFileSync("../../../results/folder/file.txt", "x")`,
      "remove in a linked folder": `Deno.removeSync("../../../results/folder/file.txt")`,
      "ok: link inside": read("data/inner"),
      "ok: file below": read("data/deep/er/real.txt"),
      "ok: write": `Deno.writeTextFileSync("../../../results/real.txt", "new")`,
    }, ["read: [../data, ../results]", "write: [../results]"]),
  });
  const run = await project.run("flows/f.ts", "one", { paths: { data: project.path("data") } });
  assertOnlyOk(resultOf<Outcomes>(run));
  assertEquals([secret, join(elsewhere, "file.txt")].map((path) => Deno.readTextFileSync(path)), ["SECRET", "SECRET"]);
  assert(!exists(join(project.outside, "new.txt")), "A file was made outside");
});

projectTest("case 42: a link whose path no flag can name closes what lies around it", {
  "../secret.txt": "SECRET",
  "data/real.txt": "real",
  "flows/f.ts": attempts({
    "link": `Deno.readTextFileSync("../../../data/a, b")`,
    "deep link": `Deno.readTextFileSync("../../../data/c, d/e, f/link")`,
  }, ["read: [../data]"]),
}, async (project) => {
  Deno.mkdirSync(project.path("data/c, d/e, f"), { recursive: true });
  for (const name of ["a, b", "c, d/e, f/link"]) {
    Deno.symlinkSync(join(project.outside, "secret.txt"), project.path("data", name));
  }
  assertOnlyOk(resultOf<Outcomes>(await project.run("flows/f.ts")));
});

/** Attempts whose name starts with `ok` succeed, all others are refused. */
function assertOnlyOk(result: Outcomes): void {
  const isOk = (name: string) => name.startsWith("ok");
  assertEquals(Object.entries(result).filter(([name, text]) => isOk(name) && !text.startsWith("did: ")), []);
  assertEquals(Object.entries(result).filter(([name, text]) => !isOk(name) && !isRefusal(text)), []);
}

projectTest("case 42: a link planted in an earlier run's folder is not read through", {
  "../secret.txt": "SECRET",
  "flows/up.ts": flowOf(`Deno.writeTextFileSync("out.txt", "up");`),
  "flows/f.ts": attempts({
    "link": `Deno.readTextFileSync("../../up/one/link")`,
    "ok": `Deno.readTextFileSync("../../up/one/out.txt")`,
  }),
}, async (project) => {
  const up = await project.run("flows/up.ts");
  Deno.symlinkSync(join(project.outside, "secret.txt"), join(up.dir, "link"));
  // A conductor looks through the runs when it starts its first one.
  const { stderr } = await project.conduct(
    `import { runStepFlow } from ${JSON.stringify(modUrl)};\nawait runStepFlow("flows/f.ts", "one");`,
  );
  assertEquals(stderr, "");
  assertOnlyOk(JSON.parse(Deno.readTextFileSync(project.path("runs/f/one/result.json"))));
});

projectTest("case 42: a link planted in a run folder that a batch finds fresh is not read through", {
  "../secret.txt": "SECRET",
  "flows/f.ts": flowOf(
    `let said = "nothing";
if (reader) try { said = Deno.readTextFileSync("../a/link"); } catch (error) { said = error.name; }
Deno.writeTextFileSync("said.txt", said);`,
    { parameters: `let reader = 0;` },
  ),
}, async (project) => {
  const batch = async (reader: number) => {
    const { stderr } = await project.conduct(`import { runInstances } from ${JSON.stringify(modUrl)};
const rows = [{ name: "a", reader: 0 }, { name: "b", reader: ${reader} }];
const batch = await runInstances("flows/f.ts", rows, { instance: "{name}", config: ({ reader }) => ({ reader }) });
batch.throwIfFailed();
console.log(batch.cached.map((run) => run.instance).join());`);
    assertEquals(stderr, "");
    return Deno.readTextFileSync(project.path("runs/f/b/said.txt"));
  };
  assertEquals(await batch(0), "nothing");
  const changed = () => Number(Deno.lstatSync(project.path("runs/f/a")).ctime);
  const settle = () => until("the folder has settled", () => Date.now() > changed() + 2200);
  await settle();
  assertEquals(await batch(0), "nothing");
  Deno.symlinkSync(join(project.outside, "secret.txt"), project.path("runs/f/a/link"));
  // At once, and when the folder with the link is what the journal knows.
  assertEquals(await batch(1), "NotCapable");
  await settle();
  assertEquals(await batch(2), "NotCapable");
  assertEquals(await batch(3), "NotCapable");
});

projectTest("case 42: links that a flow leaves are removed, and history and deleting never follow them", {
  "../elsewhere/file.txt": "SECRET",
  "flows/f.ts": flowOf(
    `Deno.symlinkSync(elsewhere, "out");
Deno.mkdirSync("sub");
Deno.symlinkSync(elsewhere + "/file.txt", "sub/file.txt");`,
    { permissions: ["read: true", "write: true"], parameters: `let elsewhere = "";` },
  ),
}, async (project) => {
  const elsewhere = join(project.outside, "elsewhere");
  for (const keep of [3, 1, 0]) {
    const run = await project.run("flows/f.ts", "one", { elsewhere }, { cache: "off", keep });
    assertEquals(run.record.artifacts, []);
    assertEquals(run.record.warnings.filter((text) => /led out of the run folder/.test(text)).length, 2);
    assertNotMatch(Deno.readTextFileSync(run.reportPath), /SECRET/);
    // As somebody else might leave it, for the next run to move or remove.
    Deno.symlinkSync(elsewhere, join(run.dir, "planted"));
  }
  assertEquals((await runInLinkedStep(project, elsewhere)).code, "linked-folder");
  assertEquals([...Deno.readDirSync(elsewhere)].map((entry) => entry.name), ["file.txt"]);
  assertEquals(Deno.readTextFileSync(join(elsewhere, "file.txt")), "SECRET");
});

/** The folder of the step is itself a link that leads outside. */
async function runInLinkedStep(project: Project, elsewhere: string) {
  Deno.removeSync(project.path("runs/f"), { recursive: true });
  Deno.symlinkSync(elsewhere, project.path("runs/f"));
  return await project.refusal("flows/f.ts", "one", { elsewhere }, { cache: "off" });
}

projectTest("case 42: the history of an instance is not pruned through a link", {
  "../elsewhere/folder/file.txt": "SECRET",
  "flows/f.ts": flowOf("1"),
}, async (project) => {
  await project.run("flows/f.ts");
  Deno.mkdirSync(project.path("runs/.ductaflow/history/f"), { recursive: true });
  Deno.symlinkSync(join(project.outside, "elsewhere"), project.path("runs/.ductaflow/history/f/one"));
  const error = await project.refusal("flows/f.ts", "one", {}, { cache: "off", keep: 1 });
  assertEquals(error.code, "linked-folder");
  assertEquals(Deno.readTextFileSync(join(project.outside, "elsewhere/folder/file.txt")), "SECRET");
});

const folders = [
  "with space",
  " lead",
  "trail ",
  "ünïcødé 日本",
  ".hidden",
  "-dash",
  `quote'"`,
  "100%25",
  "hash#query?",
  "[x]{y}",
  "a;b$HOME`c",
  "a\\b",
  "a:b",
  "a=b&c",
];
const refusedFolders = ["a,b", "new\nline"];

for (const folder of [...folders, ...refusedFolders]) {
  const title = `case 43: a project in a folder named ${JSON.stringify(folder)} grants no more than any other`;
  projectTest(title, {
    "../a/secret": "SECRET",
    "../b/secret": "SECRET",
    "../secret": "SECRET",
    "data/x.txt": "data",
    "lib/a.ts": "export const a = 1;",
    "flows/f.ts": attempts({
      "ok: data": `Deno.readTextFileSync("../../../data/x.txt")`,
      "ok: write": `Deno.writeTextFileSync("x.txt", "x")`,
      "ok: import": `import("../lib/a.ts").then((m) => m.a)`,
      "outside": `Deno.readTextFileSync(paths.outside + "/secret")`,
      "a": `Deno.readTextFileSync(paths.outside + "/a/secret")`,
      "b": `Deno.readTextFileSync(paths.outside + "/b/secret")`,
      "project": `Deno.readTextFileSync("../../../deno.json")`,
      "own file": `Deno.writeTextFileSync("run.json", "x")`,
    }, ["read: [../data]"]),
  }, async (project) => {
    const config = { paths: { outside: project.outside } };
    if (refusedFolders.includes(folder)) {
      const error = await project.refusal("flows/f.ts", "one", config);
      assertEquals(error.code, "bad-grant");
      assertMatch(error.message, /comma|control character/);
      assert(!exists(project.path("runs/f")), "A run folder was made");
      return;
    }
    assertOnlyOk(resultOf<Outcomes>(await project.run("flows/f.ts", "one", config)));
    assertEquals((await project.run("flows/f.ts", "one", config)).cached, true);
  }, { folder });
}
