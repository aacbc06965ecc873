/** The toolkit as one file, from a URL, on a machine that has nothing else and reaches nothing else. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { fromFileUrl, join } from "../../lib/deps/path.ts";
import { parquetWriteBuffer } from "../parquet_writer.ts";
import { Project, type Said } from "./project.ts";

const checkout = fromFileUrl(new URL("../../", import.meta.url));

/** Serves a folder on loopback, and refuses as a proxy all that is asked of other hosts. */
class OneSite {
  readonly asked: string[] = [];
  /** Whether more than the one file is there. */
  hasTypes = false;
  /** What was wanted from elsewhere. */
  readonly refused: string[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;
  #proxy: Deno.HttpServer<Deno.NetAddr>;

  constructor(dist: string) {
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      const { pathname } = new URL(request.url);
      this.asked.push(pathname);
      if (!this.hasTypes && pathname.endsWith(".d.ts")) return new Response("Not here", { status: 404 });
      const type = pathname.endsWith(".d.ts") ? "application/typescript" : "text/javascript";
      return new Response(await Deno.readFile(join(dist, pathname)), { headers: { "content-type": type } });
    });
    this.#proxy = Deno.serve(options, (request) => {
      this.refused.push(request.url);
      return new Response("Not from here", { status: 403 });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** An environment without cache and home, in which only this site can be reached. */
  env(cache: string): Record<string, string | undefined> {
    const proxy = `http://127.0.0.1:${this.#proxy.addr.port}`;
    const proxies = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy };
    return {
      ...proxies,
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
      DENO_DIR: cache,
      HOME: undefined,
      DENO_NO_UPDATE_CHECK: "1",
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#server.shutdown(), this.#proxy.shutdown()]);
  }
}

const flow = (module: string) =>
  `// ---
// title: Numbers
// ---
// %% tags=["parameters"]
let n = 1;
let source = "";
// %% Work
import { check, display, input, md, metric, table } from ${JSON.stringify(module)};
metric("n", n);
check("positive", n > 0);
display(md("**bold** and \`code\`"));
const before = source === "" ? 0 : Number(Deno.readTextFileSync(input("numbers", source, "n.txt")));
Deno.writeTextFileSync("n.txt", String(n + before));
table([{ n, before }])
`;

const conductor = (module: string) =>
  `import {
  collate, compareRuns, deliver, explainFreshness, getAllInstances, grid, readFlow, readTable, renderReport, runInstances,
  runStepFlow, toRows, type Run,
} from ${JSON.stringify(module)};
const one: Run = await runStepFlow("flows/numbers.ts", "one", { n: 2 });
const two = await runStepFlow("numbers", "two", { n: 3, source: "one" });
const rows = [
  ...await readTable("rows.csv"), ...await readTable("rows.yaml"), ...await readTable("rows.parquet"), ...toRows(grid({ n: [7] })),
];
const batch = await runInstances("numbers", rows, { instance: "row_{n}" });
await collate(batch.runs, { dir: "collated", title: "All" });
await deliver(batch.runs, "delivered/{instance}");
const html = await renderReport(one.record, JSON.parse(Deno.readTextFileSync(one.notebookPath)));
console.log(JSON.stringify({
  one: [one.status, one.cached, one.metrics], two: Deno.readTextFileSync("runs/numbers/two/n.txt"), rows: batch.runs.map((run) => run.metrics.n),
  fresh: (await explainFreshness("numbers", "one", { n: 2 })).fresh, all: (await getAllInstances("numbers")).length,
  parameters: (await readFlow("flows/numbers.ts")).parameters.length, changed: (await compareRuns(one, two)).config.length,
  html: html.includes("<strong>bold</strong>"), dir: two.dir.endsWith("two"),
}));
`;

/** Operators: a table, which lies on disk as Parquet, and a number of it. */
const operators =
  `export const load = (n: number) => Array.from({ length: n }, (_, id) => ({ id, even: id % 2 === 0 }));
export const largest = (rows: { id: number }[]): number => Math.max(...rows.map((row) => row.id));
export const broken = (rows: { id: number }[]): number => {
  throw new Error("no number in " + rows.length);
};
`;

