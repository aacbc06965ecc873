/** Processes: cases 12, 27 to 29 and 31 of the catalogue in `reference/reliability.md` §5, retries, limits, history. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import {
  isAlive,
  maybeText,
  numberIn,
  type Outcome,
  processesNaming,
  sandboxed,
  streamText,
  until,
} from "./sandbox.ts";

const writePid = `Deno.writeTextFileSync("pid", Deno.pid + "\\n");`;

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(
    `case 12: ${signal} to the conductor cancels the run, records it and ends the conductor with code ${code}`,
    sandboxed(async (box) => {
      box.flow("long", `// %% Work\nconsole.log("some");\n${writePid}\nfor (;;);\n`);
      const conductor = box.start(`
        await outcome(runStepFlow("long", "a"));
        say("must not get here");
        await runStepFlow("long", "b");
      `);
      const pid = await until("the flow works", () => numberIn(box.path("runs/long/a/pid")));
      conductor.kill(signal);
      const ended = await conductor.ended();
      assertEquals([ended.code, ended.signal, ended.said], [code, signal, []], ended.stderr);
      assert(!isAlive(pid));
      const record = box.record("long", "a");
      assertEquals([record.status, record.statusText], ["cancelled", `Cancelled in cell 2 "Work" (${signal})`]);
      assertEquals(streamText(box.notebook("long", "a"), 1), "some\n");
      assertEquals(maybeText(box.path("runs/long/b/run.json")), undefined);
    }),
  );
}

Deno.test(
  "case 12: a conductor that listens to the signal itself goes on after its run was cancelled",
  sandboxed(async (box) => {
    box.flow("long", `// %%\n${writePid}\nfor (;;);\n`);
    box.flow("next", `// %%\n1;\n`);
    const conductor = box.start(`
      let count = 0;
      Deno.addSignalListener("SIGTERM", () => count++);
      say(await outcome(runStepFlow("long", "a")));
      say(await outcome(runStepFlow("next", "a")));
      Deno.exit(count > 0 ? 5 : 6);
    `);
    await until("the flow works", () => numberIn(box.path("runs/long/a/pid")));
    conductor.kill("SIGTERM");
    const { code, said, stderr } = await conductor.ended();
    assertEquals(code, 5, stderr);
    assertEquals((said as Outcome[]).map(({ status }) => status), ["cancelled", "succeeded"]);
  }),
);

Deno.test(
  "case 12: a second signal kills at once a flow that does not stop when asked",
  sandboxed(async (box) => {
    box.flow(
      "stubborn",
      `// %%\nDeno.addSignalListener("SIGTERM", () => Deno.writeTextFileSync("asked", ""));
setInterval(() => {}, 1000);\n${writePid}\nawait new Promise(() => {});\n`,
    );
    const conductor = box.start(`await outcome(runStepFlow("stubborn", "a", {}, { grace: "1h" }));`);
    const pid = await until("the flow works", () => numberIn(box.path("runs/stubborn/a/pid")));
    conductor.kill("SIGINT");
    await until("the flow was asked to stop", () => maybeText(box.path("runs/stubborn/a/asked")) !== undefined);
    assert(isAlive(pid));
    conductor.kill("SIGINT");
    const { code, stderr } = await conductor.ended(20_000);
    assertEquals(code, 130, stderr);
    assert(!isAlive(pid));
    const { status, statusText } = box.record("stubborn", "a");
    assertEquals(status, "cancelled");
    assertEquals(statusText, "Cancelled in cell 2 (SIGINT); it did not stop when asked and was killed");
  }),
);

Deno.test(
  "case 12: a signal stops all runs of a conductor, each is recorded, also one that waits for its next try",
  sandboxed(async (box) => {
    box.flow("long", `// %%\n${writePid}\nsetInterval(() => {}, 1000);\nawait new Promise(() => {});\n`);
    box.flow("fails", `// %%\nthrow new Error("again");\n`);
    const conductor = box.start(`
      const retries = { max: 3, backoff: "1h", maxBackoff: "1h" };
      const onEvent = (event) => event.t === "retrying" && say("retrying");
      await Promise.all([
        outcome(runStepFlow("long", "a")),
        outcome(runStepFlow("long", "b")),
        outcome(runStepFlow("fails", "a", {}, { retries, onEvent })),
      ]);
    `);
    const pids = await Promise.all(["a", "b"].map((instance) => {
      return until("the flows work", () => numberIn(box.path("runs/long", instance, "pid")));
    }));
    await until("the third waits for its next try", () => conductor.said.length > 0);
    conductor.kill("SIGTERM");
    assertEquals((await conductor.ended()).code, 143);
    assertEquals(pids.map(isAlive), [false, false]);
    assertEquals([box.record("long", "a"), box.record("long", "b")].map(({ status }) => status), [
      "cancelled",
      "cancelled",
    ]);
    const { status, attempts } = box.record("fails", "a");
    assert(status === "cancelled" || status === "failed", status);
    assertEquals(attempts[0].status, "failed");
  }),
);

Deno.test(
  "case 27: a timeout ends a flow that ignores SIGTERM after the grace, with its outputs up to then",
  sandboxed(async (box) => {
    box.flow(
      "deaf",
      `// %% Listen\nconsole.log("before");\nDeno.addSignalListener("SIGTERM", () => console.log("no"));
setInterval(() => {}, 1000);\n${writePid}\nawait new Promise(() => {});\n`,
    );
    const began = Date.now();
    const [outcome] = await box.conduct(`
      say(await outcome(runStepFlow("deaf", "a", {}, { timeout: "1500ms", grace: "300ms" })));
    `);
    assert(Date.now() - began < 20_000);
    assertEquals([outcome.code, outcome.status], ["step-timed-out", "timed-out"]);
    const killed = "it did not stop when asked and was killed";
    assertEquals(outcome.text, `Timed out after 1.5 s in cell 2 "Listen"; ${killed}`);
    assert(!isAlive(numberIn(box.path("runs/deaf/a/pid"))!));
    const record = box.record("deaf", "a");
    assert(record.durationMs >= 1800, String(record.durationMs));
    assertEquals([record.attempts[0].signal, record.attempts[0].exitCode], ["SIGKILL", 137]);
    assertEquals(streamText(box.notebook("deaf", "a"), 1), "before\nno\n");
    assertStringIncludes(Deno.readTextFileSync(box.path("runs/deaf/a/report.html")), "Timed out after 1.5 s");
  }),
);

Deno.test(
  "case 27: the header's timeout ends a busy loop, the option wins over it, and the longest one is no shortest one",
  sandboxed(async (box) => {
    const head = "// ---\n// timeout: 800ms\n// ---\n";
    box.flow("busy", `${head}// %% tags=["parameters"]\nlet n = 1;\n// %%\nif (n === 1) for (;;);\n`);
    box.flow("short", `// %%\n1;\n`);
    const outcomes = await box.conduct(`
      say(await outcome(runStepFlow("busy", "a")));
      say(await outcome(runStepFlow("busy", "b", { n: 2 }, { timeout: "1d" })));
      say(await outcome(runStepFlow("short", "a", {}, { timeout: "40d" })));
      say(await outcome(runStepFlow("short", "b", {}, { timeout: "soon" })));
    `);
    assertEquals(outcomes.map(({ status }) => status), ["timed-out", "succeeded", "succeeded", undefined]);
    assertEquals(outcomes[0].text, "Timed out after 800 ms in cell 2");
    assertEquals([outcomes[3].code, outcomes[3].message], [
      "bad-duration",
      'The timeout is "soon", which is not a duration',
    ]);
  }),
);

/** A flow that may run programs; they write their process id into a file. */
function withPrograms(text: string): string {
  return `// ---\n// permissions:\n//   run: [sh, setsid]\n// ---\n// %% tags=["parameters"]\nlet n = 1;\n// %%\n${text}`;
}

