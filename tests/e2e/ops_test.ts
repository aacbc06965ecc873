/**
 * Operators as steps: real processes, in projects of their own.
 */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { type Artifact, getRun, isDuctaflowError, ops, param, runWorkflow, type SaveTarget } from "../../mod.ts";
import type { OperatorFailedError, OpsOptions, WorkflowRun } from "../../mod.ts";
import { maybeKeptCode } from "../../lib/ops/kept_code.ts";
import { getOperatorCode } from "../../lib/ops/get_operator_code.ts";
import { toFileUrl } from "../../lib/deps/path.ts";
import { exists, flowUrl, modUrl, type Project, projectTest } from "./project.ts";

let count = 0;

/** The operators of a project's module; workflows of different tests are kept apart. */
function operators<M>(project: Project, options: OpsOptions = {}, module = "ops.ts") {
  const url = toFileUrl(project.path(module)).href;
  return ops<M>(url, { workflow: `w${++count}`, runsDir: project.runsDir, ...options });
}

const statuses = (run: WorkflowRun) => Object.fromEntries(run.steps.map(({ name, status }) => [name, status]));

async function failure(work: Promise<unknown>): Promise<OperatorFailedError> {
  const error = await assertRejects(() => work);
  if (!isDuctaflowError(error)) throw error;
  return error as OperatorFailedError;
}

interface Row {
  id: number;
  x: number | null;
}
interface Numbers {
  load: (n: number) => Row[];
  clean: (rows: Row[], least: number) => Row[];
  train: (rows: Row[]) => { model: { slope: number }; rows: Row[] };
  pair: (n: number) => [number, string];
  sum: (rows: Row[]) => number;
  throws: (rows: Row[]) => number;
  isFine: (rows: Row[]) => boolean;
  isBad: (rows: Row[]) => { ok: boolean; message: string };
  isBroken: (rows: Row[]) => boolean;
}

const numbers = `import { defineCheck, defineMetric } from ${JSON.stringify(flowUrl)};
if (!(Symbol.for("ductaflow.host") in globalThis)) throw new Error("The module was loaded in the conductor");
interface Row { id: number; x: number | null }
export const load = (n: number): Row[] => Array.from({ length: n }, (_, id) => ({ id, x: id % 3 === 0 ? null : id }));
export function clean(rows: Row[], least: number): Row[] {
  return rows.filter((row) => row.x !== null && row.x >= least);
}
export const train = (rows: Row[]) => ({ model: { slope: 2 }, rows: rows.slice(1) });
export const pair = (n: number): [number, string] => [n, "two"];
export const sum = defineMetric((rows: Row[]) => rows.reduce((sum, row) => sum + (row.x ?? 0), 0), { unit: "m" });
export const isFine = defineCheck((rows: Row[]) => rows.length > 0, { severity: "error" });
export const isBad = defineCheck((rows: Row[]) => ({ ok: rows.length > 99, message: "too few" }), { severity: "error" });
export const isBroken = defineCheck((rows: Row[]): boolean => (rows as unknown as { a: { b: boolean } }).a.b);

export const throws = (rows: Row[]): number => {
  return deeper(rows[0]);
};
function deeper(row: Row): number {
  throw new RangeError(\`no \${row.id}\`);
}
`;

const saver = `export async function store(table, run, path) {
  let rows = 0;
  for await (const batch of table.batches()) rows += batch.length;
  Deno.writeTextFileSync(path, JSON.stringify({ rows, run, shape: table.table.rows }));
  return { rows };
}
`;

projectTest("an artifact is computed in processes of its own, once, and again when an argument changes", {
  "ops.ts": numbers,
}, async (project) => {
  const { load, clean, sum } = operators<Numbers>(project);
  const rows = clean(load(10), 2).named("clean rows");
  const total = sum(rows);
  assertEquals((await total.why()).map(({ name }) => name), ["load", "clean rows", "sum"]);
  assertEquals(await total.get(), 2 + 4 + 5 + 7 + 8);
  assertEquals(await total.why(), []);
  const { record, step } = await getRun(`w${count}.sum`, "latest", { runsDir: project.runsDir });
  assertEquals(record.metrics.map(({ name, value, unit }) => [name, value, unit]), [["sum", 26, "m"]]);
  assertEquals(record.inputs.map(({ from }) => from), [{ step: `w${count}.clean_rows`, instance: "latest" }]);
  const before = record.id;
  assertEquals(await total.get(), 26);
  assertEquals((await getRun(step, "latest", { runsDir: project.runsDir })).record.id, before);
  const { value, more, table } = await rows.head(2);
  assertEquals([value, more, table?.rows], [[{ id: 2, x: 2 }, { id: 4, x: 4 }], true, 5]);
  assertEquals(await sum(clean(load(10), 5)).get(), 20);
});

