/**
 * Places and circumstances in which everything works as ever: a conductor's runStepFlow, the commands run and batch, and
 * the flow as a plain script. And programs and storage that no flow may use to reach further.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { attempts, exists, flowOf, modUrl, type Outcomes, Project, projectTest, resultOf } from "./project.ts";
import { isRoot, sandboxed } from "./sandbox.ts";

const canMount = Deno.build.os === "linux" && (isRoot || Deno.env.get("CI") === "true");
if (!canMount) console.warn("Not root: the test with a read-only source tree is skipped");

const files = {
  "flows/lib/twice.ts": `export const twice = (n: number): number => n * 2;\n`,
  "flows/sum.ts": `// %% tags=["parameters"]
let n = 1;
let name = "none";
// %% Work
import { stringify } from "npm:deno-std@1.3.1/csv/mod.js";
import { twice } from "./lib/twice.ts";
const text = stringify([{ name, n: twice(n) }], { columns: ["name", "n"] });
Deno.writeTextFileSync("sum.csv", text);
text
`,
  "table.csv": "name,n\nä,1\nb,2\n",
  "deno.json": "{}",
};

const conductor = (runsDir: string) =>
  `import { runStepFlow } from ${JSON.stringify(modUrl)};
const run = await runStepFlow("sum", "api", { n: 3, name: "api" }, { runsDir: ${JSON.stringify(runsDir)} });
console.log(run.status, run.cached, Deno.readTextFileSync(run.artifact("sum.csv").path).trim().split(/\\r?\\n/)[1]);
`;

interface Surroundings {
  env?: Record<string, string | undefined>;
  runsDir?: string;
  /** Where the conductor's file lies; it may not be in the project. */
  conductor?: string;
}

/** All ways to run the flow, each new and then reused. */
async function assertAllWork(project: Project, { env = {}, runsDir = "runs", conductor: path }: Surroundings = {}) {
  const permissions = ["--no-prompt", "--allow-read", `--allow-write=${runsDir}`, "--allow-run=deno"];
  const file = path ?? project.path("conductor.ts");
  Deno.writeTextFileSync(file, conductor(runsDir));
  const call = async (...args: string[]) => {
    const { code, stdout, stderr } = await project.deno(["run", ...permissions, ...args], env);
    assertEquals(code, 0, stderr);
    return stdout;
  };
  assertEquals(await call(file), "succeeded false api,6\n");
  assertEquals(await call(file), "succeeded true api,6\n");
  const run = ["run", "sum", "cli", "--set", "n=4", "--set", "name=cli", "--runs", runsDir];
  assertEquals(await call(modUrl, ...run, "--print", "sum.csv"), "name,n\r\ncli,8\r\n");
  assertEquals(JSON.parse(await call(modUrl, ...run, "--json")).cached, true);
  const batch = ["batch", "sum", "table.csv", "--instance", "row_{n}", "--runs", runsDir, "--json"];
  const first = JSON.parse(await call(modUrl, ...batch));
  assertEquals([first.runs.length, first.failed.length, countCached(first)], [2, 0, 0]);
  assertEquals(countCached(JSON.parse(await call(modUrl, ...batch))), 2);
}

function countCached({ runs }: { runs: { cached: boolean }[] }): number {
  return runs.filter(({ cached }) => cached).length;
}

projectTest("a package.json in a folder above, and one beside the flows, change nothing", {
  ...files,
  "../package.json": `{ "name": "above", "type": "commonjs", "dependencies": { "none-of-that": "^99.0.0" } }`,
  "flows/package.json": `{ "name": "beside", "dependencies": { "deno-std": "0.0.1" } }`,
}, (project) => assertAllWork(project));

projectTest("a package.json in a folder above does no harm where there is no deno.json either", {
  ...files,
  "../package.json": `{ "name": "above", "type": "commonjs", "workspaces": ["project"] }`,
}, async (project) => {
  Deno.removeSync(project.path("deno.json"));
  const run = await project.run("flows/sum.ts", "one", { n: 2 });
  assertEquals(Deno.readTextFileSync(run.artifact("sum.csv").path), "name,n\r\nnone,4\r\n");
});

for (const folder of ["mein Projekt", "プロジェクト ü é", "it's 100% & $HOME #1?", "-leading (1) [x] {y}"]) {
  projectTest(`a project in ${JSON.stringify(folder)} works`, files, (project) => assertAllWork(project), { folder });
}

projectTest("without HOME everything works", files, (project) => {
  const DENO_DIR = Deno.env.get("DENO_DIR");
  return assertAllWork(project, { env: { HOME: undefined, ...(DENO_DIR ? { DENO_DIR } : {}) } });
});