const startSh = (script: string, command = "sh", before = "") =>
  `const child = new Deno.Command("${command}", { args: [${before}"-c", ${JSON.stringify(script)}] }).spawn();
child.unref();
while (true) {
  try { if (Deno.readTextFileSync("child").endsWith("\\n")) break; } catch { /* not yet */ }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
`;

Deno.test(
  "case 28: a program that the flow leaves behind holding stdout delays nobody and ends with the flow",
  sandboxed(async (box) => {
    box.flow("daemon", withPrograms(`${startSh("echo from the child; echo $$ > child; exec sleep 1000")}"left";\n`));
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("daemon", "a")));`);
    assertEquals(outcome.status, "succeeded");
    const pid = numberIn(box.path("runs/daemon/a/child"))!;
    await until("the program is gone", () => !isAlive(pid));
    assertStringIncludes(streamText(box.notebook("daemon", "a"), 1), "from the child\n");
    const record = box.record("daemon", "a");
    assertEquals(record.output.pipeHeld, undefined);
    assert(record.durationMs < 60_000);
  }),
);

Deno.test(
  "case 28: a program in a session of its own escapes the kill, but the run ends and says so",
  sandboxed(async (box) => {
    box.flow(
      "escapes",
      withPrograms(startSh("echo $$ > child; exec sleep 1000", "setsid", `"sh", `) + `"left";\n`),
    );
    try {
      const [outcome] = await box.conduct(`say(await outcome(runStepFlow("escapes", "a")));`);
      assertEquals(outcome.status, "succeeded");
      const record = box.record("escapes", "a");
      assertEquals(record.output.pipeHeld, true);
      assertMatch(record.warnings.join(), /left behind held its output open/);
    } finally {
      const pid = numberIn(box.path("runs/escapes/a/child"));
      if (pid !== undefined && isAlive(pid)) Deno.kill(pid, "SIGKILL");
    }
  }),
);

Deno.test(
  "case 28: a timeout ends the flow's programs too",
  sandboxed(async (box) => {
    box.flow(
      "nested",
      withPrograms(`${startSh("trap '' TERM; echo $$ > child; while :; do sleep 0.1; done")}for (;;);\n`),
    );
    const [outcome] = await box.conduct(`
      say(await outcome(runStepFlow("nested", "a", {}, { timeout: "3s", grace: "200ms" })));
    `);
    assertEquals(outcome.status, "timed-out");
    const pid = numberIn(box.path("runs/nested/a/child"))!;
    await until("the program is gone", () => !isAlive(pid));
  }),
);

Deno.test(
  "case 29: kill -9 of the conductor takes its flows with it, busy or not, with the programs they started",
  sandboxed(async (box) => {
    box.flow("busy", `// %%\n${writePid}\nfor (;;);\n`);
    box.flow(
      "idle",
      `// %%\n${writePid}\nDeno.addSignalListener("SIGTERM", () => {});\nawait new Promise((r) => setTimeout(r, 1e9));\n`,
    );
    box.flow(
      "nested",
      withPrograms(`${startSh("trap '' TERM HUP; echo $$ > child; exec sleep 1000")}${writePid}for (;;);\n`),
    );
    const conductor = box.start(`
      await Promise.all(["busy", "idle", "nested"].map((flow) => outcome(runStepFlow(flow, "a"))));
    `);
    const pids = await Promise.all(["busy/a/pid", "idle/a/pid", "nested/a/pid", "nested/a/child"].map((file) => {
      return until(`${file} is there`, () => numberIn(box.path("runs", file)));
    }));
    const log = box.path("runs/.ductaflow/live/busy/a.events.ndjson");
    await until("the conductor has heard of the cell", () => maybeText(log)?.includes('"cell":1'));
    conductor.kill("SIGKILL");
    await conductor.ended();
    await until("all are gone", () => !pids.some(isAlive), 10_000);
    await until("the watchdog is gone", () => processesNaming(box.dir).length === 0, 10_000);
    const [run] = await box.conduct(
      `const { status, record } = await getRun("busy", "a"); say([status, record.statusText]);`,
    );
    assertEquals(run, ["interrupted", "Interrupted in cell 2: its conductor died"]);
  }),
);