const graph = (module: string) =>
  `import { mysql, ops, postgres, runWorkflow, sqlite } from ${JSON.stringify(module)};
import type * as Module from "./ops.ts";
const { load, largest, broken } = ops<typeof Module>(import.meta.resolve("./ops.ts"), { workflow: "graph" });
const table = load(5).notNull("id", { severity: "error" }).between("id", 0, 3);
const first = [await largest(table).get(), await table.mean("id").get(), await table.rows().bound({ lower: 5 }).get()];
const again = await largest(load(5)).why();
const failure = await broken(load(2)).get().catch((error) => error);
const db = sqlite("runs/numbers.db", { name: "numbers" });
const run = await runWorkflow("saving", [load(4).save(db.table("rows", { mode: "replace" })).rows()]);
const read = await db.sql\`select sum(id) as total from rows\`.get();
// Nobody listens there: the drivers are in the one file.
const servers = [postgres("postgres://ada:lovelace@127.0.0.1:1/x"), mysql("mysql://ada:lovelace@127.0.0.1:1/x")];
const refused = await Promise.all(servers.map((server) => server.test().catch((error) => error.code)));
console.log(JSON.stringify({
  refused, first, again, failure: [failure.code, failure.message], saved: run.status, read, tables: await db.list(),
}));
`;

const night = (module: string) =>
  `import { ops, runStepFlow, workflowParams } from ${JSON.stringify(module)};
import type * as Module from "./ops.ts";
const { n } = workflowParams({ n: 1 });
const run = await runStepFlow("numbers", "night", { n });
const { load } = ops<typeof Module>(import.meta.resolve("./ops.ts"), { workflow: "night_graph" });
console.log("night", run.metrics.n, await load(n).rows().get());
`;

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", "--no-config"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

