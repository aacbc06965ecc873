/** How batches end that do not run through: failures, retries, time limits, signals. Cases 12, 27 and 35 of the catalogue. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../lib/deps/assert.ts";
import { type Batch, type BatchEvent, BatchFailedError } from "../../mod.ts";
import { countedFlow, executedSince, executions, executionsFolder, runBatch } from "./batch_project.ts";
import { exists, projectTest } from "./project.ts";
import { isAlive, maybeText, numberIn, processesNaming, type Sandbox, sandboxed, until } from "./sandbox.ts";

/** Does as its parameter `mode` says; a file `go` in its own folder ends the waiting. */
const code = `Deno.writeTextFileSync("pid", Deno.pid + "\\n");
if (mode === "deaf") Deno.addSignalListener("SIGTERM", () => Deno.writeTextFileSync("asked", ""));
console.log("begun");
const maybeGo = () => [...Deno.readDirSync(".")].some((entry) => entry.name === "go");
const tries = mode === "flaky" ? Deno.statSync("../../../executions/" + name).size : 0;
while (mode === "wait" && !maybeGo()) await new Promise((resolve) => setTimeout(resolve, 20));
while (mode === "hang" || mode === "deaf") await new Promise((resolve) => setTimeout(resolve, 1000));
if (mode === "fail" || mode === "flaky" && tries < 2) throw new Error("This is " + name);
Deno.writeTextFileSync("out.txt", name);`;
const flow = countedFlow(code, {
  permissions: ["read: [../executions]"],
  parameters: 'let mode: "ok" | "fail" | "flaky" | "wait" | "hang" | "deaf" = "ok";',
});
const files = { ...executionsFolder, "flows/work.ts": flow };

/** Rows from text: `"a b:fail"` is `a`, which does well, and `b`, which fails. */
function rowsOf(text: string): { name: string; mode: string }[] {
  return text.split(" ").map((word) => word.split(":")).map(([name, mode = "ok"]) => ({ name, mode }));
}

/** What came of a batch in one line: names that succeeded | failed, with their status | were not started. */
function summary({ succeeded, failed, skipped }: Batch): string {
  const lists = [
    succeeded.map(({ instance }) => instance),
    failed.map(({ instance, status }) => `${instance}:${status}`),
    skipped,
  ];
  return lists.map((list) => list.join(" ")).join(" | ");
}

projectTest(
  "after failures a batch goes on, tells each of them, and runs only them the next time",
  files,
  async (project) => {
    const rows = rowsOf("a b:fail c d:fail e");
    const batch = await runBatch(project, "flows/work.ts", rows);
    assertEquals(summary(batch), "a c e | b:failed d:failed | ");
    assertEquals(batch.runs.map(({ instance }) => instance), [..."abcde"]);
    assertEquals(batch.failed.map(({ index, run }) => [index, run?.record.error?.message]), [
      [1, "This is b"],
      [3, "This is d"],
    ]);
    const error = await assertRejects(() => Promise.try(() => batch.throwIfFailed()), BatchFailedError);
    assertEquals([error.code, error.batch], ["batch-failed", batch]);
    assertMatch(error.message, /^work: 2 of 5 instances failed\n {2}- b: .*This is b.*\n {2}- d: .*This is d/);
    assertEquals(executedSince(project), [..."abcde"]);
    assertEquals(summary(await runBatch(project, "flows/work.ts", rows)), "a c e | b:failed d:failed | ");
    assertEquals(executedSince(project), ["b", "d"]);
  },
);

for (const concurrency of [1, 2]) {
  projectTest(
    `with onFailure "stop" nothing starts after a failure, and what runs comes to its end (${concurrency} at a time)`,
    files,
    async (project) => {
      const text = concurrency === 1 ? "a b:fail c d e f" : "a:wait b:fail c d e f";
      const progress = (event: BatchEvent) => {
        if (event.t === "ended" && event.instance === "b") project.write({ "runs/work/a/go": "" });
      };
      const rows = rowsOf(text);
      const batch = await runBatch(project, "flows/work.ts", rows, { concurrency, onFailure: "stop", progress });
      assertEquals(summary(batch), "a | b:failed | c d e f");
      assertEquals(executedSince(project), ["a", "b"]);
      assert(!exists(project.path("runs/work/c")));
      const error = await assertRejects(() => Promise.try(() => batch.throwIfFailed()), BatchFailedError);
      assertStringIncludes(error.message, "1 of 6 instances failed, 4 were not started");
      const again = await runBatch(project, "flows/work.ts", rowsOf(text.replace(":fail", "")), { concurrency });
      assertEquals(summary(again), "a b c d e f |  | ");
      assertEquals(executedSince(project), [..."bcdef"]);
    },
  );
}