Deno.test(
  "case 31: a flow that reads stdin meets its end and never waits",
  sandboxed(async (box) => {
    box.flow(
      "reads",
      `// %%
console.log(Deno.stdin.readSync(new Uint8Array(10)), prompt("Name?"), confirm("Sure?"));
const text = await new Response(Deno.stdin.readable).text();
console.log(JSON.stringify(text), Deno.stdin.isTerminal());
`,
    );
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("reads", "a", {}, { timeout: "20s" })));`);
    assertEquals(outcome.status, "succeeded", outcome.text);
    assertEquals(streamText(box.notebook("reads", "a"), 1), 'null null false\n"" false\n');
  }),
);

Deno.test(
  "retries: a flow that succeeds at its third try is green, each try is recorded, and the pauses double",
  sandboxed(async (box) => {
    Deno.mkdirSync(box.path("state"));
    box.flow(
      "flaky",
      `// ---\n// permissions:\n//   read: [../state]\n//   write: [../state]\n// ---
// %% tags=["parameters"]
let n = 1;
// %%
const file = ${JSON.stringify(box.path("state/count"))};
let count = 0;
try { count = Number(Deno.readTextFileSync(file)); } catch { /* the first try */ }
Deno.writeTextFileSync(file, String(count + 1));
Deno.writeTextFileSync("left-by-" + count, "");
if (count < 2) throw new Error("try " + count);
count;
`,
    );
    const [events, outcome, second, rest] = await box.conduct(`
      const events = [];
      const onEvent = (event) => event.t === "retrying" && events.push([event.attempt, event.delayMs]);
      const result = await outcome(runStepFlow("flaky", "a", {}, { retries: { max: 5, backoff: 100, maxBackoff: 150 }, onEvent }));
      say(events);
      say(result);
      Deno.removeSync("runs/flaky", { recursive: true });
      say(await outcome(runStepFlow("flaky", "a")));
      say((await getRun("flaky", "a")).artifacts.map((artifact) => artifact.name));
    `);
    assertEquals(events, [[1, 100], [2, 150]]);
    assertEquals(outcome.status, "succeeded");
    assertEquals([second.status, rest], ["succeeded", ["left-by-3"]]);
    assertEquals([...Deno.readDirSync(box.path("runs/flaky"))].map(({ name }) => name), ["a"]);
  }),
);

Deno.test(
  "retries: the last failure is what the record says, and nothing of the earlier tries stays in the folder",
  sandboxed(async (box) => {
    box.flow("fails", `// %%\nDeno.writeTextFileSync("f-" + Deno.pid, "");\nthrow new Error("always");\n`);
    const [outcome] = await box.conduct(`
      say(await outcome(runStepFlow("fails", "a", {}, { retries: { max: 2, backoff: 1 } })));
    `);
    assertEquals(outcome.code, "step-failed");
    const record = box.record("fails", "a");
    assertEquals(record.attempts.map(({ status, exitCode }) => [status, exitCode]), [
      ["failed", 1],
      ["failed", 1],
      ["failed", 1],
    ]);
    assertEquals(record.artifacts.length, 1);
  }),
);