async function build(dist: string): Promise<void> {
  const args = ["run", "--quiet", "--allow-all", "--lock=build/deno.lock", "build/build.ts", dist];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: checkout }).output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("the toolkit as one file, from a URL", async (t) => {
  const outside = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ductaflow-test-" }));
  const dist = join(outside, "dist");
  const project = new Project(outside, "a bündle");
  await build(dist);
  await using site = new OneSite(dist);
  const module = `${site.url}/ductaflow.js`;
  const host = new URL(module).host;
  const cache = join(outside, "cache");
  const deno = (...args: string[]): Promise<Said> => project.deno(args, site.env(cache));
  try {
    project.write({
      "../package.json": `{ "name": "above", "dependencies": { "left-pad": "1" } }`,
      "flows/numbers.ts": flow(module),
      "conductor.ts": conductor(module),
      "rows.csv": "n\n4\n",
      "rows.yaml": "- n: 5\n",
    });
    const columns = [{ name: "n", data: [6], type: "INT32" as const }];
    Deno.writeFileSync(project.path("rows.parquet"), new Uint8Array(parquetWriteBuffer({ columnData: columns })));
    const flags = [
      "--no-prompt",
      "--quiet",
      "--no-config",
      "--allow-read",
      "--allow-write=runs,collated,delivered",
      "--allow-run=deno",
      `--allow-import=${host}`,
    ];

    await t.step("a conductor does all that it does with mod.ts", async () => {
      const { code, stdout, stderr } = await deno("run", ...flags, "conductor.ts");
      assertEquals([code, stderr], [0, ""]);
      assertEquals(JSON.parse(stdout), {
        one: ["succeeded", false, { n: 2 }],
        two: "5",
        rows: [4, 5, 6, 7],
        fresh: true,
        all: 6,
        parameters: 2,
        changed: 2,
        html: true,
        dir: true,
      });
    });

    await t.step("the command line runs, shows and explains", async () => {
      const run = await deno("run", "-A", "--no-config", module, "run", "numbers", "--set", "n=9", "--json");
      assertEquals([run.code, JSON.parse(run.stdout).metrics[0].value], [0, 9]);
      const why = await deno("run", "-A", "--no-config", module, "why", "numbers", "9", "--set", "n=9", "--json");
      assertEquals([why.code, JSON.parse(why.stdout).fresh], [0, true]);
      // The copy of another text lies in another folder, with all that it imports; the code is the same.
      project.write({ "flows/numbers.ts": `// No more than a remark\n${flow(module)}` });
      const still = await deno("run", "-A", "--no-config", module, "why", "numbers", "9", "--set", "n=9", "--json");
      assertEquals([still.code, JSON.parse(still.stdout).fresh], [0, true], still.stdout);
      const help = await deno("run", "-A", "--no-config", module, "--help");
      assertEquals(help.code, 0);
      assertStringIncludes(help.stdout, `deno run -A ${module} <command>`);
    });

    await t.step("a flow that fails names its own line", async () => {
      project.write({
        "flows/bad.ts": `// %% tags=["parameters"]\nlet n = 1;\n// %% Work\nthrow new Error("no " + n);\n`,
      });
      const { code, stderr } = await deno("run", "-A", "--no-config", module, "run", "flows/bad.ts");
      assertEquals(code, 1);
      assertMatch(stderr, /flows\/bad\.ts:4/);
    });

    await t.step("operators run with tables, ready-made metrics and checks, and a database", async () => {
      project.write({ "ops.ts": operators, "graph.ts": graph(module) });
      const { code, stdout, stderr } = await deno("run", ...flags, "graph.ts");
      assertEquals([code, stderr], [0, ""]);
      const said = JSON.parse(stdout);
      assertEquals(said, {
        refused: ["resource-unreachable", "resource-unreachable"],
        first: [4, 2, 5],
        again: [],
        failure: ["step-failed", said.failure[1]],
        saved: "succeeded",
        read: [{ total: 6 }],
        tables: [{ name: "ductaflow_saves", kind: "table" }, { name: "rows", kind: "table" }],
      });
      assertMatch(said.failure[1], /^broken failed at \S*ops\.ts:4:\d+ .*no number in 2/);
      const [instance] = [...Deno.readDirSync(project.path("runs/graph.load"))].filter(({ name }) =>
        name !== ".history"
      );
      assert(
        [...Deno.readDirSync(project.path("runs/graph.load", instance.name))].some(({ name }) =>
          name.endsWith(".parquet")
        ),
      );
    });

    await t.step("a flow and a conductor are published and run from there", async () => {
      project.write({ "night.ts": night(module) });
      const json = async (...args: string[]) => {
        const { code, stdout, stderr } = await deno("run", "-A", "--no-config", module, ...args, "--json");
        assertEquals(code, 0, stderr);
        return JSON.parse(stdout);
      };
      assertEquals((await json("publish", "flows/numbers.ts", "--name", "by_night")).version, 1);
      const run = await json("trigger", "by_night", "--set", "n=11");
      assertEquals([run.status, run.metrics], ["succeeded", { n: 11 }]);
      const { files } = await json("publish", "night.ts", "--param", "n:=1");
      assertEquals(files.filter((file: string) => file.endsWith(".ts")), ["flows/numbers.ts", "night.ts", "ops.ts"]);
      assertEquals((await json("trigger", "night", "--set", "n=3")).status, "succeeded");
      const logs = await deno("run", "-A", "--no-config", module, "logs", "night");
      assertEquals([logs.code, logs.stdout], [0, "night 3 3\n"], logs.stderr);
    });

    await t.step("one file was fetched, once, and nothing was asked of anybody else", () => {
      // To freeze what a conductor imports, Deno looks for types too; there are none.
      assertEquals(site.asked.filter((path) => path !== "/ductaflow.d.ts"), ["/ductaflow.js"]);
      assertEquals(site.refused, []);
    });

    await t.step("a new project runs with one command", async () => {
      const made = await deno("run", "-A", "--no-config", module, "new", "my_analysis");
      assertEquals(made.code, 0, made.stderr);
      const { imports } = JSON.parse(Deno.readTextFileSync(project.path("my_analysis/deno.json")));
      assertEquals(imports, { ductaflow: module, "ductaflow/flow": module });
      const inside = new Project(project.dir, "my_analysis");
      const { code, stderr } = await inside.deno(["task", "--quiet", "start"], site.env(cache));
      assertEquals(code, 0, stderr);
      assert([...Deno.readDirSync(inside.path("runs"))].length > 1);
    });

    await t.step("deno check knows the types of both files", async () => {
      project.write({
        "right.ts": `import { type Run, grid, metric, runInstances, runStepFlow } from ${JSON.stringify(module)};
import { check } from ${JSON.stringify(`${site.url}/flow.js`)};
const run: Run = await runStepFlow("flow.ts", "one", { n: 2 }, { cache: "existing", timeout: "10m" });
const rows = grid({ a: [1, 2], b: ["x"] });
const a: number = rows[0].a;
await runInstances("x", rows, { instance: (row) => row.b });
// @ts-expect-error A step is text.
const wrong: number = run.step;
// @ts-expect-error There is no such option.
await runStepFlow("flow.ts", "one", {}, { chache: "off" });
// @ts-expect-error A metric is a number.
metric("n", "text");
// @ts-expect-error A check is yes or no.
check("n", 1);
console.log(a, wrong);
`,
      });
      site.hasTypes = true;
      const args = ["check", "--quiet", "--no-config", `--allow-import=${host}`, "right.ts"];
      const { code, stderr } = await project.deno(args, site.env(join(outside, "checking")));
      assertEquals([code, stderr], [0, ""]);
    });

    await t.step("what it makes of a flow runs without it", async () => {
      // The bundler is Deno's, and the build has fetched it already.
      const bundling = join(outside, "bundling");
      Deno.mkdirSync(bundling);
      for (const name of ["dl", "npm"]) Deno.symlinkSync(join(await denoDir(), name), join(bundling, name));
      const args = ["run", "-A", "--no-config", module, "standalone", "numbers", "--dir", "made"];
      const made = await project.deno(args, site.env(bundling));
      assertEquals(
        [made.code, made.stdout],
        [0, "made/numbers_standalone.js\nmade/numbers_config.json\n"],
        made.stderr,
      );
      const ran = await project.deno(
        ["run", "-A", "--no-config", "--no-remote", "made/numbers_standalone.js", "--set", "n=5", "--out", "out"],
        site.env(join(outside, "nothing")),
      );
      assertEquals([ran.code, Deno.readTextFileSync(project.path("out/n.txt"))], [0, "5"], ran.stderr);
      assertStringIncludes(ran.stderr, "metrics  n 5");
    });

    await t.step("Arrow tables pass between operators that import Arrow", async () => {
      project.write({
        "arrow_ops.ts": `import { Table, tableFromArrays } from "npm:apache-arrow@21.2.0";
export const make = () => tableFromArrays({ x: Float64Array.of(1, 2) });
export const last = (table: Table): number => table.getChild("x")!.get(table.numRows - 1);
`,
        "arrow.ts": `import { ops } from ${JSON.stringify(module)};
import type * as Module from "./arrow_ops.ts";
const { make, last } = ops<typeof Module>(import.meta.resolve("./arrow_ops.ts"), { workflow: "arrow" });
console.log(await last(make()).get());
`,
      });
      const args = ["run", "-A", "--no-config", "arrow.ts"];
      const { code, stdout, stderr } = await project.deno(args, site.env(join(outside, "bundling")));
      assertEquals([code, stdout], [0, "2\n"], stderr);
    });

    await t.step("built again, it is the same to the byte", async () => {
      const again = join(outside, "somewhere", "else");
      await build(again);
      for (const name of ["ductaflow.js", "ductaflow.d.ts", "flow.js", "flow.d.ts"]) {
        assertEquals(Deno.readTextFileSync(join(again, name)) === Deno.readTextFileSync(join(dist, name)), true, name);
      }
      assertEquals([...Deno.readDirSync(again)].length, 4);
    });
  } finally {
    Deno.removeSync(outside, { recursive: true });
  }
});
