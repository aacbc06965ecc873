/** Graphs of operators as published workflows: parameters, history, saves, and checks that hold these back. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { S3Server } from "../resource/s3_server.ts";
import { exists, flowUrl, modUrl, type Project, projectTest } from "./project.ts";
import { DatabaseSync } from "node:sqlite";
import { deleteFlow, getFlow, getRun, listFlows, triggerFlow } from "../../mod.ts";
import type { DuctaflowError } from "../../mod.ts";

const operators = `import { defineCheck, defineMetric } from ${JSON.stringify(flowUrl)};
export const load = (n: number) => Array.from({ length: n }, (_, id) => ({ id, square: id * id }));
export const large = (rows: { id: number; square: number }[], least: number) => rows.filter((row) => row.square >= least);
export const total = defineMetric((rows: { square: number }[]) => rows.reduce((sum, row) => sum + row.square, 0), { unit: "m2" });
export const some = defineCheck((rows: unknown[]) => ({ ok: rows.length > 0, message: "no rows" }), { severity: "error" });
`;

const conductor = `import { ops, param, publishFlow, sqlite } from ${JSON.stringify(modUrl)};
import type * as Squares from "./squares.ts";

const { load, large, total, some } = ops<typeof Squares>(import.meta.resolve("./squares.ts"));
const least = param("least", 4, { min: 0, description: "Squares below are left out" });
const rows = large(load(5), least).named("large squares");
total(rows).bound({ lower: 26 });
some(rows);
rows.save(sqlite("runs/out.db", { name: "out" }).table("squares", { mode: "replace" }));
const { version, isNew } = await publishFlow("squares", {
  artifacts: [rows],
  params: { day: { today: "UTC" } },
  schedule: "1h",
});
console.log(version, isNew);
`;

const files = { "squares.ts": operators, "publish.ts": conductor };

async function publish(project: Project, script = "publish.ts"): Promise<string> {
  const { code, stdout, stderr } = await project.deno(["run", "-A", "--check", script]);
  assertEquals(code, 0, stderr);
  return stdout;
}

async function saved(project: Project): Promise<number[]> {
  const script = `import { sqlite } from ${JSON.stringify(modUrl)};
const rows = await sqlite("runs/out.db", { freshFor: 0 }).sql<{ square: number }>\`select square from squares order by id\`.get();
console.log(JSON.stringify(rows.map(({ square }) => square)));`;
  const { code, stdout, stderr } = await project.conduct(script, { flags: ["-A"] });
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

projectTest(
  "a published graph runs with its parameters, whatever is edited since, and leaves record, metrics, checks and saves",
  files,
  async (project) => {
    const place = { runsDir: project.runsDir };
    assertEquals(await publish(project), "1 true\n");
    assertEquals(await publish(project), "1 false\n");
    project.write({ "squares.ts": operators.replace("id * id", "0") });
    const flow = await getFlow("squares", place);
    const { parameters, graph } = await flow.describe();
    assertEquals(parameters.map(({ name, default: value, min, today }) => [name, value ?? today, min]), [
      ["least", 4, 0],
      ["day", "UTC", undefined],
    ]);
    assertEquals(graph?.map(({ name, kind, needs, target }) => [name, kind, needs.join(), target]), [
      ["load", "op", "", undefined],
      ["large squares", "op", "load", undefined],
      ["total", "metric", "large squares", undefined],
      ["total.bound-min_26", "check", "total", undefined],
      ["some", "check", "large squares", undefined],
      ["out_save", "save", "large squares", `out: table "squares"`],
    ]);

    const first = await triggerFlow("squares", place);
    assertEquals([first.status, first.metrics, first.params.least], ["succeeded", { total: 29 }, 4], first.statusText);
    assertEquals(await saved(project), [4, 9, 16]);
    const second = await triggerFlow("squares", { ...place, params: { least: 9 } });
    assertEquals([second.status, second.metrics], ["warned", { total: 25 }], second.statusText);
    assertEquals(await saved(project), [9, 16]);
    const { record } = await second.run();
    assertEquals(record.metrics.map(({ name, value, unit }) => [name, value, unit]), [["total", 25, "m2"]]);
    assertEquals(record.checks.map(({ name, ok, severity }) => [name, ok, severity]), [
      ["total.bound-min_26", false, "warning"],
      ["some", true, "error"],
    ]);
    assertEquals(
      record.steps?.map(({ step, instance }) => [step, instance === second.id]).sort(),
      ["large_squares", "load", "out_save", "some", "total", "total.bound-min_26"].map((op) => [`squares.${op}`, true]),
    );
    assertEquals((await flow.history("total")).map(({ run, value }) => [run, value]), [[first.id, 29], [
      second.id,
      25,
    ]]);
  },
);

projectTest(
  "an error check that does not hold fails a published run and holds its save; resumed, what succeeded is reused",
  files,
  async (project) => {
    const place = { runsDir: project.runsDir };
    await publish(project);
    assertEquals((await triggerFlow("squares", place)).status, "succeeded");
    const failed = await triggerFlow("squares", { ...place, params: { least: 99 } });
    assertEquals(failed.status, "failed");
    assertStringIncludes(failed.statusText ?? "", "The workflow squares failed at some, run");
    assertEquals(await saved(project), [4, 9, 16]);
    assertEquals((await failed.run()).checks.find(({ name }) => name === "some")?.message, "no rows");
    assertEquals(failed.steps().some(({ step }) => step === "squares.out_save"), false);
    const again = await failed.resume();
    assertEquals(again.steps().filter(({ cached }) => cached).map(({ step }) => step).sort(), [
      "squares.large_squares",
      "squares.load",
      "squares.total",
      "squares.total.bound-min_26",
    ]);
    const bad = await triggerFlow("squares", { ...place, params: { least: -1 } }).catch((error) => error);
    assertStringIncludes(bad.message, `"least" is -1; accepted is at least 0`);
    const unknown = await triggerFlow("squares", { ...place, params: { leats: 1 } }).catch((error) => error);
    assertStringIncludes(unknown.message, `did you mean "least"?`);
    await deleteFlow("squares", place);
    const left = [...Deno.readDirSync(project.runsDir)].map(({ name }) => name).sort();
    assertEquals(left, [".ductaflow", "out.db", "out.out_sql"]);
  },
);

projectTest("what cannot be published is named before anything is written", files, async (project) => {
  for (
    const [from, to, message] of [
      ["artifacts: [rows]", "artifacts: rows", "accepted is a list"],
      ["artifacts: [rows]", "artifacts: [5]", "accepted is what calls of operators and queries give"],
      ["artifacts: [rows],", "", "publishFlow needs one of artifacts, flow, conductor and run"],
      ["some(rows)", "(ops(import.meta.resolve('./squares.ts')) as any).sum(rows)", `exports no "sum"`],
      ["{ day: ", "{ least: 5, day: ", `has "least", which the graph has already`],
    ]
  ) {
    project.write({ "bad.ts": conductor.replace(from, to).replaceAll("runs/out.db", "runs/other.db") });
    const { code, stderr, stdout } = await project.deno(["run", "-A", "--no-check", "bad.ts"]);
    assertEquals([code, stdout], [1, ""], stderr);
    assertStringIncludes(stderr, message);
  }
  assertEquals((await listFlows({ runsDir: project.runsDir })).length, 0);
});

projectTest("the command line shows of each step that failed what it takes to find out why", {
  "parts.ts": "export const part = (list: number[]): string => {\n  return list[9].toFixed();\n};\n",
  "publish.ts": `import { ops, publishFlow } from ${JSON.stringify(modUrl)};
import type * as Parts from "./parts.ts";
const { part } = ops<typeof Parts>(import.meta.resolve("./parts.ts"));
await publishFlow("parts", { artifacts: [part([1, 2])] });
`,
}, async (project) => {
  await publish(project);
  const { code, stderr } = await project.deno(["run", "-A", modUrl, "trigger", "parts"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "part failed at parts.ts:2:18: TypeError: Cannot read properties of undefined");
  assertStringIncludes(
    stderr,
    `    at part (${project.path("parts.ts")}:2:18)\n  called with\n    1: [ 1, 2 ]\n  report  runs/parts.part/`,
  );
  const [, command] = /\n {2}again {3}(.*)/.exec(stderr)!;
  const again = await new Deno.Command("sh", { args: ["-c", command], cwd: project.dir, stdin: "null" }).output();
  assertEquals(again.code, 1);
  assertStringIncludes(new TextDecoder().decode(again.stderr), "parts.ts:2:18: TypeError: Cannot read properties");
});

for (
  const [what, options] of [["artifacts", "artifacts: [part([1])]"], ["a function", 'run: () => console.log("ran")']]
) {
  projectTest(
    `a script that never comes to the call that published ${what} fails, and does not look as if it had run`,
    {
      "parts.ts": "export const part = (list: number[]): number => list[0];\n",
      "publish.ts": `import { ops, publishFlow } from ${JSON.stringify(modUrl)};
import type * as Parts from "./parts.ts";
const { part } = ops<typeof Parts>(import.meta.resolve("./parts.ts"));
await publishFlow(Deno.args[0] ?? "other", { ${options} });
`,
    },
    async (project) => {
      const { code, stderr } = await project.deno(["run", "-A", "publish.ts", "named"]);
      assertEquals(code, 0, stderr);
      const run = await triggerFlow("named", { runsDir: project.runsDir });
      assertEquals(run.status, "failed");
      assertStringIncludes(run.statusText, 'The script ended without a call of publishFlow("named")');
    },
  );
}

projectTest("a published graph runs as many processes at a time as it says, and tells what its operators are for", {
  "parts.ts": `import { defineMetric } from ${JSON.stringify(flowUrl)};
/**
 * Waits a moment,
 * and gives its number back.
 * @param n the number
 */
