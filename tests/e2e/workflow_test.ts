/** Published workflows from the command line, with no more permissions than a conductor needs. */
import { createTicket, endTicket, ticketPaths } from "../../lib/workflow/ticket.ts";
import { workflowPaths } from "../../lib/workflow/workflow_paths.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import type { RunRecord } from "../../lib/base/record.ts";
import { call, type Told } from "./command_line.ts";
import { type Sandbox, sandboxed, until } from "./sandbox.ts";

const flowModule = JSON.stringify(import.meta.resolve("../../lib/flow.ts"));
const mod = JSON.stringify(import.meta.resolve("../../mod.ts"));

const sum = `// ---
// permissions:
//   read: [../data]
// ---
// %% tags=["parameters"]
let a = 1;
// %% Work
import { add } from "../lib/add.ts";
import { metric } from ${flowModule};
const b = Number(Deno.readTextFileSync(new URL("../data/b.txt", import.meta.url)));
if (a < 0) throw new RangeError("a is below zero");
metric("sum", add(a, b));
`;

const night = `import { runStepFlow, workflowParams } from ${mod};
const { a } = workflowParams({ a: 1 });
const first = await runStepFlow("sum", "first", { a: 1 });
const second = await runStepFlow("flows/sum.ts", "second", { a });
console.log("sums", first.metrics.sum, second.metrics.sum);
`;

/** A project with a flow that imports a module and reads a file, and a conductor that runs the flow twice. */
function project(box: Sandbox): void {
  for (const folder of ["lib", "data"]) Deno.mkdirSync(box.path(folder));
  Deno.writeTextFileSync(box.path("deno.json"), "{}");
  Deno.writeTextFileSync(box.path("lib", "add.ts"), "export const add = (a: number, b: number) => a + b;\n");
  Deno.writeTextFileSync(box.path("data", "b.txt"), "10");
  Deno.writeTextFileSync(box.path("flows", "sum.ts"), sum);
  Deno.writeTextFileSync(box.path("night.ts"), night);
}

/** Runs a command that must succeed and gives its JSON. */
// deno-lint-ignore no-explicit-any
async function json(box: Sandbox, ...args: string[]): Promise<any> {
  const told = await call(box, ...args, "--json");
  return JSON.parse(ok(told).out);
}

function ok(told: Told): Told {
  assertEquals(told.code, 0, told.err);
  return told;
}

Deno.test(
  "what was published runs, whatever is edited since, with the data where they lie, and the same content is no new version",
  sandboxed(async (box) => {
    project(box);
    const published = await json(box, "publish", "flows/sum.ts", "--schedule", "0 6 * * *", "--tz", "Europe/Berlin");
    assertEquals([published.name, published.version, published.isNew], ["sum", 1, true]);
    assertEquals(published.files.filter((file: string) => file.endsWith(".ts")), ["flows/sum.ts", "lib/add.ts"]);
    const again = await json(box, "publish", "sum");
    assertEquals([again.version, again.isNew], [1, false]);
    Deno.writeTextFileSync(box.path("lib", "add.ts"), "export const add = (a: number, b: number) => a * b;\n");
    Deno.writeTextFileSync(box.path("data", "b.txt"), "20");
    const run = await json(box, "trigger", "sum", "--set", "a=5");
    assertEquals([run.status, run.version, run.params, run.metrics], ["succeeded", 1, { a: 5 }, { sum: 25 }]);
    const record: RunRecord = box.record("sum", run.id);
    assertEquals(record.workflow, { version: 1, trigger: "manual" });
    const next = await json(box, "publish", "sum");
    assertEquals([next.version, next.isNew], [2, true]);
    assertEquals((await json(box, "trigger", "sum", "--set", "a=5")).metrics, { sum: 100 });
    assertEquals((await json(box, "trigger", "sum", "--set", "a=5", "--version", "1")).metrics, { sum: 25 });
    const history = await json(box, "history", "sum", "sum");
    assertEquals(history.map((entry: { version: number; value: number }) => [entry.version, entry.value]), [
      [1, 25],
      [2, 100],
      [1, 25],
    ]);
    // The other commands know them too.
    assertEquals((await json(box, "list", "sum")).length, 3);
    assertStringIncludes((await call(box, "show", `sum/${run.id}`)).out, "sum 25");
  }),
);

