/** Two conductors and one instance: cases 21, 23 and 24 of the catalogue in `reference/reliability.md` §5. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isAlive, numberIn, type Outcome, sandboxed, until } from "./sandbox.ts";

const writePid = `Deno.writeTextFileSync("pid", Deno.pid + "\\n");`;
/** A flow that goes on until there is a file `go` in its run folder. */
const waitingFlow = `// %%
${writePid}
for (;;) {
  try {
    Deno.statSync("go");
    break;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
`;

Deno.test(
  "case 21: a second conductor on the same instance waits, says for whom, and takes over the result",
  sandboxed(async (box) => {
    box.flow("slow", waitingFlow);
    const first = box.start(`say(await outcome(runStepFlow("slow", "a")));`);
    await until("the first runs it", () => numberIn(box.path("runs/slow/a/pid")));
    const second = box.start(`
      const onEvent = (event) => event.t === "waiting" && say(event.holder);
      say(await outcome(runStepFlow("slow", "a", {}, { onEvent })));
    `);
    const holder = await until("the second waits", () => second.said[0]) as {
      pid: number;
      since: string;
      name: string;
    };
    assertEquals([holder.pid, holder.name], [first.pid, "slow/a"]);
    assert(Date.parse(holder.since) > Date.now() - 60_000);
    Deno.writeTextFileSync(box.path("runs/slow/a/go"), "");
    const [one, two] = await Promise.all([first.ended(), second.ended()]);
    assertEquals([one.code, two.code], [0, 0], one.stderr + two.stderr);
    assertEquals((one.said[0] as Outcome).cached, false);
    assertEquals(two.said[1], { status: "succeeded", cached: true, reasons: [], text: "Succeeded" });
    assertEquals(box.record("slow", "a").attempts.length, 1);
  }),
);

Deno.test(
  "case 21: a second conductor that is told not to wait gives up with a clear error, and the first is not disturbed",
  sandboxed(async (box) => {
    box.flow("slow", waitingFlow);
    const first = box.start(`say(await outcome(runStepFlow("slow", "a")));`);
    await until("the first runs it", () => numberIn(box.path("runs/slow/a/pid")));
    const [refused, running, other] = await box.conduct(`
      say(await outcome(runStepFlow("slow", "a", {}, { wait: false, cache: "off" })));
      say((await getRun("slow", "a")).status);
      say(await outcome(runStepFlow("slow", "A", {}, { wait: false })));
    `);
    assertEquals(refused.code, "locked");
    assertMatch(refused.message, new RegExp(`^slow/a is being run by process ${first.pid} since \\d{4}-.* UTC$`));
    assertEquals(running, "running");
    assertEquals(other.code, "locked");
    Deno.writeTextFileSync(box.path("runs/slow/a/go"), "");
    const { said } = await first.ended();
    assertEquals((said[0] as Outcome).status, "succeeded");
    assertEquals(box.record("slow", "a").status, "succeeded");
  }),
);

Deno.test(
  "case 21: without a cache the conductors run it one after the other, and both runs are whole",
  sandboxed(async (box) => {
    box.flow(
      "counts",
      `// %%\nDeno.writeTextFileSync("out-" + Deno.pid, "x");\nawait new Promise((r) => setTimeout(r, 100));\n`,
    );
    const conductors = [1, 2, 3].map(() => {
      return box.start(`say(await outcome(runStepFlow("counts", "a", {}, { cache: "off", keep: 5 })));`);
    });
    for (const { said, code, stderr } of await Promise.all(conductors.map((conductor) => conductor.ended()))) {
      assertEquals([code, (said[0] as Outcome).text], [0, "Succeeded"], stderr);
    }
    const history = box.path("runs/.ductaflow/history/counts/a");
    const folders = [
      box.path("runs/counts/a"),
      ...[...Deno.readDirSync(history)].map(({ name }) => `${history}/${name}`),
    ];
    assertEquals(folders.length, 3);
    for (const folder of folders) {
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assertEquals(names.filter((name) => !name.startsWith("out-")), [
        "config.json",
        "flow.ipynb",
        "report.html",
        "run.json",
      ]);
      assertEquals(names.length, 5);
      assertEquals(JSON.parse(Deno.readTextFileSync(`${folder}/run.json`)).status, "succeeded");
    }
  }),
);