export const part = async (n: number) => {
  await new Promise((done) => setTimeout(done, 50));
  return n;
};
/** Adds all. */
const add = (list: number[]) => list.reduce((a, b) => a + b, 0);
export { add as total };
export const size = defineMetric((list: number[]) => list.length, { description: "How many there are" });
`,
  "publish.ts": `import { ops, publishFlow } from ${JSON.stringify(modUrl)};
import type * as Parts from "./parts.ts";
const { part, total, size } = ops<typeof Parts>(import.meta.resolve("./parts.ts"));
const parts = [1, 2, 3, 4].map((n) => part(n));
await publishFlow("parts", { artifacts: [total(parts).bound({ lower: 10 })], metrics: [size(parts)], concurrency: 1 });
`,
}, async (project) => {
  await publish(project);
  const place = { runsDir: project.runsDir };
  const run = await triggerFlow("parts", place);
  assertEquals([run.status, run.metrics], ["succeeded", { size: 4 }]);
  const records = await Promise.all(run.steps().map(async ({ step }) => (await getRun(step, run.id, place)).record));
  const spans = records.map(({ attempts: [{ startedAt, durationMs }] }) => [Date.parse(startedAt), durationMs]);
  spans.sort(([a], [b]) => a - b);
  // Times of the record are whole milliseconds.
  for (const [i, [start]] of spans.slice(1).entries()) {
    assert(start + 1 >= spans[i][0] + spans[i][1], JSON.stringify(spans));
  }
  const { graph } = await (await getFlow("parts", place)).describe();
  assertEquals(Object.fromEntries(graph!.map(({ name, description }) => [name, description])), {
    part: "Waits a moment, and gives its number back.",
    "part-2": "Waits a moment, and gives its number back.",
    "part-3": "Waits a moment, and gives its number back.",
    "part-4": "Waits a moment, and gives its number back.",
    total: "Adds all.",
    size: "How many there are",
    "total.bound-min_10": "total >= 10",
  });
  const cli = async (...args: string[]) => (await project.deno(["run", "-A", modUrl, ...args])).stdout;
  assertStringIncludes(await cli("flows", "parts"), "total op  Adds all.");
  assertMatch(await cli("inspect", "parts.ts"), /\n {2}size {3}metric {2}line 14 {2}How many there are\n/);
  assertStringIncludes(await cli("show", `parts.total/${run.id}`), "\n  Adds all.\n");
});

projectTest("a concurrency that cannot be is refused before anything is published", {
  "publish.ts": `import { publishFlow } from ${JSON.stringify(modUrl)};