projectTest("each instance has its own tries", files, async (project) => {
  const retrying: string[] = [];
  const batch = await runBatch(project, "flows/work.ts", rowsOf("a b:flaky c:fail d"), {
    retries: { max: 2, backoff: 1 },
    progress(event) {
      if (event.t === "step" && event.event.t === "retrying") retrying.push(event.instance);
    },
  });
  assertEquals(summary(batch), "a b d | c:failed | ");
  assertEquals(executions(project), { a: 1, b: 2, c: 3, d: 1 });
  assertEquals(batch.runs.map(({ record }) => record.attempts.length), [1, 2, 3, 1]);
  assertEquals(retrying.sort(), ["b", "c", "c"]);
});

projectTest(
  "case 27: each instance has its own time, and gives its place away when it is up",
  files,
  async (project) => {
    const rows = rowsOf("a:hang b:hang c d");
    const batch = await runBatch(project, "flows/work.ts", rows, { timeout: "3s", grace: 100 });
    assertEquals(summary(batch), "c d | a:timed-out b:timed-out | ");
    for (const { run } of batch.failed) assert(!isAlive(numberIn(`${run!.dir}/pid`)!));
  },
);

projectTest(
  "cases 12, 35: its signal cancels what runs, starts no more and rejects with the batch",
  files,
  async (project) => {
    const controller = new AbortController();
    const began = new Set<string>();
    const events: BatchEvent[] = [];
    const rows = rowsOf("a b:hang c:hang d e");
    const error = await assertRejects(() =>
      runBatch(project, "flows/work.ts", rows, {
        signal: controller.signal,
        progress(event) {
          events.push(event);
          if (event.t === "step" && event.event.t === "text") began.add(event.instance);
          if (began.has("b") && began.has("c")) controller.abort(new Error("enough"));
        },
      }), BatchFailedError);
    assertEquals(summary(error.batch), "a | b:cancelled c:cancelled | d e");
    assertEquals(executedSince(project), ["a", "b", "c"]);
    for (const instance of ["b", "c"]) {
      assert(!isAlive(numberIn(project.path("runs/work", instance, "pid"))!));
      const record = JSON.parse(Deno.readTextFileSync(project.path("runs/work", instance, "run.json")));
      assertEquals([record.status, record.statusText], ["cancelled", 'Cancelled in cell 2 "Work" (enough)']);
    }
    assert(!exists(project.path("runs/work/d")));
    assertEquals(events.at(-1)!.t, "end");
    const { succeeded, failed, skipped } = events.at(-1) as BatchEvent & { t: "end" };
    assertEquals([succeeded, failed, skipped], [1, 2, 2]);
    const again = await runBatch(project, "flows/work.ts", rowsOf("a b c d e"), { resume: true });
    assertEquals(summary(again), "a b c d e |  | ");
    assertEquals(executedSince(project), [..."bcde"]);
  },
);

projectTest("a signal that is aborted already starts nothing", files, async (project) => {
  const signal = AbortSignal.abort(new Error("too late"));
  await assertRejects(() => runBatch(project, "flows/work.ts", rowsOf("a b"), { signal }), Error, "too late");
  assertEquals(executedSince(project), []);
  assert(!exists(project.path("runs/work")));
});

projectTest("a signal that comes when all is done changes nothing", files, async (project) => {
  const controller = new AbortController();
  const batch = await runBatch(project, "flows/work.ts", rowsOf("a b"), {
    signal: controller.signal,
    concurrency: 1,
    progress: (event) => event.t === "ended" && event.instance === "b" && controller.abort(),
  });
  assertEquals(summary(batch), "a b |  | ");
});

