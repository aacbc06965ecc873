/** The toolkit used from a URL: an empty folder, one conductor, one flow, no configuration, nothing installed. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { exists, flowOf } from "./project.ts";
import { type Site, siteTest } from "./site.ts";

/** What is needed: the core's three, and leave to import from where the toolkit is. */
const flags = ({ host }: Site) => [
  "--no-prompt",
  "--quiet",
  "--allow-read",
  "--allow-write=runs",
  "--allow-run=deno",
  `--allow-import=${host}`,
];

const conductor = (site: Site, flow = "flow.ts") =>
  `import { type Run, runStepFlow } from ${JSON.stringify(site.url("mod.ts"))};
const run: Run = await runStepFlow(${JSON.stringify(flow)}, "one", { n: 2 });
console.log(JSON.stringify([run.status, run.cached, run.metrics, run.checks.length]));
`;

const flow = (site: Site) =>
  `// %% tags=["parameters"]
let n = 1;
// %% Work
import { check, metric, table } from ${JSON.stringify(site.url("lib/flow.ts"))};
metric("n", n);
check("positive", n > 0);
table([{ n }])
`;

siteTest("a conductor and a flow in an empty folder use the toolkit from a URL", async (project, site, deno) => {
  // A package.json above, and no HOME: neither may matter.
  project.write({
    "../package.json": `{ "name": "above", "dependencies": { "left-pad": "1" } }`,
    "conductor.ts": conductor(site),
    "flow.ts": flow(site),
  });
  for (const cached of [false, true]) {
    const { code, stdout, stderr } = await deno("run", "--no-config", ...flags(site), "conductor.ts");
    assertEquals([code, stdout, stderr], [0, `${JSON.stringify(["succeeded", cached, { n: 2 }, 1])}\n`, ""]);
  }
  for (const name of ["config.json", "flow.ipynb", "report.html", "run.json"]) {
    assert(exists(project.path("runs/flow/one", name)), name);
  }
  assertStringIncludes(Deno.readTextFileSync(project.path("runs/flow/one/report.html")), "Work");
  assertEquals([...Deno.readDirSync(project.dir)].map((entry) => entry.name).sort(), [
    "conductor.ts",
    "flow.ts",
    "runs",
  ]);
  assertEquals(site.asked.filter((path) => !/^\/(mod\.ts|lib\/)/.test(path)), []);
});

siteTest(
  "without leave to import from the toolkit's host, Deno says which leave is missing",
  async (project, site, deno) => {
    project.write({ "conductor.ts": conductor(site), "flow.ts": flow(site) });
    const without = flags(site).filter((flag) => !flag.startsWith("--allow-import"));
    const { code, stderr } = await deno("run", "--no-config", ...without, "conductor.ts");
    assertEquals(code, 1);
    assertStringIncludes(stderr, `Requires import access to "${site.host}"`);
  },
);

siteTest("a package.json above matters to Deno itself only without --no-config, and a flag helps", async (
  project,
  site,
  deno,
) => {
  project.write({
    "../package.json": `{ "name": "above", "dependencies": { "left-pad": "1" } }`,
    "conductor.ts": conductor(site),
    "flow.ts": flow(site),
  });
  const { code, stdout, stderr } = await deno("run", "--node-modules-dir=none", ...flags(site), "conductor.ts");
  assertEquals([code, stdout, stderr], [0, `${JSON.stringify(["succeeded", false, { n: 2 }, 1])}\n`, ""]);
});

siteTest("deno check knows the types of the API and of lib/flow.ts from a URL", async (project, site, deno) => {
  const check = (file: string) => deno("check", "--quiet", "--no-config", `--allow-import=${site.host}`, file);
  const mod = JSON.stringify(site.url("mod.ts"));
  project.write({
    "flow.ts": flow(site),
    "right.ts": `import { explainFreshness, flattenConfig, type Run, runStepFlow } from ${mod};
const run: Run = await runStepFlow("flow.ts", "one", { n: 2 }, { cache: "existing", timeout: "10m" });
const dir: string = run.dir, metrics: { [name: string]: number } = run.metrics;
const fresh: boolean = (await explainFreshness("flow.ts", "one")).fresh;
// @ts-expect-error A step is text.
const wrong: number = run.step;
// @ts-expect-error There is no such option.
await runStepFlow("flow.ts", "one", {}, { chache: "off" });
// @ts-expect-error The instance is missing.
await runStepFlow("flow.ts");
console.log(dir, metrics, fresh, wrong, flattenConfig);
`,
    "unused.ts": `import { type Run } from ${mod};
// @ts-expect-error This is right, so the line above is not.
export const step = (run: Run): string => run.step;
`,
    "badflow.ts": `import { metric } from ${JSON.stringify(site.url("lib/flow.ts"))};\nmetric("n", "text");\n`,
  });
  for (const name of ["right.ts", "flow.ts"]) {
    const { code, stderr } = await check(name);
    assertEquals([code, stderr], [0, ""], name);
  }
  assertMatch((await check("unused.ts")).stderr, /Unused '@ts-expect-error' directive/);
  assertMatch((await check("badflow.ts")).stderr, /'string' is not assignable to parameter of type 'number'/);
});

