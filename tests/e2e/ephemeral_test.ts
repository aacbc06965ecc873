/**
 * Artifacts that are not kept: real processes, in projects of their own.
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { getRun, ops, param, runWorkflow } from "../../mod.ts";
import type { WorkflowRun } from "../../mod.ts";
import { toFileUrl } from "../../lib/deps/path.ts";
import { exists, type Project, projectTest } from "./project.ts";

interface Operators {
  load: (log: string) => { id: number; note: string }[];
  clean: (rows: { id: number; note: string }[], least: number) => { id: number; note: string }[];
  count: (rows: { id: number; note: string }[]) => number;
}

/** `load` leaves a letter whenever it runs. */
const operators = `const note = (path: string) => Deno.writeTextFileSync(path, "x", { append: true });
export function load(log: string) {
  note(log);
  return [1, 2, 3].map((id) => ({ id, note: "a rather private row" }));
}
export const clean = (rows: { id: number }[], least: number) => rows.filter(({ id }) => id >= least);
export const count = (rows: unknown[]) => rows.length;
`;

function graph(project: Project) {
  project.write({ "ops.ts": operators, "log.txt": "" });
  const log = project.path("log.txt");
  const workflow = `ephemeral ${crypto.randomUUID().slice(0, 8)}`;
  const { load, clean, count } = ops<Operators>(toFileUrl(project.path("ops.ts")).href, {
    workflow,
    runsDir: project.runsDir,
    permissions: { write: [log] },
  });
  const loads = () => Deno.readTextFileSync(log).length;
  return { load: () => load(log), clean, count, loads, workflow };
}

const ran = ({ steps }: WorkflowRun) => steps.filter(({ cached }) => !cached).map(({ name }) => name);

projectTest("ephemeral values go when the run ends green; record, report and numbers stay", {}, async (project) => {
  const { load, clean, count } = graph(project);
  const rows = load().ephemeral();
  const total = count(clean(rows, 2)).ephemeral();
  const run = await runWorkflow("private", [total], { runsDir: project.runsDir, run: "one" });
  assertEquals(run.status, "succeeded");
  const { artifacts, dir } = run.steps.find(({ name }) => name === "load")!.run!;
  assertEquals(artifacts.filter(({ dropped }) => dropped).map(({ name }) => exists(`${dir}/${name}`)), [false]);
  const { record, reportPath } = await getRun("private.load", "one", { runsDir: project.runsDir });
  const [file] = record.artifacts.filter(({ dropped }) => dropped);
  assertEquals([file.table?.rows, file.hash.length], [3, 64]);
  const report = Deno.readTextFileSync(reportPath);
  assertStringIncludes(report, "not kept");
  assertStringIncludes(report, "a rather private row");
  assert(!report.includes(`href="${file.name}"`));
  const [version] = await rows.history({ workflow: "private" });
  assertEquals([version.hash, version.table?.rows], [file.hash, 3]);
  const error = await assertRejects(() => version.get(), Error, "was not kept");
  assertEquals((error as { code?: string }).code, "artifact-not-kept");
  const [number] = await total.history({ workflow: "private" });
  assertEquals([number.scalar, await number.get()], [2, 2]);
});

projectTest("a run that fails keeps ephemeral values, for its resumption", {}, async (project) => {
  const { load, count, loads } = graph(project);
  const rows = load().ephemeral();
  const total = count(rows).bound({ upper: 1, severity: "error" });
  const options = { runsDir: project.runsDir, run: "one" };
  const run = await runWorkflow("failing", [total], options);
  assertEquals(run.status, "failed");
  assert(run.steps[0].run!.artifacts.every(({ path }) => exists(path)));
  await runWorkflow("failing", [total], options);
  assertEquals(loads(), 1);
});

projectTest("an ephemeral value is made again only where something stale needs it", {}, async (project) => {
  const { load, clean, count, loads } = graph(project);
  const least = param("least", 2);
  const rows = load().ephemeral();
  const total = count(clean(rows, least as never).ephemeral());
  const options = { runsDir: project.runsDir, run: "one" };
  assertEquals(ran(await runWorkflow("again", [total], options)), ["load", "clean", "count"]);
  assertEquals(ran(await runWorkflow("again", [total], options)), []);
  // Only the last function changed: what it needs is gone, and what that needs is gone too.
  project.write({ "ops.ts": operators.replace("rows.length", "rows.length * 10") });
  assertEquals(ran(await runWorkflow("again", [total], options)), ["load", "clean", "count"]);
  assertEquals(loads(), 2);
  const again = await runWorkflow("again", [total], { ...options, params: { least: 3 } });
  assertEquals([ran(again), loads()], [["load", "clean", "count"], 3]);
  assertEquals((await total.history({ workflow: "again" }))[0].scalar, 10);
  assert(!again.steps[0].run!.artifacts.filter(({ dropped }) => dropped).some(({ path }) => exists(path)));
});

projectTest("get() and why() know that an ephemeral value has to be made again", {}, async (project) => {
  const { load, count, loads, workflow } = graph(project);
  const rows = load().ephemeral();
  const total = count(rows);
  await total.get();
  assertEquals((await rows.get()).length, 3);
  assertEquals(loads(), 1);
  await runWorkflow(workflow, [total], { runsDir: project.runsDir, run: "latest" });
  assertEquals([await total.why(), loads()], [[], 1]);
  assertEquals(await rows.why(), [{ name: "load", reasons: ["Its value was not kept"] }]);
  assertEquals([await total.get(), loads()], [3, 1]);
  assertEquals([(await rows.get()).length, loads()], [3, 2]);
});
