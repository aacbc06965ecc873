/**
 * What a crash, a damaged file or a full disk leaves: cases 13 to 15 of the catalogue in `reference/reliability.md` §5,
 * interrupted runs, folders that cannot be written.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import type { RunRecord } from "../../lib/base/record.ts";
import {
  isAlive,
  isRoot,
  maybeText,
  numberIn,
  type Outcome,
  type Sandbox,
  sandboxed,
  streamText,
  until,
} from "./sandbox.ts";

const all = { flags: ["--allow-all"] };
/** Mounting takes root; where that cannot be had, CI fails rather than skips. */
const canMount = Deno.build.os === "linux" && (isRoot || Deno.env.get("CI") === "true");
if (!canMount) console.warn("Not root: the tests with full and read-only disks are skipped");
const mountable = { ignore: !canMount };

/** Hangs in its third cell until there is a file `go` in the runs folder. */
const hanging = `// %% First
console.log("from the first");
import { check, metric } from ${JSON.stringify(import.meta.resolve("../../lib/flow.ts"))};
metric("m", 3);
check("c", true);
[{ a: 1 }]
// %% Second
Deno.writeTextFileSync("out.txt", "half");
console.log("from the second");
Deno.writeTextFileSync("pid", Deno.pid + "\\n");
let go = false;
try { go = Deno.statSync("../../go").isFile; } catch { /* not yet */ }
if (!go) await new Promise((resolve) => setTimeout(resolve, 1e9));
// %% Third
"end"
`;

/** Runs `hanging` until it hangs and kills its conductor. */
async function interrupt(box: Sandbox): Promise<void> {
  box.flow("hangs", hanging);
  const conductor = box.start(`await runStepFlow("hangs", "b");`);
  const pid = await until("it hangs", () => numberIn(box.path("runs/hangs/b/pid")));
  await until("its outputs are logged", () => {
    return maybeText(box.path("runs/.ductaflow/live/hangs/b.events.ndjson"))?.includes("from the second");
  });
  conductor.kill("SIGKILL");
  await conductor.ended();
  await until("the flow is gone", () => !isAlive(pid));
}