siteTest(
  "a flow from the web runs with its imports, and cannot reach local files by them",
  async (project, site, deno) => {
    project.write({ "secret.ts": `export const secret = "SECRET";`, "secret.txt": "SECRET" });
    site.web.set("web/lib/seven.ts", "export const seven = 7;");
    site.web.set(
      "web/flow.ts",
      `${flow(site)}// %% More\nimport { seven } from "./lib/seven.ts";\nmetric("seven", seven);\n`,
    );
    project.write({ "conductor.ts": conductor(site, site.url("web/flow.ts")) });
    const run = () => deno("run", "--no-config", ...flags(site), `--allow-net=${site.host}`, "conductor.ts");
    for (const cached of [false, true]) {
      const { code, stdout, stderr } = await run();
      assertEquals([code, stdout, stderr], [
        0,
        `${JSON.stringify(["succeeded", cached, { n: 2, seven: 7 }, 1])}\n`,
        "",
      ]);
    }
    const reaches = [
      `import { secret } from "file://${project.path("secret.ts")}";\nsecret`,
      `import secret from "file://${project.path("secret.txt")}" with { type: "text" };\nsecret`,
      `(await import("file://${project.path("secret.ts")}")).secret`,
      `(await import("file://${project.path("secret.txt")}", { with: { type: "text" } })).default`,
    ];
    for (const reach of reaches) {
      Deno.removeSync(project.path("runs"), { recursive: true });
      site.web.set("web/flow.ts", flowOf(reach));
      const { code, stderr } = await run();
      assertEquals(code, 1, reach);
      assertMatch(stderr, /(file:|secret)/);
      assert(!exists(project.path("runs/flow")), `A run folder was made for ${reach}`);
    }
  },
);

siteTest("a flow from the web needs leave for the net, and is told so", async (project, site, deno) => {
  site.web.set("web/flow.ts", flowOf("1"));
  project.write({
    "conductor.ts": `import { runStepFlow } from ${JSON.stringify(site.url("mod.ts"))};
await runStepFlow(${
      JSON.stringify(site.url("web/flow.ts"))
    }, "one").catch(({ code, hint }) => console.log(code, hint));`,
  });
  const { stdout } = await deno("run", "--no-config", ...flags(site), "conductor.ts");
  assertEquals(stdout, `conductor-permission Run it with --allow-net=${site.host} as well\n`);
});

siteTest("after deno cache of the conductor no network is needed, for any of its calls", async (
  project,
  site,
  deno,
) => {
  const names = "collate, deliver, planCleaning, readTable, runInstances, type Run";
  project.write({
    "table.csv": "n\n1\n2\n",
    "flow.ts": flow(site),
    "conductor.ts": `import { ${names} } from ${JSON.stringify(site.url("mod.ts"))};
const batch = await runInstances("flow.ts", await readTable("table.csv"), { instance: "n{n}" });
const runs: Run[] = batch.runs;
await collate(runs, { dir: "runs/all" });
await deliver(runs, "delivery/{instance}", { report: true });
await planCleaning();
console.log(runs.map((run) => run.status).join());
`,
  });
  const cached = await deno(
    "cache",
    "--quiet",
    "--no-config",
    `--allow-import=${site.host}`,
    "conductor.ts",
  );
  assertEquals([cached.code, cached.stderr], [0, ""]);
  await site.close();
  const allowed = flags(site).map((flag) => flag === "--allow-write=runs" ? `${flag},delivery` : flag);
  const { code, stdout, stderr } = await deno("run", "--no-config", "--cached-only", ...allowed, "conductor.ts");
  assertEquals([code, stdout, stderr], [0, "succeeded,succeeded\n", ""]);
});

siteTest("a module that cannot be fetched any more names the command that would have loaded it", async (
  project,
  site,
  deno,
) => {
  project.write({
    // No more than its start is loaded while there is a network.
    "early.ts": `import ${JSON.stringify(site.url("mod.ts"))};`,
    "conductor.ts": `import { planCleaning } from ${JSON.stringify(site.url("mod.ts"))};
await planCleaning().catch(({ code, hint }) => console.log(code, hint));
`,
  });
  await deno("run", "--no-config", ...flags(site), "early.ts");
  await site.close();
  const { stdout } = await deno("run", "--no-config", "--cached-only", ...flags(site), "conductor.ts");
  assertMatch(stdout, /^not-cached .*deno cache http:\/\/[^ ]+\/mod\.ts\n$/);
});