projectTest(
  "what the progress function throws ends the batch with it, and leaves no process",
  files,
  async (project) => {
    const rows = rowsOf("a b:hang c d e");
    const thrown = new Error("from progress");
    const error = await assertRejects(() =>
      runBatch(project, "flows/work.ts", rows, {
        progress(event) {
          if (event.t === "step" && event.instance === "b" && event.event.t === "text") throw thrown;
        },
      })
    );
    assertEquals(error, thrown);
    assert(!isAlive(numberIn(project.path("runs/work/b/pid"))!));
    assertEquals(processesNaming(`${project.dir}/runs/.ductaflow/build/work`), []);
  },
);

function prepare(box: Sandbox): void {
  Deno.mkdirSync(box.path("executions"));
  box.flow("work", flow);
}

const batchOf = (text: string, options = "") => `
  const rows = ${JSON.stringify(rowsOf(text))};
  const batch = await runInstances("work", rows, { instance: "{name}", concurrency: 2, ${options} });
  say([batch.succeeded.length, batch.failed.length, batch.skipped.length]);
`;

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(
    `case 12: ${signal} to a conductor cancels its batch, records it, and ends the conductor by the signal`,
    sandboxed(async (box) => {
      prepare(box);
      const conductor = box.start(batchOf("a b:wait c:wait d e f"));
      const pids = await Promise.all(["b", "c"].map((name) => {
        return until("they run", () => numberIn(box.path("runs/work", name, "pid")));
      }));
      await until("both have begun", () => {
        return ["b", "c"].every((name) => {
          return maybeText(box.path(`runs/.ductaflow/live/work/${name}.events.ndjson`))?.includes("begun");
        });
      });
      conductor.kill(signal);
      const ended = await conductor.ended();
      assertEquals([ended.code, ended.signal, ended.said], [exitCode, signal, []], ended.stderr);
      assertEquals(pids.map(isAlive), [false, false]);
      for (const name of ["b", "c"]) {
        const { status, statusText } = box.record("work", name);
        assertEquals([status, statusText], ["cancelled", `Cancelled in cell 2 "Work" (${signal})`]);
      }
      assertEquals([..."def"].filter((name) => exists(box.path("runs/work", name))), []);
      assertEquals(await box.conduct(batchOf("a b c d e f", "resume: true")), [[6, 0, 0]]);
      assertEquals(executions(box), { a: 1, b: 2, c: 2, d: 1, e: 1, f: 1 });
    }),
  );
}

Deno.test(
  "case 12: a second signal kills a batch whose flows do not stop when asked",
  sandboxed(async (box) => {
    prepare(box);
    const conductor = box.start(batchOf("a:deaf b:deaf c d", `grace: "1h"`));
    const pids = await Promise.all(["a", "b"].map((name) => {
      return until("they run", () => numberIn(box.path("runs/work", name, "pid")));
    }));
    await until("both have begun", () => {
      return ["a", "b"].every((name) => {
        return maybeText(box.path(`runs/.ductaflow/live/work/${name}.events.ndjson`))?.includes("begun");
      });
    });
    conductor.kill("SIGINT");
    await until("they were asked", () => ["a", "b"].every((name) => exists(box.path("runs/work", name, "asked"))));
    assertEquals(pids.map(isAlive), [true, true]);
    conductor.kill("SIGINT");
    assertEquals((await conductor.ended(20_000)).signal, "SIGINT");
    assertEquals(pids.map(isAlive), [false, false]);
    assertEquals(["a", "b"].map((name) => box.record("work", name).status), ["cancelled", "cancelled"]);
    assertEquals(["c", "d"].filter((name) => exists(box.path("runs/work", name))), []);
  }),
);

Deno.test(
  "case 12: a signal reaches a batch that waits for another conductor",
  sandboxed(async (box) => {
    prepare(box);
    const holder = box.start(`await runStepFlow("work", "a", { name: "a", mode: "wait" });`);
    await until("it runs", () => numberIn(box.path("runs/work/a/pid")));
    const waiter = box.start(batchOf("a:wait b", `progress: ({ event }) => event?.t === "waiting" && say("waiting")`));
    await until("the second waits", () => waiter.said.length > 0);
    waiter.kill("SIGTERM");
    assertEquals((await waiter.ended(20_000)).signal, "SIGTERM");
    Deno.writeTextFileSync(box.path("runs/work/a/go"), "");
    assertEquals((await holder.ended()).code, 0);
    assertEquals(executions(box).a, 1);
  }),
);