Deno.test(
  "a conductor runs with the flows that were frozen with it; a failed run is resumed and reuses what succeeded",
  sandboxed(async (box) => {
    project(box);
    const { files } = await json(box, "publish", "night.ts", "--param", "a:=-1");
    assertEquals(files.filter((file: string) => file.endsWith(".ts")), ["flows/sum.ts", "lib/add.ts", "night.ts"]);
    Deno.removeSync(box.path("flows", "sum.ts"));
    const failed = await call(box, "trigger", "night", "--json");
    assertEquals(failed.code, 1);
    const run = JSON.parse(failed.out);
    assertEquals(run.status, "failed");
    assertStringIncludes(run.statusText, "line 4: StepFailedError: sum/second: Failed in cell 2");
    assertEquals(run.steps.map(({ instance, status, cached }: Record<string, unknown>) => [instance, status, cached]), [
      ["first", "succeeded", false],
      ["second", "failed", false],
    ]);
    const record: RunRecord = box.record("night", run.id);
    assertEquals(record.steps?.map(({ step }) => step), ["sum", "sum"]);
    assertEquals(box.record("sum", "second").parent, { step: "night", instance: run.id });
    const resumed = JSON.parse((await call(box, "resume", "night", "--json")).out);
    assertEquals([resumed.id, resumed.steps.map(({ cached }: { cached: boolean }) => cached)], [run.id, [true, false]]);
    const good = ok(await call(box, "trigger", "night", "--set", "a=2"));
    assertStringIncludes(good.err, "✔ sum/first reused");
    assertEquals(ok(await call(box, "logs", "night")).out, "sums 11 12\n");
    const nothing = await call(box, "resume", "night");
    assertEquals(nothing.code, 2);
    assertStringIncludes(nothing.err, "succeeded: there is nothing to resume");
  }),
);

Deno.test(
  "a function of the script that publishes it runs when the workflow does",
  sandboxed(async (box) => {
    project(box);
    const source = `import { publishFlow } from ${mod};
import { metric } from ${flowModule};
const publication = await publishFlow("greet", {
  run: (params, { run }) => {
    console.log("hello", params.name, run.length > 10);
    metric("letters", params.name.length);
  },
  params: { name: { default: "you", enum: ["you", "Ada"] } },
});
if (publication.isNew) console.log("published");
`;
    Deno.writeTextFileSync(box.path("greet.ts"), source);
    const script = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "greet.ts"], cwd: box.dir });
    const { stdout } = await script.output();
    assertEquals(new TextDecoder().decode(stdout), "published\n");
    const run = await json(box, "trigger", "greet", "--set", "name=Ada");
    assertEquals([run.status, run.metrics], ["succeeded", { letters: 3 }]);
    assertEquals(ok(await call(box, "logs", "greet")).out, "hello Ada true\n");
  }),
);

Deno.test(
  "what an operator changed stays, single runs and whole workflows go, and mistakes are named",
  sandboxed(async (box) => {
    project(box);
    ok(await call(box, "publish", "sum", "--schedule", "1h"));
    ok(await call(box, "flows", "sum", "--pause", "--set", "schedule=2h", "--set", "keep:=2"));
    const published = await call(box, "publish", "sum", "--schedule", "3h");
    assertStringIncludes(published.err, "An operator changed schedule, which stays so");
    const flow = await json(box, "flows", "sum");
    assertEquals([flow.settings.schedule, flow.settings.paused, flow.next], [{ every: 7_200_000 }, true, []]);
    const reset = await json(box, "flows", "sum", "--reset", "schedule", "--unpause");
    assertEquals([reset.settings.schedule, reset.next.length], [{ every: 10_800_000 }, 3]);

    const day = Temporal.Now.plainDateISO("UTC").add({ days: 9 }).toString();
    const paused = await call(box, "flows", "sum", "--pause", "--until", day, "--tz", "UTC");
    assertStringIncludes(paused.out, "paused until ");
    const { settings, next } = await json(box, "flows", "sum");
    // A tick at the very end of the pause is the first.
    assertEquals([settings.paused, settings.pausedUntil, next[0]], [
      false,
      `${day}T00:00:00.000Z`,
      `${day}T00:00:00.000Z`,
    ]);
    const over = await call(box, "flows", "sum", "--pause", "--until", "2020-01-01", "--set", "keep:=1");
    assertStringIncludes(over.err, `The pause until "2020-01-01" would be over`);
    assertStringIncludes((await call(box, "flows", "sum", "--until", day)).err, "--until needs --pause");
    const unpaused = await json(box, "flows", "sum", "--unpause");
    assertEquals([unpaused.settings.pausedUntil, unpaused.settings.keep], [undefined, { runs: 2 }]);

    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await json(box, "trigger", "sum")).id);
    // Two are kept, the folder of the third is gone with its ticket.
    assertEquals((await json(box, "runs", "sum")).map(({ id }: { id: string }) => id), [ids[2], ids[1]]);
    assertEquals([...Deno.readDirSync(box.path("runs", "sum"))].map(({ name }) => name).sort(), [ids[1], ids[2]]);
    const pinned = await call(box, "runs", "sum", "--pin", ids[1]);
    assertMatch(pinned.out, new RegExp(`${ids[1]} .*pinned`));
    const later: string[] = [];
    for (let i = 0; i < 2; i++) later.push((await json(box, "trigger", "sum")).id);
    const kept = async () => (await json(box, "runs", "sum")).map(({ id }: { id: string }) => id);
    assertEquals(await kept(), [later[1], later[0], ids[1]]);
    // No two of them fit into so little.
    ok(await call(box, "flows", "sum", "--set", `keep:={"bytes":"1kB"}`));
    later.push((await json(box, "trigger", "sum")).id);
    assertEquals(await kept(), [later[2], ids[1]]);
    ok(await call(box, "flows", "sum", "--set", `keep:={"bytes":"1GB"}`));
    later.push((await json(box, "trigger", "sum")).id);
    assertEquals(await kept(), [later[3], later[2], ids[1]]);
    ok(await call(box, "flows", "sum", "--set", "keep:=1"));
    const unpinned = await json(box, "runs", "sum", "--unpin", ids[1]);
    assertEquals(unpinned.map(({ pinned }: { pinned?: true }) => pinned), [undefined, undefined, undefined]);
    assertEquals((await json(box, "trigger", "sum")).id, (await kept()).join());
    ok(await call(box, "flows", "sum", "--set", "keep:=2"));
    const last = (await json(box, "trigger", "sum")).id;
    ok(await call(box, "runs", "sum", "--delete", last));
    assertEquals((await json(box, "runs", "sum")).length, 1);

    const wrong = await call(box, "trigger", "sum", "--set", "b=1");
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.err, `there is no parameter "b"`);
    assertStringIncludes((await call(box, "trigger", "summ")).err, `Did you mean "sum"?`);
    ok(await call(box, "publish", "sum", "--name", "later", "--after", "sum"));
    const cycle = await call(box, "publish", "sum", "--after", "later");
    assertStringIncludes(cycle.err, `The workflow "sum" would follow itself: sum -> later -> sum`);
    assertEquals((await json(box, "flows", "sum")).version, 1);

    const plan = await json(box, "flows", "sum", "--delete");
    assertEquals([plan.runs.length, plan.followers], [1, ["later"]]);
    assertEquals((await json(box, "flows")).length, 2);
    ok(await call(box, "flows", "sum", "--delete", "--yes"));
    assertEquals((await json(box, "flows")).map(({ name }: { name: string }) => name), ["later"]);
  }),
);