for (const options of [{ concurrency: 0 }, { concurrency: 2, conductor: "publish.ts", artifacts: undefined }]) {
  const artifacts = [{}] as never[];
  await publishFlow("x", { artifacts, ...options }).catch((error) => console.log(error.message));
}
`,
}, async (project) => {
  const { stdout } = await project.deno(["run", "-A", "publish.ts"]);
  assertEquals(stdout.split("\n"), [
    "The option concurrency of publishFlow is 0, accepted is a whole number from 1",
    "The option concurrency of publishFlow is for artifacts: a script says it where it runs steps",
    "",
  ]);
});

const savingFiles = {
  "squares.ts": operators,
  "publish.ts": `import { files, ops, publishFlow, sqlite } from ${JSON.stringify(modUrl)};
import type * as Squares from "./squares.ts";
const { load, total } = ops<typeof Squares>(import.meta.resolve("./squares.ts"));
const rows = load(3);
const db = sqlite("out.db", { name: "out" });
rows.save(db.table("mine", { mode: "replace" }));
rows.save(db.table("ours", { mode: "append" }));
rows.save(files("shelf", { name: "shelf" }).file("a/rows.csv", { mode: "replace" }));
await publishFlow("saves", { artifacts: [rows], metrics: [total(rows)], keep: 1 });
`,
};

/** All names below the runs, and the texts of records and journals there; built code is kept by its content. */
function tracesOf(project: Project): string {
  const names = filesBelow(project.runsDir).filter((name) => !/\.ductaflow\/(build|ops|code)\//.test(name));
  const texts = names.filter((name) => /\.(ndjson|json)$/.test(name)).map((name) => Deno.readTextFileSync(name));
  return [...names, ...texts].join("\n");
}

function filesBelow(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) =>
    isDirectory ? [`${dir}/${name}`, ...filesBelow(`${dir}/${name}`)] : [`${dir}/${name}`]
  );
}

projectTest(
  "a workflow goes with what its runs saved, when that is asked for, or stays as it is",
  savingFiles,
  async (project) => {
    const place = { runsDir: project.runsDir };
    await publish(project);
    assertEquals((await triggerFlow("saves", place)).status, "succeeded");
    const dry = await deleteFlow("saves", { ...place, dryRun: true, objects: true });
    assertEquals(dry.objects.map(({ name, modes, shared, goes }) => [name, modes, shared, goes]), [
      ['out: table "mine"', ["replace"], false, true],
      ['out: table "ours"', ["append"], true, false],
      ['shelf: file "a/rows.csv"', ["replace"], false, true],
    ]);
    assert(exists(project.path("shelf/a/rows.csv")));
    const unknown = await assertRejects(() => deleteFlow("saves", { ...place, objects: ['out: table "mein"'] }));
    assertEquals((unknown as DuctaflowError).hint, 'Did you mean "out: table "mine""?');
    // What cannot be removed keeps all else.
    Deno.renameSync(project.path("out.db"), project.path("kept.db"));
    project.write({ "out.db": "this is no database at all, whatever its name says" });
    const stuck = await assertRejects(() => deleteFlow("saves", { ...place, objects: true }));
    assertEquals((stuck as DuctaflowError).code, "object-not-removed");
    assertStringIncludes((stuck as Error).message, 'out: table "mine" could not be removed: ');
    assertEquals((await listFlows(place)).map(({ name }) => name), ["saves"]);
    assert(exists(project.path("shelf/a/rows.csv")));
    Deno.renameSync(project.path("kept.db"), project.path("out.db"));
    await deleteFlow("saves", { ...place, objects: true });
    assert(!exists(project.path("shelf/a/rows.csv")));
    using db = new DatabaseSync(project.path("out.db"));
    const names = db.prepare("select name from sqlite_master order by name").all().map(({ name }) => name);
    assertEquals(names.filter((name) => !String(name).startsWith("sqlite_")), ["ductaflow_saves", "ours"]);
    assertEquals(db.prepare("select target from ductaflow_saves").all().map(({ target }) => target), ["ours"]);
    assertEquals(await listFlows(place), []);
    assertEquals(tracesOf(project).split("\n").filter((line) => line.includes("saves")), []);
  },
);

projectTest("a table that rows were added to goes when it is named", savingFiles, async (project) => {
  const place = { runsDir: project.runsDir };
  await publish(project);
  await triggerFlow("saves", place);
  const cli = ["run", "-A", modUrl, "flows", "saves", "--delete", "--object", 'out: table "ours"'];
  const dry = await project.deno([...cli, "--dry-run", "--json"]);
  assertEquals(JSON.parse(dry.stdout).objects.map(({ goes }: { goes: boolean }) => goes), [false, true, false]);
  const { code, stderr } = await project.deno([...cli, "--yes"]);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, 'out: table "ours" went with it (saved by append in 1 run)');
  using db = new DatabaseSync(project.path("out.db"));
  assertEquals(db.prepare("select count(*) as n from sqlite_master where name = 'ours'").get()!.n, 0);
  assertEquals(db.prepare("select count(*) as n from mine").get()!.n, 3);
});

projectTest(
  "a run that retention lets go leaves no trace, also when an earlier removal was cut short",
  savingFiles,
  async (project) => {
    const place = { runsDir: project.runsDir };
    await publish(project);
    const first = await triggerFlow("saves", place);
    assertStringIncludes(tracesOf(project), first.id);
    const second = await triggerFlow("saves", place);
    assert(!tracesOf(project).includes(first.id), "something of the first run is left");
    // As a kill leaves it: without the record that tells of its steps.
    Deno.removeSync(`${project.runsDir}/saves/${second.id}`, { recursive: true });
    await second.delete();
    assert(!tracesOf(project).includes(second.id), "something of the second run is left");
  },
);

projectTest("what was saved with a secret is removed with it, and stays without it", {
  "squares.ts": operators,
  "publish.ts": `import { ops, publishFlow, s3 } from ${JSON.stringify(modUrl)};