Deno.test(
  "AbortSignal: cancels before, while it waits for a lock, and while it runs; the conductor goes on",
  sandboxed(async (box) => {
    box.flow("long", `// %%\n${writePid}\nfor (;;);\n`);
    const said = await box.conduct(`
      const rejected = async (work) => { try { await work; return "no"; } catch (error) { return String(error); } };
      say(await rejected(runStepFlow("long", "a", {}, { signal: AbortSignal.abort(new Error("before")) })));
      const [first, second] = [new AbortController(), new AbortController()];
      const watch = (event) => {
        if (event.t === "cell" && event.cell === 1) queueMicrotask(waiter);
      };
      let waiting;
      const waiter = () => {
        waiting = rejected(runStepFlow("long", "a", {}, { signal: second.signal, onEvent: (event) => {
          if (event.t === "waiting") setTimeout(() => second.abort(new Error("tired of waiting")));
        } })).then((text) => { say(text); first.abort(new Error("enough")); });
      };
      say(await outcome(runStepFlow("long", "a", {}, { signal: first.signal, onEvent: watch })));
    `);
    assertEquals(said.slice(0, 2), ["Error: before", "Error: tired of waiting"]);
    const outcome = said[2] as Outcome;
    assertEquals([outcome.code, outcome.text], ["step-cancelled", "Cancelled in cell 2 (enough)"]);
    assert(!isAlive(numberIn(box.path("runs/long/a/pid"))!));
    assertEquals(box.record("long", "a").status, "cancelled");
  }),
);