Deno.test(
  "a workflow is exported with its runs, and imported paused where there is none of its name",
  sandboxed(async (box) => {
    project(box);
    ok(await call(box, "publish", "sum", "--schedule", "1s"));
    const run = await json(box, "trigger", "sum");
    const archive = await json(box, "export", "sum", "runs/sum.tar.gz");
    assertEquals(archive.runs, 1);
    const there = await call(box, "import", "runs/sum.tar.gz");
    assertEquals(there.code, 2);
    assertStringIncludes(there.err, "is there already");
    ok(await call(box, "import", "runs/sum.tar.gz", "--runs", "runs/copy"));
    const flow = await json(box, "flows", "sum", "--runs", "runs/copy");
    assertEquals([flow.settings.paused, flow.latest.id, flow.next], [true, run.id, []]);
    const original = Deno.readTextFileSync(box.path("runs", "sum", run.id, "report.html"));
    assertEquals(Deno.readTextFileSync(box.path("runs", "copy", "sum", run.id, "report.html")), original);
    Deno.writeTextFileSync(box.path("runs", "bad.tar.gz"), "no archive");
    const bad = await call(box, "import", "runs/bad.tar.gz", "--runs", "runs/other");
    assertEquals([bad.code, bad.err.includes("cannot be imported: it is no .tar.gz file")], [2, true], bad.err);
    assert(
      ![...Deno.readDirSync(box.path("runs", "copy", ".ductaflow"))].some(({ name }) => name.startsWith("import-")),
    );
  }),
);

Deno.test(
  "a run that goes on is seen, followed, cancelled from another process, and stopped by its time limit",
  sandboxed(async (box) => {
    box.flow(
      "slow",
      `// %% Work\nconsole.log("begun");\nawait new Promise((resolve) => setTimeout(resolve, 60_000));\n`,
    );
    ok(await call(box, "publish", "slow"));
    const running = call(box, "trigger", "slow", "--json");
    await until("the run has begun", async () => (await call(box, "logs", "slow")).out === "begun\n");
    const busy = await call(box, "trigger", "slow");
    assertEquals(busy.code, 75);
    assertStringIncludes(busy.err, "runs already");
    // A tick that was passed over is newer than the run that goes on, and not meant by who names none.
    const paths = workflowPaths("slow", { runsDir: box.path("runs") });
    const times = { requestedAt: "2999-01-01T00:00:00.000Z", trigger: "schedule", params: {} } as const;
    await createTicket(paths, { schema: 1, workflow: "slow", id: "29990101T000000000-tick", version: 1, ...times });
    const end = {
      status: "skipped",
      statusText: "Skipped",
      endedAt: times.requestedAt,
      durationMs: 0,
      metrics: {},
    } as const;
    await endTicket(ticketPaths(paths, "29990101T000000000-tick"), end);
    assertEquals((await call(box, "logs", "slow")).out, "begun\n");
    const asked = await json(box, "cancel", "slow", "--reason", "wrong day");
    assertEquals([asked.asked, asked.status], [true, "running"]);
    const told = await running;
    assertEquals([told.code, JSON.parse(told.out).status], [1, "cancelled"]);
    assertStringIncludes(told.err, "wrong day");
    ok(await call(box, "flows", "slow", "--set", "timeout=300ms"));
    const late = await call(box, "trigger", "slow", "--json");
    assertEquals([late.code, JSON.parse(late.out).status], [1, "timed-out"]);
  }),
);