Deno.test(
  "an interrupted run is found as such with its outputs up to then; the next run keeps it in history and runs",
  sandboxed(async (box) => {
    await interrupt(box);
    const text = 'Interrupted in cell 3 "Second": its conductor died';
    const [run, listed, why] = await box.conduct(`
      const { status, record, metrics, checks } = await getRun("hangs", "b");
      say({ status, text: record.statusText, cells: record.cells.map((cell) => cell.status), metrics, checks: checks.length });
      say([(await getAllInstances("hangs")).length, (await getAllInstances("hangs", { status: ["interrupted"] })).length]);
      say(await explainFreshness("hangs", "b"));
    `);
    assertEquals(run, {
      status: "interrupted",
      text,
      cells: ["succeeded", "succeeded", "running", "not-run"],
      metrics: { m: 3 },
      checks: 1,
    });
    assertEquals(listed, [0, 1]);
    const notebookNow = JSON.parse(Deno.readTextFileSync(box.path("runs/hangs/b/flow.ipynb")));
    assertEquals(streamText(notebookNow, 2), "from the second\n");
    assertStringIncludes(Deno.readTextFileSync(box.path("runs/hangs/b/report.html")), "Interrupted in cell 3");
    assertEquals(why, { fresh: false, reasons: [{ kind: "not-green", text: "The last run was interrupted" }] });
    const { id } = box.record("hangs", "b");
    Deno.writeTextFileSync(box.path("runs/go"), "");
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("hangs", "b", {}, { wait: false })));`);
    assertEquals([outcome.status, outcome.cached], ["succeeded", false]);
    const before = box.path("runs/.ductaflow/history/hangs/b", id);
    const record = JSON.parse(Deno.readTextFileSync(`${before}/run.json`)) as RunRecord;
    assertEquals([record.status, record.statusText], ["interrupted", text]);
    assertEquals(record.artifacts.map(({ name }) => name), ["out.txt", "pid"]);
    const notebook = JSON.parse(Deno.readTextFileSync(`${before}/flow.ipynb`));
    assertEquals(streamText(notebook, 1), "from the first\n");
    assertEquals(streamText(notebook, 2), "from the second\n");
    assertStringIncludes(Deno.readTextFileSync(`${before}/report.html`), "Interrupted in cell 3");
  }),
);

/**
 * What the damaged-file tests share, in a conductor: `a` succeeded twice (with `n: 1`, then `n: 2`), `b` was
 * interrupted. `look` notes everything that must not be.
 */
const damage = `
const bad = [];
const own = "runs/.ductaflow";
const build = (flow) => own + "/build/" + [...Deno.readDirSync(own + "/build")].find(({ name }) => name.startsWith(flow)).name;
const files = {
  record: "runs/quick/a/run.json",
  running: "runs/hangs/b/run.json",
  events: own + "/live/hangs/b.events.ndjson",
  seals: own + "/seals/quick.ndjson",
  lock: own + "/locks/quick/a.lock",
  lockOfRunning: own + "/locks/hangs/b.lock",
  build: build("quick.ts") + "/build.json",
  graph: build("quick.ts") + "/graph.json",
  buildOfRunning: build("hangs.ts") + "/build.json",
};
const attempt = async (where, work) => {
  try {
    return await work();
  } catch (error) {
    if (!isDuctaflowError(error) || !error.message) bad.push(where + ": " + error.stack);
    return { code: error.code };
  }
};
async function look(where, options = {}) {
  const a = await attempt(where, () => getRun("quick", "a", options));
  const b = await attempt(where, () => getRun("hangs", "b", options));
  const listed = await attempt(where, () => getAllInstances("quick", { status: "all", ...options }));
  const green = await attempt(where, () => getAllInstances("hangs", options));
  const whyA = await attempt(where, () => explainFreshness("quick", "a", { n: 2 }, options));
  const whyB = await attempt(where, () => explainFreshness("hangs", "b", {}, options));
  if (a.status !== undefined && a.status !== "succeeded") bad.push(where + ": a is " + a.status);
  if (b.status !== undefined && b.status !== "interrupted") bad.push(where + ": b is " + b.status);
  if (green.length !== undefined && green.length !== 0) bad.push(where + ": b is listed as green");
  if (whyB.fresh) bad.push(where + ": b is fresh");
  return { a, b, listed, whyA, whyB };
}
const restore = () => { Deno.removeSync("runs", { recursive: true }); copy("saved", "runs"); };
function copy(from, to) {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copy(from + "/" + name, to + "/" + name);
    else Deno.copyFileSync(from + "/" + name, to + "/" + name);
  }
}
`;

async function prepareDamage(box: Sandbox): Promise<void> {
  box.flow("quick", `// %%\nDeno.writeTextFileSync("out.txt", String(n));\nn\n`);
  await box.conduct(`for (const n of [1, 2]) await runStepFlow("quick", "a", { n });`);
  await interrupt(box);
  Deno.writeTextFileSync(box.path("runs/go"), "");
}