Deno.test(
  "history: the newest `keep` earlier runs are kept as they were, and none with keep 0",
  sandboxed(async (box) => {
    box.flow("counts", `// %%\nDeno.writeTextFileSync("out", String(n));\n`);
    const [ids] = await box.conduct(`
      const ids = [];
      for (let n = 1; n <= 4; n++) ids.push((await runStepFlow("counts", "a", { n }, { keep: 2 })).record.id);
      say(ids);
    `);
    const history = box.path("runs/.ductaflow/history/counts/a");
    const kept = () => [...Deno.readDirSync(history)].map(({ name }) => name).sort();
    assertEquals(kept(), ids.slice(1, 3));
    assertEquals(kept().map((id) => Deno.readTextFileSync(`${history}/${id}/out`)), ["2", "3"]);
    assertEquals(kept().map((id) => JSON.parse(Deno.readTextFileSync(`${history}/${id}/run.json`)).status), [
      "succeeded",
      "succeeded",
    ]);
    await box.conduct(`await runStepFlow("counts", "a", { n: 5 }, { keep: 0 });`);
    assertEquals(kept(), []);
    assertEquals(Deno.readTextFileSync(box.path("runs/counts/a/out")), "5");
  }),
);

Deno.test(
  "a flow that deletes its own folder is refused, and one that has it deleted fails with a record",
  sandboxed(async (box) => {
    box.flow("removes", `// %%\nDeno.removeSync(Deno.cwd(), { recursive: true });\n`);
    box.flow(
      "sweeps",
      `// ---\n// permissions:\n//   run: [rm]\n// ---\n// %% tags=["parameters"]\nlet n = 1;\n// %% Sweep
const dir = Deno.cwd();
console.log("sweeping");
new Deno.Command("rm", { args: ["-rf", dir], cwd: "/" }).outputSync();
`,
    );
    const outcomes = await box.conduct(`
      say(await outcome(runStepFlow("removes", "a")));
      say(await outcome(runStepFlow("sweeps", "a")));
      say(await outcome(runStepFlow("sweeps", "a")));
      say((await getRun("sweeps", "a")).status);
    `);
    assertEquals([outcomes[0].code, box.record("removes", "a").status], ["step-failed", "failed"]);
    assertStringIncludes(box.record("removes", "a").error!.hint!, "cannot remove its own folder");
    for (const outcome of outcomes.slice(1, 3)) {
      assertEquals([outcome.code, outcome.status], ["step-failed", "failed"], JSON.stringify(outcome));
      assertStringIncludes(outcome.text, "run folder");
    }
    assertEquals(outcomes[3], "failed");
    assertEquals(streamText(box.notebook("sweeps", "a"), 1), "sweeping\n");
  }),
);

Deno.test(
  "a config that JSON cannot hold is refused with every place in it, and nothing has run",
  sandboxed(async (box) => {
    box.flow("any", `// %%\n1;\n`);
    const [outcome] = await box.conduct(`
      const config = { n: 1n, fun: () => 1, list: [1, NaN], map: new Map() };
      config.self = { back: config };
      say(await outcome(runStepFlow("any", "a", config)));
    `);
    assertEquals(outcome.code, "bad-config");
    for (
      const line of [
        "n (line 2): found the BigInt 1n, which JSON cannot hold, accepted is number",
        "fun: found a function, which JSON cannot hold",
        "list[1]: found the number NaN, which JSON cannot hold",
        "map: found an instance of Map, which JSON cannot hold",
        "self.back: found a reference back to an object that contains it, which JSON cannot hold",
      ]
    ) assertStringIncludes(outcome.message, `\n  - ${line}`);
    assertEquals(maybeText(box.path("runs/any/a/config.json")), undefined);
  }),
);

Deno.test(
  "a listener that throws does not leave the flow running or the conductor hanging",
  sandboxed(async (box) => {
    box.flow("long", `// %%\n${writePid}\nconsole.log("x");\nfor (;;);\n`);
    const [text] = await box.conduct(`
      const onEvent = (event) => { if (event.t === "text") throw new Error("bad listener"); };
      try { await runStepFlow("long", "a", {}, { onEvent }); } catch (error) { say(String(error)); }
    `);
    assertStringIncludes(text, "bad listener");
    assert(!isAlive(numberIn(box.path("runs/long/a/pid"))!));
  }),
);
