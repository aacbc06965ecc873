/** Batches whose conductor is killed, and how they go on: cases 11, 23 and 52 of `reference/reliability.md` §5. */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import type { RunRecord } from "../../lib/base/record.ts";
import { countedFlow, executions } from "./batch_project.ts";
import { comparableRuns, filesBelow } from "./comparable_runs.ts";
import { isAlive, maybeText, numberIn, pause, processesNaming, type Sandbox, sandboxed, until } from "./sandbox.ts";

const kills = 50;
const names = Array.from({ length: 8 }, (_, i) => `i${i}`);
const concurrency = 2;

/** Writes its outputs bit by bit, so that a kill leaves every part of them. */
const work = countedFlow(
  `import { metric } from ${JSON.stringify(import.meta.resolve("../../lib/flow.ts"))};
Deno.writeTextFileSync("first.txt", name + " " + round);
await new Promise((resolve) => setTimeout(resolve, 10));
console.log(name);
metric("round", round);
Deno.mkdirSync("deep");
Deno.writeTextFileSync("deep/second.txt", (name + round + "\\n").repeat(2000));`,
  { parameters: "let round = 0;" },
);

/** A generator of numbers from 0 to 1 that gives the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function prepare(box: Sandbox, text = work): void {
  Deno.mkdirSync(box.path("executions"));
  box.flow("work", text);
}

/** A conductor of the batch: says `go` when it begins, and at the end what came of it. */
function conductor(round: number, options = "resume: true"): string {
  return `
    const rows = ${JSON.stringify(names.map((name) => ({ name, round })))};
    say("go");
    const batch = await runInstances("work", rows, {
      instance: "{name}", concurrency: ${concurrency}, wait: false, ${options},
    });
    say([batch.runs.map((run) => run.instance), batch.succeeded.length, batch.cached.length, batch.durationMs]);
    batch.throwIfFailed();
  `;
}

/** The instances that their records call green, with the outputs that these name looked at. */
async function greenInstances(box: Sandbox, step: string, wanted: string[]): Promise<Map<string, RunRecord>> {
  const green = new Map<string, RunRecord>();
  for (const instance of wanted) {
    const dir = box.path("runs", step, instance);
    const record = maybeRecord(`${dir}/run.json`);
    if (record?.status !== "succeeded" && record?.status !== "warned") continue;
    green.set(instance, record);
    for (const name of ["config.json", "flow.ipynb"]) JSON.parse(Deno.readTextFileSync(`${dir}/${name}`));
    assert(Deno.readTextFileSync(`${dir}/report.html`).endsWith("</html>\n"), `${instance}: its report is cut short`);
    for (const { name, hash } of record.artifacts) {
      const bytes = Deno.readFileSync(`${dir}/${name}`);
      const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      assertEquals([instance, name, found], [instance, name, hash]);
    }
  }
  return green;
}

function maybeRecord(path: string): RunRecord | undefined {
  try {
    return JSON.parse(maybeText(path) ?? "");
  } catch {
    return undefined;
  }
}

/** Green instances of this round of the batch, each whole. */
async function greenOfRound(box: Sandbox, round: number): Promise<string[]> {
  const ofRound: string[] = [];
  for (const [instance, record] of await greenInstances(box, "work", names)) {
    assertEquals(record.artifacts.map(({ name }) => name).sort(), ["deep/second.txt", "first.txt"]);
    const text = Deno.readTextFileSync(box.path("runs/work", instance, "first.txt"));
    const config = JSON.parse(Deno.readTextFileSync(box.path("runs/work", instance, "config.json")));
    assertEquals([text, record.metrics[0].value], [`${instance} ${config.round}`, config.round]);
    if (config.round === round) ofRound.push(instance);
  }
  return ofRound;
}

function clearExecutions(box: Sandbox): void {
  for (const { name } of Deno.readDirSync(box.path("executions"))) Deno.removeSync(box.path("executions", name));
}

/** What a conductor that came to its end said of its batch. */
type Ended = [order: string[], succeeded: number, cached: number, durationMs: number];