Deno.test(
  "case 13: every state file cut at any length is survived, and no unfinished run is ever called green",
  sandboxed(async (box) => {
    await prepareDamage(box);
    const [bad, counts] = await box.conduct(
      `${damage}
copy("runs", "saved");
const counts = {};
for (const [name, path] of Object.entries(files)) {
  const whole = Deno.readFileSync(path);
  const cold = name.startsWith("build") || name === "graph";
  counts[name] = 0;
  for (const length of lengths(whole, cold)) {
    const where = name + " cut to " + length + " of " + whole.length;
    counts[name]++;
    if (cold) {
      // Builds are kept in memory by their path: a copy elsewhere is read anew. There, b has a build of its own.
      copy("runs", "cut");
      Deno.truncateSync(path.replace(/^runs/, "cut"), length);
      await look(where, { runsDir: "cut" });
      Deno.removeSync("cut", { recursive: true });
      continue;
    }
    Deno.writeFileSync(path, whole.subarray(0, length));
    const { a, b, whyA } = await look(where);
    if (name === "record" && length < whole.length - 1 && (whyA.fresh || a.status)) bad.push(where + ": a is fresh");
    if (name !== "record" && !whyA.fresh) bad.push(where + ": a is stale: " + JSON.stringify(whyA));
    if (name !== "running" && !b.status) bad.push(where + ": b is lost");
    Deno.writeFileSync(path, whole);
  }
}
for (const [name, path] of Object.entries(files)) {
  restore();
  const { size } = Deno.statSync(path);
  for (const length of [0, Math.floor(size / 2), size - 2]) {
    restore();
    Deno.truncateSync(path, length);
    const where = name + " cut to " + length + ", then run";
    const a = await attempt(where, () => outcome(runStepFlow("quick", "a", { n: 2 }, { wait: false })));
    const b = await attempt(where, () => outcome(runStepFlow("hangs", "b", {}, { wait: false })));
    if (a.status !== "succeeded" || a.cached !== (name !== "record")) bad.push(where + ": a " + JSON.stringify(a));
    if (b.status !== "succeeded" || b.cached) bad.push(where + ": b " + JSON.stringify(b));
    if (Deno.readTextFileSync("runs/quick/a/out.txt") !== "2") bad.push(where + ": the output is wrong");
  }
}
say(bad);
say(counts);

function lengths(bytes, cold) {
  const found = new Set([0, 1, 2, bytes.length - 1]);
  const step = cold ? Math.ceil(bytes.length / 6) : bytes.length > 1500 ? 13 : 1;
  for (let at = 0; at < bytes.length; at += step) found.add(at);
  if (!cold) for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10) found.add(at).add(Math.min(at + 1, bytes.length - 1));
  return [...found].sort((a, b) => a - b);
}
`,
      all,
    );
    assertEquals(bad.slice(0, 5), []);
    for (const name of ["record", "running", "events", "seals", "lock"]) {
      assert(counts[name] > 40, `${name}: ${counts[name]}`);
    }
  }),
);

Deno.test(
  "case 14: garbage, zeros and valid JSON of another kind in a state file are survived",
  sandboxed(async (box) => {
    await prepareDamage(box);
    const events = ["start", "cell", "text", "out", "metric", "check", "progress", "error", "done", "unheard-of"];
    const [bad] = await box.conduct(
      `${damage}
copy("runs", "saved");
const events = ${JSON.stringify(events)};
const { id } = JSON.parse(Deno.readTextFileSync(files.running));
const started = Deno.readTextFileSync(files.events).split("\\n")[0];
let count = 0;
for (const [name, path] of Object.entries(files)) {
  const whole = Deno.readFileSync(path);
  const contents = [
    new Uint8Array(whole.length),
    crypto.getRandomValues(new Uint8Array(300)),
    ...["[]", "null", "{}", "1", '"text"', "[{}]", '{"schema":1}', '{"pid":1,"since":"x"}', "\\ufeff{}", "\\n\\n", "}{"]
      .map((text) => new TextEncoder().encode(text)),
    ...(name !== "events" ? [] : events.flatMap((t) => [
      started + "\\n" + JSON.stringify({ t }) + "\\n",
      started + "\\n" + JSON.stringify({ t, cell: "x", data: 1, ms: {}, error: 5, name: [], value: null, text: 7 }) + "\\n",
      started + "\\n" + JSON.stringify({ t, cell: 99, data: {}, error: {} }) + "\\n",
      started + "\\n" + JSON.stringify({ t, cell: -5 }) + "\\n",
    ]).map((text) => new TextEncoder().encode(text))),
  ];
  const cold = name.startsWith("build") || name === "graph";
  for (const [i, content] of contents.entries()) {
    const where = name + " with content " + i + " (" + new TextDecoder().decode(content.subarray(0, 80)) + ")";
    const runsDir = cold ? "copy" + count++ : "runs";
    if (cold) copy("runs", runsDir);
    Deno.writeFileSync(path.replace(/^runs/, runsDir), content);
    const { whyA } = await look(where, { runsDir });
    if (name === "record" && whyA.fresh) bad.push(where + ": a is fresh");
    if (!cold) Deno.writeFileSync(path, whole);
    else Deno.removeSync(runsDir, { recursive: true });
    if (cold || i % 3 !== 0) continue;
    Deno.writeFileSync(path, content);
    const ran = await attempt(where, () => outcome(runStepFlow("quick", "a", { n: 2 }, { wait: false })));
    const again = await attempt(where, () => outcome(runStepFlow("hangs", "b", {}, { wait: false })));
    for (const { status } of [ran, again]) if (status !== "succeeded") bad.push(where + ": " + JSON.stringify([ran, again]));
    restore();
  }
}
say(bad);
`,
      all,
    );
    assertEquals(bad.slice(0, 5), []);
  }),
);