projectTest(
  "only what depends on a change runs again, and a comment is none",
  { "ops.ts": numbers },
  async (project) => {
    const { load, clean, sum } = operators<Numbers>(project);
    const total = sum(clean(load(4), 0));
    await total.get();
    project.write({ "ops.ts": `// A comment\n${numbers}` });
    assertEquals(await total.why(), []);
    project.write({ "ops.ts": numbers.replace("(row.x ?? 0)", "(row.x ?? 0) * 2") });
    assertEquals((await total.why())[0].reasons.length, 1);
    assertEquals(await total.get(), 6);
    const [newest, older] = await total.history();
    assertEquals([newest.scalar, older.scalar, await older.get(), newest.run], [6, 3, 3, "latest"]);
  },
);

projectTest(
  "several outputs come by destructuring, also those that have the name of a method",
  { "ops.ts": numbers },
  async (project) => {
    const { load, train, pair, sum } = operators<Numbers>(project);
    const { model, rows } = train(load(3));
    assertEquals([await model.slope.get(), await model.get()], [2, { slope: 2 }]);
    assertEquals(await rows.get(), [{ id: 1, x: 1 }, { id: 2, x: 2 }]);
    assertEquals(await sum(rows).get(), 3);
    const [number, text] = pair(7);
    assertEquals([await number.get(), await text.get()], [7, "two"]);
  },
);