Deno.test(
  "case 22: two conductors on different instances of one step both finish, and both are found fresh",
  sandboxed(async (box) => {
    box.flow("quick", `// %%\nDeno.writeTextFileSync("out", String(n));\n`);
    const loop = (name: string) => `
      for (let n = 0; n < 5; n++) await runStepFlow("quick", "${name}" + n, { n });
    `;
    const both = await Promise.all([box.start(loop("x")), box.start(loop("y"))].map((conductor) => conductor.ended()));
    assertEquals(both.map(({ code }) => code), [0, 0], both.map(({ stderr }) => stderr).join());
    const [runs, fresh] = await box.conduct(`
      say((await getAllInstances("quick")).map((run) => run.instance));
      const fresh = [];
      for (const letter of "xy") {
        for (let n = 0; n < 5; n++) fresh.push((await explainFreshness("quick", letter + n, { n })).fresh);
      }
      say(fresh);
    `);
    assertEquals(runs, ["x0", "x1", "x2", "x3", "x4", "y0", "y1", "y2", "y3", "y4"]);
    assertEquals(fresh, Array(10).fill(true));
  }),
);

Deno.test(
  "case 23: after kill -9 of the holder, one who waits takes the lock without anyone's help, and the next one too",
  sandboxed(async (box) => {
    box.flow("slow", waitingFlow);
    const first = box.start(`await runStepFlow("slow", "a");`);
    const pid = await until("the first runs it", () => numberIn(box.path("runs/slow/a/pid")));
    const second = box.start(`
      const onEvent = (event) => event.t === "waiting" && say("waiting");
      say(await outcome(runStepFlow("slow", "a", {}, { onEvent })));
    `);
    await until("the second waits", () => second.said.length > 0);
    first.kill("SIGKILL");
    await until("its flow is gone", () => !isAlive(pid));
    await until("the second runs it", () => (numberIn(box.path("runs/slow/a/pid")) ?? pid) !== pid);
    Deno.writeTextFileSync(box.path("runs/slow/a/go"), "");
    const { code, said, stderr } = await second.ended();
    assertEquals(code, 0, stderr);
    const outcome = said[1] as Outcome;
    assertEquals([outcome.status, outcome.cached, outcome.reasons], [
      "succeeded",
      false,
      ["The last run was interrupted"],
    ]);
    const third = await box.conduct(`say(await outcome(runStepFlow("slow", "a", {}, { wait: false })));`);
    assertEquals([third[0].status, third[0].cached], ["succeeded", true]);
  }),
);

Deno.test(
  "case 24: a lock file that names a live but unrelated process is not taken for held",
  sandboxed(async (box) => {
    box.flow("quick", `// %%\n1;\n`);
    await box.conduct(`await runStepFlow("quick", "a");`);
    const lock = box.path("runs/.ductaflow/locks/quick/a.lock");
    assertStringIncludes(Deno.readTextFileSync(lock), `"name":"quick/a"`);
    const holder = { pid: Deno.pid, since: new Date().toISOString(), name: "quick/a" };
    for (const content of [JSON.stringify(holder), JSON.stringify({ ...holder, pid: 1 })]) {
      Deno.writeTextFileSync(lock, content);
      const record = { ...box.record("quick", "a"), status: "running" };
      Deno.writeTextFileSync(box.path("runs/quick/a/run.json"), JSON.stringify(record));
      const [status, outcome] = await box.conduct(`
        say((await getRun("quick", "a")).status);
        say(await outcome(runStepFlow("quick", "a", {}, { wait: false })));
      `);
      assertEquals([status, outcome.status, outcome.cached], ["interrupted", "succeeded", false]);
    }
  }),
);

Deno.test(
  "a run that is watched from outside all the time can be started by one who does not want to wait",
  sandboxed(async (box) => {
    box.flow("quick", `// %%\n1;\n`);
    await box.conduct(`await runStepFlow("quick", "a");`);
    // A record that says running makes every look at it look at the lock.
    const record = { ...box.record("quick", "a"), status: "running" };
    Deno.writeTextFileSync(box.path("runs/quick/a/run.json"), JSON.stringify(record));
    const watcher = box.start(`say("watching"); for (;;) await getRun("quick", "a").catch(() => {});`);
    await until("it watches", () => watcher.said.length > 0);
    const outcomes = await box.conduct(`
      for (let n = 0; n < 8; n++) say(await outcome(runStepFlow("quick", "a", {}, { wait: false, cache: "off" })));
    `);
    assertEquals(outcomes.map(({ status }) => status), Array(8).fill("succeeded"), JSON.stringify(outcomes));
  }),
);