Deno.test(
  "case 14: a record of a newer schema is refused everywhere and never overwritten or moved",
  sandboxed(async (box) => {
    box.flow("quick", `// %%\nn\n`);
    await box.conduct(`await runStepFlow("quick", "a"); await runStepFlow("quick", "b");`);
    const path = box.path("runs/quick/a/run.json");
    const newer = JSON.stringify({ ...box.record("quick", "a"), schema: 99, more: true });
    Deno.writeTextFileSync(path, newer);
    const outcomes = await box.conduct(`
      for (const cache of ["auto", "existing", "off"]) say(await outcome(runStepFlow("quick", "a", { n: 2 }, { cache })));
      say(await outcome(getRun("quick", "a")));
      say(await outcome(explainFreshness("quick", "a")));
      say(await outcome(getAllInstances("quick")));
    `) as Outcome[];
    assertEquals(outcomes.map(({ code }) => code), Array(6).fill("newer-schema"));
    assertStringIncludes(outcomes[0].message!, path);
    assertEquals(Deno.readTextFileSync(path), newer);
    assertEquals(maybeText(box.path("runs/quick/a/flow.ipynb")) !== undefined, true);
  }),
);

Deno.test(
  "case 13: generated code that is cut short or gone is made again, and never counts as a whole run",
  sandboxed(async (box) => {
    box.flow("three", `// %%\nconsole.log("one");\n// %%\nconsole.log("two");\n// %%\nconsole.log("three");\n`);
    await box.conduct(`await runStepFlow("three", "a");`);
    const builds = box.path("runs/.ductaflow/build");
    const [build] = [...Deno.readDirSync(builds)].map(({ name }) => name).filter((name) => name.startsWith("three.ts"));
    const copy = `${builds}/${build}/three.ts`;
    const main = `${builds}/${build}/_ductaflow_main.ts`;
    const text = Deno.readTextFileSync(copy);
    const twoCells = text.slice(0, text.indexOf(";__ductaflow__.cell(3)"));
    assert(twoCells.endsWith("\n"), text);
    const damages: [string, () => void][] = [
      ["the copy ends after some cells", () => Deno.writeTextFileSync(copy, twoCells)],
      ["the copy is empty", () => Deno.writeTextFileSync(copy, "")],
      ["the copy is gone", () => Deno.removeSync(copy)],
      ["the main module is empty", () => Deno.writeTextFileSync(main, "")],
      ["the main module is cut", () => Deno.truncateSync(main, 5000)],
      ["the main module is gone", () => Deno.removeSync(main)],
    ];
    for (const [what, damage] of damages) {
      damage();
      const [outcome] = await box.conduct(`say(await outcome(runStepFlow("three", "a", {}, { cache: "off" })));`);
      assertEquals([what, outcome.text], [what, "Succeeded"]);
      assertEquals(streamText(box.notebook("three", "a"), 3), "three\n", what);
    }
  }),
);

/** Writes 20 kB, says 20 kB, shows some. */
const writer = `// %% Write
for (let i = 0; i < 20; i++) {
  console.log("x".repeat(1000));
  Deno.writeTextFileSync("out" + (i % 4) + ".txt", String(n).repeat(5000));
}
// %% Show
"y".repeat(5000)
`;