projectTest(
  "a failing operator names the user's line, shows its arguments and can be run again",
  { "ops.ts": numbers },
  async (project) => {
    const { load, throws } = operators<Numbers>(project);
    const error = await failure(throws(load(2)).get());
    const line = numbers.split("\n").findIndex((text) => text.includes("throw new RangeError")) + 1;
    assertEquals([error.code, error.name, error.op], ["step-failed", "OperatorFailedError", "throws"]);
    assertStringIncludes(error.message, `throws failed at ${project.path("ops.ts")}:${line}:9`);
    assertMatch(error.stack!, /at deeper \(.*ops\.ts:\d+:9\)\n {4}at throws \(.*ops\.ts/);
    assertStringIncludes(error.run.record.statusText, `ops.ts:${line}:9: RangeError: no 0`);
    const report = Deno.readTextFileSync(error.reportPath);
    assertStringIncludes(report, "Argument 1");
    // The command counts from the folder of the conductor.
    const { code, stderr } = await new Deno.Command("sh", { args: ["-c", error.reproduce], stdin: "null" }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 1);
    assertStringIncludes(said, `${error.run.step}/reproduce`);
    assertEquals(error.inputs, [
      `1: 2 rows, such as { id: 0, x: null } (from ${error.run.step.replace("throws", "load")}/latest)`,
    ]);
    assertStringIncludes(said, "RangeError: no 0");
  },
);

projectTest("an error that nobody catches shows the user's frames, the arguments and the command", {
  "ops.ts": `import { defineOp } from ${JSON.stringify(flowUrl)};
export const slow = defineOp(async (ms: number) => { await new Promise((done) => setTimeout(done, ms)); }, { timeout: "1s" });
export const open = defineOp(() => { Deno.readTextFileSync("/nowhere"); }, { permissions: { net: ["example.com"] } });
`,
}, async (project) => {
  const call = (text: string) =>
    `import { ops, runWorkflow } from ${JSON.stringify(modUrl)};
const { slow, open } = ops<typeof import("./ops.ts")>(import.meta.resolve("./ops.ts"), { permissions: { read: ["/nowhere"], net: false } });
${text}`;
  const slow = await project.conduct(call("await slow(60_000).get();"), { flags: ["-A"] });
  assertStringIncludes(slow.stderr, "slow failed (step ops.slow/latest): Timed out after 1.0 s\n");
  assertMatch(
    slow.stderr,
    /\n {4}at async file:\S+conductor\.ts:3:1\n {2}called with\n {4}1: 60000\n {2}report {2}runs\//,
  );
  const open = await project.conduct(call('(await runWorkflow("all", [open()])).throwIfFailed();'), { flags: ["-A"] });
  const [, command] = /\n {2}again {3}(.*)/.exec(open.stderr)!;
  assertStringIncludes(command, "--permit read=/nowhere");
  assertStringIncludes(command, "--forbid net");
  const again = new Deno.Command("sh", { args: ["-c", command], cwd: project.dir, stdin: "null" });
  // Were it without the conductor's word, it would be refused to look.
  assertStringIncludes(new TextDecoder().decode((await again.output()).stderr), "NotFound");
});

projectTest("a failed call that is tried again by hand is no version of its artifact", {
  "ops.ts": `export const read = (path: string) => JSON.parse(Deno.readTextFileSync(path));`,
}, async (project) => {
  const { read } = operators<{ read: (path: string) => number }>(project, { permissions: { read: [project.dir] } });
  const artifact = read(project.path("n.json"));
  const error = await failure(artifact.get());
  project.write({ "n.json": "7" });
  const { code } = await new Deno.Command("sh", { args: ["-c", error.reproduce], stdin: "null" }).output();
  assertEquals([code, await artifact.history()], [0, []]);
  await artifact.get();
  assertEquals((await artifact.history()).map(({ scalar }) => scalar), [7]);
});

projectTest("a failure holds up what depends on it, and nothing else; saves wait for all", {
  "ops.ts": numbers,
  "save.ts": saver,
}, async (project) => {
  const { load, throws, sum, clean } = operators<Numbers>(project);
  const rows = load(6);
  const good = clean(rows, 1).save(target(project, "good"));
  const bad = throws(rows).bound({ upper: 3 });
  const run = await runWorkflow("mixed", [bad, sum(good)], { runsDir: project.runsDir });
  assertEquals(run.status, "failed");
  assertEquals(statuses(run), {
    load: "succeeded",
    throws: "failed",
    clean: "succeeded",
    sum: "succeeded",
    "throws.bound-max_3": "blocked",
    store: "held",
  });
  assertEquals(run.steps.find(({ status }) => status === "blocked")?.blockedBy, "throws");
  assert(!exists(project.path("good.json")));
  const error = await assertRejects(() => Promise.resolve().then(() => run.throwIfFailed()), Error);
  assertStringIncludes(error.message, "throws: throws failed at");
});

function target(project: Project, name: string): SaveTarget {
  const path = project.path(`${name}.json`);
  const module = toFileUrl(project.path("save.ts")).href;
  const call = { resource: "test", op: "store", module, export: "store", args: [path], target: `test: ${name}` };
  return { saveCall: () => ({ ...call, permissions: { write: [path] } }) };
}

projectTest("a workflow saves when its checks hold, warns, and resumes under the same id", {
  "ops.ts": numbers,
  "save.ts": saver,
}, async (project) => {
  const { load, clean, isFine, sum } = operators<Numbers>(project);
  const least = param("least", 1, { min: 0 });
  const rows = clean(load(6), least).save(target(project, "rows"));
  isFine(rows);
  sum(rows).bound({ upper: 5 });
  const options = { runsDir: project.runsDir, run: "first", params: { least: 2 } };
  const run = await runWorkflow("saving", [rows], options);
  assertEquals([run.status, run.params], ["warned", { least: 2 }]);
  assertEquals(statuses(run)["sum.bound-max_5"], "warned");
  const saved = JSON.parse(Deno.readTextFileSync(project.path("rows.json")));
  assertEquals(saved, { rows: 3, shape: 3, run: { workflow: "saving", run: "first" } });
  Deno.removeSync(project.path("rows.json"));
  const again = await runWorkflow("saving", [rows], options);
  assertEquals(again.steps.filter(({ cached }) => !cached).map(({ name }) => name), []);
  assert(!exists(project.path("rows.json")));
  await assertRejects(
    () => runWorkflow("saving", [rows], { ...options, params: { leest: 3 } }),
    TypeError,
    `did you mean "least"`,
  );
  rows.save(target(project, "rows"));
  clean(load(6), 3).save(target(project, "rows"));
  const twice = runWorkflow("saving", [rows, clean(load(6), 3)], { runsDir: project.runsDir });
  await assertRejects(() => twice, Error, "saved to test: rows");
});

projectTest("a check of severity error fails and keeps from saving; one that throws is an error, not a no", {
  "ops.ts": numbers,
  "save.ts": saver,
}, async (project) => {
  const { load, isBad, isBroken } = operators<Numbers>(project);
  const rows = load(3).save(target(project, "rows"));
  const bad = isBad(rows);
  const run = await runWorkflow("checked", [rows], { runsDir: project.runsDir });
  assertEquals(statuses(run), { load: "succeeded", isBad: "failed", store: "held" });
  const error = await failure(bad.get());
  assertEquals(error.run.record.checks.map(({ ok, severity, message }) => [ok, severity, message]), [[
    false,
    "error",
    "too few",
  ]]);
  assertStringIncludes(error.message, "Checks do not hold");
  const broken = await failure(isBroken(load(3)).get());
  assertEquals([broken.run.record.checks, broken.run.record.error?.name], [[], "TypeError"]);
});

projectTest("tables have ready-made metrics and checks", { "ops.ts": numbers }, async (project) => {
  const { load } = operators<Numbers>(project);
  const rows = load(10);
  const metrics = [
    rows.rows(),
    rows.missing("x"),
    rows.missing(),
    rows.min("x"),
    rows.max("x"),
    rows.mean("id"),
    rows.std("id"),
    rows.quantile("id", 0.25),
  ];
  const values = await Promise.all(metrics.map((metric) => metric.get()));
  assertEquals(values.slice(0, 6), [10, 4, 4, 1, 8, 4.5]);
  assertEquals([Number(values[6].toFixed(6)), values[7]], [3.02765, 2.25]);
  rows.unique("id").notNull("id").between("id", 0, 9).inSet("id", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals((await rows.get()).length, 10);
  rows.notNull("x", { severity: "error", name: "x is there" });
  const error = await failure(rows.get());
  const [check] = error.run.record.checks;
  assertEquals([check.name, check.message], [
    "x is there",
    "4 of 10 values of x are null, missing or NaN, such as null in row 1",
  ]);
  const wrong = await failure((rows as unknown as Artifact<{ idd: number }[]>).mean("idd").get());
  assertStringIncludes(wrong.message, `There is no column "idd"; did you mean "id"?`);
});

projectTest(
  "bounds compare with the version before, and with what the process took",
  { "ops.ts": numbers },
  async (project) => {
    const { load, sum } = operators<Numbers>(project, { cache: "auto" });
    const options = { runsDir: project.runsDir };
    const size = param("size", 4);
    const total = sum(load(size as never)).bound({ vs: "previous", maxChangePct: 50, severity: "error" });
    const seconds = total.runtime().bound({ lower: 0, upper: 600 });
    const memory = total.memory().bound({ lower: 1 });
    const first = await runWorkflow("compared", [total, seconds, memory], { ...options, run: "r1" });
    assertEquals(first.status, "succeeded");
    const second = await runWorkflow("compared", [total], { ...options, run: "r2", params: { size: 5 } });
    assertEquals(statuses(second)["sum.bound-within_50_of_previous"], "failed");
    const { config } = {
      config: Deno.readTextFileSync(`${second.steps.find(({ status }) => status === "failed")!.run!.dir}/config.json`),
    };
    assertStringIncludes(config, "3\n");
  },
);

projectTest("bounds compare with the mean or median of the runs before", { "ops.ts": numbers }, async (project) => {
  const { load } = operators<Numbers>(project);
  const size = param("size", 1);
  const rows = load(size as never).rows();
  rows.bound({ vs: { lastRuns: 3, by: "median" }, maxChangePct: 10, severity: "error", name: "as ever" });
  rows.bound({ vs: { lastRuns: 3 }, maxChangePct: 10, name: "as on average" });
  // The median of 10, 10 and 70 takes no notice of the 70, which the mean of 30 does.
  const ended: unknown[] = [];
  for (const [i, value] of [10, 10, 70, 10, 30].entries()) {
    const run = await runWorkflow("medians", [rows], {
      runsDir: project.runsDir,
      run: `r${i}`,
      params: { size: value },
    });
    const failed = run.steps.filter(({ status }) => status === "failed" || status === "warned").map(({ run }) =>
      run!.record.checks.map(({ name, message }) => `${name}: ${message}`).join()
    );
    ended.push(failed);
  }
  assertEquals(ended, [
    [],
    [],
    [
      "as ever: It is 70; before, the median of the last 3 was 10",
      "as on average: It is 70; before, the mean of the last 3 was 10",
    ],
    ["as on average: It is 10; before, the mean of the last 3 was 30"],
    ["as ever: It is 30; before, the median of the last 3 was 10"],
  ]);
});

projectTest("an artifact keeps its type from run to run unless it may change", {
  "ops.ts": "export const make = () => [{ id: 1, name: 'x' }];",
}, async (project) => {
  const { make } = operators<{ make: () => { id: number }[] }>(project);
  await make().get();
  project.write({ "ops.ts": "export const make = () => [{ id: '1', age: 5 }];" });
  const error = await failure(make().get());
  assertEquals(error.code, "type-changed");
  assertStringIncludes(
    error.message,
    "\n  - id: number became string\n  - name: string is gone\n  - age: number is new",
  );
  assertEquals((await failure(make().get())).code, "type-changed");
  const { run } = error;
  const failed = JSON.parse(Deno.readTextFileSync(`${run.dir}/run.json`));
  assertEquals([run.status, failed.status, failed.error.name], ["failed", "failed", "TypeChanged"]);
  assertEquals(
    failed.statusText,
    "Failed: another type than in the run before: id: number became string; name: string is gone; age: number is new",
  );
  assertStringIncludes(Deno.readTextFileSync(run.reportPath), "id: number became string");
  const notebook = JSON.parse(Deno.readTextFileSync(run.notebookPath));
  assertEquals(notebook.metadata.ductaflow.status, "failed");
  assertEquals(notebook.cells.at(-1).outputs.at(-1).output_type, "error");
  const columns = async () => (await make().history()).map(({ table }) => table!.columns.map(({ name }) => name));
  assertEquals(await columns(), [["id", "name"]]);
  await make().allowTypeChange().get();
  assertEquals((await columns())[0], ["id", "age"]);
});

projectTest("an older run that is reused keeps the type of its time", {
  "ops.ts": `export const make = (n: number) => n > 1 ? "two" : 1;`,
}, async (project) => {
  type Make = { make: (n: number) => unknown };
  const n = param("n", 1);
  const loose = operators<Make>(project, { allowTypeChange: true }).make(n);
  const strict = operators<Make>(project).make(n);
  const options = { runsDir: project.runsDir };
  await runWorkflow("old", [loose], { ...options, run: "one" });
  await runWorkflow("old", [loose], { ...options, run: "two", params: { n: 2 } });
  const again = await runWorkflow("old", [strict], { ...options, run: "one" });
  assertEquals(again.steps.map(({ status, cached }) => [status, cached]), [["succeeded", true]]);
});

projectTest("an operator has the permissions that it asks for, below its module, unless the conductor says no", {
  "lib/ops.ts": `import { defineOp } from ${JSON.stringify(flowUrl)};
export const open = defineOp(() => Deno.readTextFileSync(new URL("./data.txt", import.meta.url)), {
  permissions: { read: ["./data.txt"] },
});
export const closed = () => Deno.readTextFileSync(new URL("./data.txt", import.meta.url));
`,
  "lib/data.txt": "data",
}, async (project) => {
  type Module = { open: () => string; closed: () => string };
  const { open, closed } = operators<Module>(project, {}, "lib/ops.ts");
  assertEquals(await open().get(), "data");
  assertStringIncludes((await failure(closed().get())).message, "NotCapable");
  const strict = operators<Module>(project, { permissions: { read: false } }, "lib/ops.ts");
  assertStringIncludes((await failure(strict.open().get())).message, "NotCapable");
  project.write({ "lib/data.txt": "more" });
  assertEquals(await open().get(), "more");
});

projectTest("an operator is held to its time, its memory and its retries", {
  "ops.ts": `import { defineOp } from ${JSON.stringify(flowUrl)};
export const slow = defineOp(() => new Promise<number>((r) => setTimeout(() => r(1), 60_000)), { timeout: "300ms" });
export const greedy = defineOp(() => { const all = []; for (;;) all.push(new Array(1e5).fill({}).map(() => ({}))); return 1; }, { memory: "64MB" });
export const flaky = defineOp((path: string) => {
  const tries = Deno.readTextFileSync(path).length;
  Deno.writeTextFileSync(path, "x".repeat(tries + 1));
  if (tries < 2) throw new Error("not yet");
  return tries;
}, { retries: 2, permissions: { read: ["."], write: ["tries.txt"] } });
`,
  "tries.txt": "",
}, async (project) => {
  type Module = { slow: () => Promise<number>; greedy: () => number; flaky: (path: string) => number };
  const { slow, greedy, flaky } = operators<Module>(project, { ops: { flaky: { retries: { max: 2, backoff: 1 } } } });
  assertEquals((await failure(slow().get())).code, "step-timed-out");
  assertEquals(
    (await failure(greedy().get())).run.record.error?.hint,
    "The JavaScript heap is full, or Deno itself crashed",
  );
  assertEquals(await flaky(project.path("tries.txt")).get(), 2);
});

projectTest("rows come bit by bit, and Arrow tables stay Arrow tables", {
  "ops.ts": `import { Table, tableFromArrays } from "npm:apache-arrow@21.2.0";
export async function* stream() { for (let i = 0; i < 3; i++) yield [{ i }, { i }]; }
export const arrow = () => tableFromArrays({ x: Float64Array.of(1, 2), word: ["a", null] });
export const size = (table: Table) => [table instanceof Table || table.numCols, table.numRows, table.getChild("x")!.get(1), table.getChild("word")!.get(0)];
export const bad = () => ({ model: { fit: () => 1 } });
`,
}, async (project) => {
  type Table = { numRows: number; schema: unknown };
  type Module = {
    stream: () => AsyncGenerator<{ i: number }[]>;
    arrow: () => Table;
    size: (t: Table) => unknown[];
    bad: () => unknown;
  };
  const { stream, arrow, size, bad } = operators<Module>(project);
  assertEquals((await stream().get()).map(({ i }) => i), [0, 0, 1, 1, 2, 2]);
  assertEquals((await size(arrow()).get()).slice(1), [2, 2, "a"]);
  assertEquals((await arrow().get()).numRows, 2);
  assertStringIncludes((await failure(bad().get())).message, `"model.fit" is a function, which is no data`);
});

projectTest("the code of an operator is kept as it was when it ran", { "ops.ts": numbers }, async (project) => {
  const { load } = operators<Numbers>(project);
  await load(1).get();
  const run = await getRun(`w${count}.load`, "latest", { runsDir: project.runsDir });
  const { record } = run;
  project.write({ "ops.ts": "export const load = 1;" });
  const own = record.code.modules.find(({ specifier }) => specifier === toFileUrl(project.path("ops.ts")).href)!;
  assertEquals(maybeKeptCode(project.runsDir, own.hash), numbers);
  const code = await getOperatorCode(run);
  assertEquals([code?.op, code?.line, code?.source], ["load", 4, numbers.split("\n")[3]]);
});

projectTest("a mistake is found before anything runs", { "ops.ts": numbers }, async (project) => {
  const wrong = operators<{ lod: () => number }>(project);
  const error = await failure(wrong.lod().get());
  assertEquals([error.code, error.hint], ["no-operator", `Did you mean "load"?`]);
  const { sum, load } = operators<Numbers>(project);
  const plain = await assertRejects(() => Promise.resolve().then(() => load((() => 1) as never)), TypeError);
  assertStringIncludes(plain.message, "Argument 1 of load cannot be told to its process: the value is a function");
  const odd = sum(load(1)) as unknown as Artifact<Row[]>;
  assertStringIncludes((await failure(odd.mean("x").get())).message, "The artifact is no table but json");
  assert(!exists(project.path("runs", `w${count - 1}.lod`)));
});

projectTest("a conductor needs no more permissions than for any step", { "ops.ts": numbers }, async (project) => {
  const { code, stdout, stderr } = await project.conduct(`
import { ops } from ${JSON.stringify(modUrl)};
import type * as Numbers from "./ops.ts";
const { load, clean, sum } = ops<typeof Numbers>(import.meta.resolve("./ops.ts"));
console.log(await sum(clean(load(5), 1)).get());
`);
  assertEquals([code, stdout, stderr], [0, "7\n", ""]);
  assert(exists(project.path("runs", "ops.sum", "latest", "report.html")));
});