Deno.test(
  `case 11: a conductor killed at ${kills} random points leaves nothing half done that is green, and resume does the rest`,
  sandboxed(async (box) => {
    const seed = Number(Deno.env.get("DUCTAFLOW_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
    console.log(`DUCTAFLOW_SEED=${seed} repeats these kills`);
    const random = randomNumbers(seed);
    prepare(box);
    let killed = 0;
    let partly = 0;
    let durationMs = 0;
    for (let round = 0; killed < kills || round < 2; round++) {
      clearExecutions(box);
      let kept: string[] = [];
      let killedNow = 0;
      const doneAfter: Record<string, number> = {};
      for (let isFirst = true;; isFirst = false) {
        const at = random();
        const conducting = box.start(conductor(round, `resume: ${!isFirst}`));
        // The first round tells how long a batch takes; a round is killed a few times, then it may end.
        if (round > 0 && killedNow < 5 && killed < kills) {
          await until("the batch begins", () => conducting.said.length > 0);
          await pause(at * durationMs * (1 - kept.length / names.length));
          conducting.kill("SIGKILL");
        }
        const { code, signal, said, stderr } = await conducting.ended();
        if (signal !== "SIGKILL") {
          assertEquals(code, 0, `round ${round}: ${stderr}`);
          const [order, succeeded, cached, took] = said[1] as Ended;
          assertEquals([order, succeeded], [names, names.length]);
          assert(cached >= kept.length, `round ${round}: ${cached} reused of ${kept.length}`);
          if (killedNow === 0) durationMs = took;
          break;
        }
        killed++;
        killedNow++;
        await until("no process is left", () => processesNaming(box.dir).length === 0);
        const before = executions(box);
        const green = await greenOfRound(box, round);
        assertEquals(kept.filter((name) => !green.includes(name)), [], "what was green is not any more");
        for (const name of green) doneAfter[name] ??= before[name];
        if (green.length > 0 && green.length < names.length) partly++;
        kept = green;
      }
      assertEquals(await greenOfRound(box, round), names);
      const all = executions(box);
      for (const [name, count] of Object.entries(doneAfter)) assertEquals([name, all[name]], [name, count]);
      const counts = Object.values(all);
      // What a kill met at work or being written had to be done again, and nothing else.
      const most = names.length + killedNow * concurrency * 2;
      assert(counts.reduce((sum, count) => sum + count) <= most, `round ${round}: ${counts} after ${killedNow} kills`);
    }
    assert(partly > 0, "no kill met a batch that was partly done");
    await sameAsUninterrupted(box);
  }),
);

/** The last round once more, undisturbed and from nothing, leaves the same. */
async function sameAsUninterrupted(box: Sandbox): Promise<void> {
  const round = JSON.parse(Deno.readTextFileSync(box.path("runs/work/i0/config.json"))).round;
  const found = comparableRuns(box.path("runs/work"));
  assertEquals(filesBelow(box.path("runs/work")).filter((path) => path.endsWith(".tmp")), []);
  Deno.removeSync(box.path("runs"), { recursive: true });
  await box.conduct(conductor(round));
  assertEquals(found, comparableRuns(box.path("runs/work")));
}

/** Hangs when the file `hang` names it, fails when the file `fail` does. */
const stoppable = countedFlow(
  `const says = (file: string) => Deno.readTextFileSync("../../../control/" + file);
while (says("hang") === name) {
  Deno.writeTextFileSync("pid", Deno.pid + "\\n");
  await new Promise((resolve) => setTimeout(resolve, 20));
}
if (says("fail") === name) throw new Error("It was told to fail");
Deno.writeTextFileSync("out.txt", name + value);`,
  { permissions: ["read: [../control]"], parameters: 'let value = "";' },
);

function prepareStoppable(box: Sandbox): void {
  prepare(box, stoppable);
  Deno.mkdirSync(box.path("control"));
  tell(box, { hang: "", fail: "" });
}

function tell(box: Sandbox, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(box.path("control", name), text);
}

/** A batch of `a` to `f`, one after the other, that says what ran and what was kept. */
function batchOf(options: string, values: Record<string, string> = {}): string {
  const rows = [..."abcdef"].map((name) => ({ name, value: values[name] ?? "" }));
  return `
    const rows = ${JSON.stringify(rows)};
    const batch = await runInstances("work", rows, { instance: "{name}", concurrency: 1, ${options} });
    const names = (runs) => runs.map((run) => run.instance).join("");
    say([names(batch.runs.filter((run) => !run.cached)), names(batch.cached), names(batch.failed)]);
  `;
}

/** Resolves when the last batch has noted the end of an instance: its place was given to the next one before. */
async function untilNoted(box: Sandbox, instance: string): Promise<void> {
  const dir = box.path("runs/.ductaflow/batches/work");
  await until(`the end of ${instance} is noted`, () => {
    const last = [...Deno.readDirSync(dir)].map(({ name }) => name).sort().at(-1);
    return maybeText(`${dir}/${last}`)?.includes(`"t":"ended","instance":"${instance}"`);
  });
}

/** Runs a batch until it hangs at `at`, which comes after `before`, and kills it there. */
async function killAt(box: Sandbox, before: string, at: string, batch: string): Promise<void> {
  tell(box, { hang: at });
  const conducting = box.start(batch);
  const pid = await until(`it hangs at ${at}`, () => {
    const known = numberIn(box.path("runs/work", at, "pid"));
    return known !== undefined && isAlive(known) && known;
  });
  await untilNoted(box, before);
  conducting.kill("SIGKILL");
  await conducting.ended();
  await until("the flow is gone", () => !isAlive(pid));
  tell(box, { hang: "" });
}

Deno.test(
  "case 11: a batch without a cache that is killed twice goes on each time where it was, and runs nothing twice",
  sandboxed(async (box) => {
    prepareStoppable(box);
    await killAt(box, "b", "c", batchOf(`cache: "off", resume: true`));
    await killAt(box, "d", "e", batchOf(`cache: "off", resume: true`));
    assertEquals(await box.conduct(batchOf(`cache: "off", resume: true`)), [["ef", "abcd", ""]]);
    assertEquals(executions(box), { a: 1, b: 1, c: 2, d: 1, e: 2, f: 1 });
  }),
);

/** Waits for a file `go` in its own folder when its config says so: nothing outside of it tells. */
const waiting = countedFlow(
  `Deno.writeTextFileSync("pid", Deno.pid + "\\n");
const maybeGo = () => [...Deno.readDirSync(".")].some((entry) => entry.name === "go");
while (value === "wait" && !maybeGo()) await new Promise((resolve) => setTimeout(resolve, 20));`,
  { parameters: 'let value = "";' },
);

Deno.test(
  "case 11: resume keeps what was found fresh as well, also when the flow was edited since, and runs the rest",
  sandboxed(async (box) => {
    prepare(box, waiting);
    const pidOf = (name: string) => numberIn(box.path("runs/work", name, "pid"));
    const other = { d: "!", e: "wait" };
    await box.conduct(batchOf(""));
    const before = pidOf("e");
    const killed = box.start(batchOf("", other));
    const pid = await until("it waits", () => pidOf("e") !== before && pidOf("e"));
    await untilNoted(box, "d");
    killed.kill("SIGKILL");
    await until("the flow is gone", () => !isAlive(pid));
    box.flow("work", `${waiting}"edited";\n`);
    const resumed = box.start(batchOf("resume: true", other));
    await until("it waits again", () => ![pid, before, undefined].includes(pidOf("e")));
    Deno.writeTextFileSync(box.path("runs/work/e/go"), "");
    const { said, stderr } = await resumed.ended();
    assertEquals(said, [["e", "abcdf", ""]], stderr);
    assertEquals(executions(box), { a: 1, b: 1, c: 1, d: 2, e: 3, f: 1 });
  }),
);

Deno.test(
  "case 11: resume runs what failed, what is missing and what has another config, and keeps the rest",
  sandboxed(async (box) => {
    prepareStoppable(box);
    tell(box, { fail: "b" });
    assertEquals(await box.conduct(batchOf("")), [["abcdef", "", "b"]]);
    tell(box, { fail: "" });
    Deno.removeSync(box.path("runs/work/d"), { recursive: true });
    assertEquals(await box.conduct(batchOf("resume: true", { f: "?" })), [["bdf", "ace", ""]]);
    assertEquals(Deno.readTextFileSync(box.path("runs/work/f/out.txt")), "f?");
  }),
);

Deno.test(
  "case 11: there is nothing to resume after a batch that came to its end: what changed since runs",
  sandboxed(async (box) => {
    prepareStoppable(box);
    assertEquals(await box.conduct(batchOf("")), [["abcdef", "", ""]]);
    assertEquals(await box.conduct(batchOf("resume: true")), [["", "abcdef", ""]]);
    box.flow("work", `${stoppable}"edited";\n`);
    assertEquals(await box.conduct(batchOf("resume: true")), [["abcdef", "", ""]]);
  }),
);

Deno.test(
  "case 23: after kill -9 of a batch, another conductor that waits for its instance does the whole batch",
  sandboxed(async (box) => {
    prepareStoppable(box);
    tell(box, { hang: "c" });
    const first = box.start(batchOf(""));
    const pid = await until("it hangs", () => numberIn(box.path("runs/work/c/pid")));
    await untilNoted(box, "b");
    const second = box.start(batchOf(`progress: ({ event }) => event?.t === "waiting" && say(event.holder.pid)`));
    assertEquals(await until("the second waits", () => second.said[0]), first.pid);
    tell(box, { hang: "" });
    // Killed before it has heard of the end: its flow cannot have been recorded.
    first.kill("SIGKILL");
    await until("the flow is gone", () => !isAlive(pid));
    const { code, said, stderr } = await second.ended();
    assertEquals([code, said[1]], [0, ["cdef", "ab", ""]], stderr);
  }),
);