for (const size of ["64k", "256k"]) {
  Deno.test({
    name: `case 15: on a disk of ${size} that is too small, everything ends with a clear error and works after growing`,
    ...mountable,
    fn: sandboxed(async (box) => {
      box.flow("disk", writer + `Deno.writeFileSync("big", new Uint8Array(200_000));\n`);
      await box.mountRuns(size);
      const attempts = await box.conduct(`
        for (let i = 0; i < 2; i++) say(await outcome(runStepFlow("disk", "a")));
        say(await outcome(getRun("disk", "a")));
      `);
      for (const outcome of attempts.slice(0, 2)) {
        assert(outcome.code === "no-space" || outcome.code === "step-failed", JSON.stringify(outcome));
        assertMatch(outcome.text ?? outcome.message, /no space left/i);
      }
      assert(attempts[2].status !== "succeeded" && attempts[2].status !== "running", JSON.stringify(attempts[2]));
      await box.mount(box.path("runs"), "-o", "remount,size=16m");
      const [outcome] = await box.conduct(`say(await outcome(runStepFlow("disk", "a")));`);
      assertEquals(outcome.status, "succeeded");
      assertEquals(temporaryFiles(box.path("runs")), []);
    }),
  });
}

Deno.test({
  name:
    "case 15: wherever the space ends, the earlier run stays intact, nothing is green, and it works once there is space",
  ...mountable,
  fn: sandboxed(async (box) => {
    box.flow("disk", writer);
    await box.mountRuns("2m");
    const results = await box.conduct(`
      const size = 2 * 1024 * 1024;
      const history = "runs/.ductaflow/history/disk/a";
      const remove = (path) => { try { Deno.removeSync(path, { recursive: true }); } catch { /* not there */ } };
      for (let free = -6; free <= 36 * 3; free += 3) {
        remove("runs/disk");
        remove(history);
        if (free % 9 === 0) remove("runs/.ductaflow/build");
        const first = await runStepFlow("disk", "a", { n: 1 });
        const before = Deno.readTextFileSync("runs/disk/a/run.json");
        const used = usedBy("runs");
        // What is used is guessed too high: below nothing, the filler itself is cut short.
        try { Deno.writeFileSync("runs/filler", new Uint8Array(size - used - free * 4096)); } catch { /* full */ }
        const result = await outcome(runStepFlow("disk", "a", { n: 2 }));
        const found = await outcome(getRun("disk", "a"));
        const kept = [history + "/" + first.record.id, "runs/disk/a"].some((dir) => {
          try {
            return Deno.readTextFileSync(dir + "/run.json") === before && Deno.readTextFileSync(dir + "/out3.txt") === "1".repeat(5000);
          } catch { return false; }
        });
        Deno.removeSync("runs/filler");
        const later = await outcome(runStepFlow("disk", "a", { n: 2 }));
        const right = Deno.readTextFileSync("runs/disk/a/out3.txt") === "2".repeat(5000);
        say({ free, result, found, kept, later: later.status, right });
      }
      function usedBy(dir) {
        let used = 4096 * 2;
        for (const { name, isDirectory } of Deno.readDirSync(dir)) {
          const path = dir + "/" + name;
          used += isDirectory ? usedBy(path) - 4096 * 2 : Math.ceil(Deno.statSync(path).size / 4096) * 4096;
        }
        return used;
      }
    `);
    const texts = new Set<string>();
    for (const { free, result, found, kept, later, right } of results) {
      const where = `${free * 4} KiB free: ${JSON.stringify({ result, found })}`;
      assertEquals([kept, later, right], [true, "succeeded", true], where);
      if (result.status === "succeeded") continue;
      assertMatch(result.text ?? result.message, /no space left/i, where);
      texts.add((result.text ?? result.message).replace(/ in ".*|\d+/gs, ""));
      // Either there is a record that says what happened, or none that could be taken for this run.
      const green = found.status === "succeeded" || found.status === "warned";
      assert(!green || !result.status, where);
      assert(found.status !== "running", where);
    }
    assert(results.some(({ result }: { result: Outcome }) => result.status === "succeeded"), "it always failed");
    assert(results.some(({ result }: { result: Outcome }) => result.status === undefined), "it always started");
    assert(texts.size >= 2, `the space ended at one place only: ${[...texts]}`);
    assertEquals(temporaryFiles(box.path("runs")), []);
  }),
});

/** Files that a write which failed should have taken back. */
function temporaryFiles(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return temporaryFiles(`${dir}/${name}`);
    return name.endsWith(".tmp") ? [`${dir}/${name}`] : [];
  });
}