Deno.test({
  name: "a source tree that is read-only works, with the runs elsewhere",
  ignore: !canMount,
  fn: sandboxed(async (box) => {
    const project = new Project(box.dir, "source");
    project.write(files);
    await box.mount(project.dir, "--bind", project.dir);
    await box.mount(project.dir, "-o", "remount,ro,bind");
    let refused = false;
    try {
      Deno.writeTextFileSync(project.path("x"), "");
    } catch {
      refused = true;
    }
    assert(refused, "The source tree is not read-only");
    await assertAllWork(project, { runsDir: box.path("runs"), conductor: box.path("conductor.ts") });
    assertEquals([...Deno.readDirSync(project.dir)].map(({ name }) => name).toSorted(), [
      "deno.json",
      "flows",
      "table.csv",
    ]);
  }),
});

projectTest("case 46: where deno cannot be found, one line says so and what to look at", files, async (project) => {
  const { code, stderr } = await project.deno(
    ["run", "--no-prompt", "--allow-read", "--allow-write=runs", "--allow-run=deno", modUrl, "run", "sum"],
    { PATH: project.path("nothing") },
  );
  assertEquals(code, 1);
  assertMatch(stderr, /^Error: Cannot start deno: [^\n]+\nHint: Check that deno is on the PATH/m);
});

projectTest("case 44: what one instance keeps in storage of the browser's kind, no other finds", {
  "flows/storage.ts": attempts({
    local: `(globalThis.localStorage.setItem("k", "v"), "kept")`,
    session: `(globalThis.sessionStorage.setItem("k", "v"), "kept")`,
    caches: `globalThis.caches.open("c").then((c) => c.put("http://a/", new Response("v"))).then(() => "kept")`,
    kv: `(Deno as any).openKv().then((kv: any) => kv.set(["k"], "v")).then(() => "kept")`,
    indexed: `typeof (globalThis as any).indexedDB`,
    worker: `new Promise((ok, no) => {
      const code = "postMessage([typeof localStorage, typeof caches].join())";
      const worker = new Worker("data:text/javascript," + code, { type: "module" });
      worker.onmessage = ({ data }) => (worker.terminate(), ok(data));
      worker.onerror = (event) => (event.preventDefault(), no(new Error(event.message)));
    })`,
  }),
}, async (project) => {
  const results = [await project.run("flows/storage.ts", "a"), await project.run("flows/storage.ts", "b")]
    .map((run) => resultOf<Outcomes>(run));
  for (const result of results) {
    for (const name of ["local", "session", "caches", "kv"]) assertMatch(result[name], /^TypeError: /, name);
    assertEquals(result.indexed, "did: undefined");
  }
});

const tool = `#!/bin/sh\necho tool\n`;

projectTest("case 45: a grant by which a flow could replace a program that it may run is refused", {
  "tools/tool": tool,
  "flows/run.ts": flowOf(`new Deno.Command(paths.tool).outputSync().code`, {
    permissions: ["run: [../tools/tool]", "write: [../tools]"],
    parameters: "let paths: Record<string, string> = {};",
  }),
}, async (project) => {
  const program = project.path("tools/tool");
  Deno.chmodSync(program, 0o755);
  Deno.symlinkSync(project.path("tools"), project.path("other"));
  const run = (permissions: object) =>
    project.run("flows/run.ts", "one", { paths: { tool: program } }, { permissions });
  const refusal = async (permissions: object) => {
    const { code, message } = await project.refusal("flows/run.ts", "one", { paths: { tool: program } }, {
      permissions,
    });
    assertEquals(code, "bad-grant");
    return message;
  };
  const message = await refusal({ run: [program], write: [project.path("tools")] });
  assertStringIncludes(message, `the flow could replace the program "${program}"`);
  assertStringIncludes(await refusal({ run: [program], write: [project.dir] }), project.dir);
  assertStringIncludes(await refusal({ run: [program], write: [project.path("other")] }), "could replace");
  assertStringIncludes(await refusal({ run: [program], write: true }), "everywhere");
  assertStringIncludes(await refusal({ run: ["sh"], write: ["/bin", "/usr/bin"] }), `the program "sh"`);
  const denoFolder = Deno.realPathSync(Deno.execPath()).replace(/\/[^/]*$/, "");
  assertStringIncludes(await refusal({ run: false, write: [denoFolder] }), "Deno itself");
  assert(!exists(project.path("runs/run")));
  const good = await run({ run: [program], write: [project.path("data")], read: [project.path("tools")] });
  assertEquals(good.status, "succeeded");
});