import type * as Squares from "./squares.ts";
const { load } = ops<typeof Squares>(import.meta.resolve("./squares.ts"));
const rows = load(3);
const keys = { accessKeyId: "\${TEST_KEY_ID}", secretAccessKey: "\${TEST_SECRET}" };
const lake = s3({ bucket: "bucket", endpoint: Deno.env.get("ENDPOINT"), region: "us-east-1", name: "lake", ...keys });
rows.save(lake.file("rows.csv", { mode: "replace" }));
await publishFlow("lake", { artifacts: [rows], permissions: { env: ["ENDPOINT", "TEST_KEY_ID", "TEST_SECRET"] } });
`,
}, async (project) => {
  await using server = new S3Server();
  const env = { ENDPOINT: server.endpoint, TEST_KEY_ID: "test-key-id", TEST_SECRET: "test-secret" };
  const cli = (env: Record<string, string>, ...args: string[]) => project.deno(["run", "-A", ...args], env);
  const published = await cli(env, "publish.ts");
  assertEquals(published.code, 0, published.stderr);
  const run = await cli(env, modUrl, "trigger", "lake");
  assertEquals([run.code, [...server.objects.keys()]], [0, ["rows.csv"]], run.stderr);
  const deletion = [modUrl, "flows", "lake", "--delete", "--objects", "--yes"];
  const without = await cli({}, ...deletion);
  assertEquals([without.code, server.objects.size], [2, 1]);
  assertStringIncludes(without.stderr, 'lake: file "rows.csv" could not be removed: ');
  assertStringIncludes(without.stderr, "TEST_SECRET");
  const withIt = await cli(env, ...deletion);
  assertEquals([withIt.code, server.objects.size], [0, 0], withIt.stderr);
  assert(!tracesOf(project).includes("test-secret"));
});