Deno.test({
  name: "a runs folder that is read-only: runs are refused with a clear error, what is there can be read and reused",
  ...mountable,
  fn: sandboxed(async (box) => {
    box.flow("quick", `// %%\nDeno.writeTextFileSync("out.txt", String(n));\n`);
    await interrupt(box);
    await box.conduct(`await runStepFlow("quick", "a");`);
    const runs = box.path("runs");
    await box.mount(runs, "--bind", runs);
    await box.mount(runs, "-o", "remount,ro,bind");
    const [fresh, stale, fresher, interrupted, why, newFlow] = await box.conduct(
      `
      say(await outcome(runStepFlow("quick", "a")));
      say(await outcome(runStepFlow("quick", "a", { n: 2 })));
      say(await outcome(runStepFlow("quick", "new")));
      say((await getRun("hangs", "b")).status);
      say((await explainFreshness("quick", "a")).fresh);
      Deno.copyFileSync("flows/quick.ts", "runs/../flows/other.ts");
      say(await outcome(runStepFlow("other", "a")));
    `,
      { flags: ["--no-prompt", "--allow-read", "--allow-write", "--allow-run=deno"] },
    );
    assertEquals([fresh.status, fresh.cached], ["succeeded", true]);
    for (const outcome of [stale, fresher, newFlow]) {
      assertEquals(outcome.code, "read-only", JSON.stringify(outcome));
      assertStringIncludes(outcome.message, box.dir);
      assertMatch(outcome.hint, /runsDir/);
    }
    assertEquals([interrupted, why], ["interrupted", true]);
  }),
});

Deno.test({
  name: "a runs folder that may not be written: a clear error that names it",
  ignore: isRoot || Deno.build.os === "windows",
  fn: sandboxed(async (box) => {
    box.flow("quick", `// %%\n1;\n`);
    Deno.mkdirSync(box.path("runs"), { mode: 0o555 });
    const [outcome] = await box.conduct(`say(await outcome(runStepFlow("quick", "a")));`);
    assertEquals(outcome.code, "read-only", JSON.stringify(outcome));
    assertStringIncludes(outcome.message, box.path("runs"));
  }),
});

Deno.test({
  name: "a run folder that the flow closed to everybody: a clear error that names it, now and the next time",
  ignore: isRoot || Deno.build.os === "windows",
  fn: sandboxed(async (box) => {
    box.flow("closes", `// %% Close\nDeno.chmodSync(".", 0);\n`);
    const look = `say(await outcome(runStepFlow("closes", "a")));`;
    const outcomes = await box.conduct(`${look}\n${look}`);
    Deno.chmodSync(box.path("runs/closes/a"), 0o700);
    assertEquals(outcomes.map(({ code }) => code), ["read-only", "read-only"]);
    for (const { message } of outcomes) assertStringIncludes(message, box.path("runs/closes/a"));
  }),
});

Deno.test(
  "a conductor without write permission is told which flags it needs",
  sandboxed(async (box) => {
    box.flow("quick", `// %%\n1;\n`);
    const [noWrite] = await box.conduct(`say(await outcome(runStepFlow("quick", "a")));`, {
      flags: ["--no-prompt", "--allow-read", "--allow-run=deno"],
    });
    assertEquals([noWrite.code, noWrite.hint], [
      "conductor-permission",
      "Run it with --allow-read --allow-write=runs --allow-run=deno",
    ]);
  }),
);
