/**
 * Batches side by side: two conductors, many processes, somebody who looks on. Cases 21, 22, 25, 26, 33, 34, 48 and
 * 52 of the catalogue in `reference/reliability.md` §5.
 */
import { assert, assertEquals, assertNotEquals } from "../../lib/deps/assert.ts";
import { countedFlow, executedSince, executions, executionsFolder, planned, runBatch } from "./batch_project.ts";
import { comparableRuns } from "./comparable_runs.ts";
import { projectTest } from "./project.ts";
import { type Outcome, type Sandbox, sandboxed, until } from "./sandbox.ts";

const quick = countedFlow(
  `Deno.writeTextFileSync("out.txt", (name + n).repeat(100));
console.log(name, n);
n * 2`,
  { parameters: "let n = 0;" },
);

function prepare(box: Sandbox, text = quick): void {
  Deno.mkdirSync(box.path("executions"));
  box.flow("work", text);
}

/** A batch over the rows `from` to `to`, that says how many are green, failed and were there already. */
function batchOf(from: number, to: number, options = "", order = ""): string {
  return `
    const rows = Array.from({ length: ${
    to - from
  } }, (_, i) => ({ name: "i" + (i + ${from}), n: i + ${from} }))${order};
    const batch = await runInstances("work", rows, { instance: "{name}", concurrency: 2, ${options} });
    say([batch.succeeded.length, batch.failed.length, batch.runs.map((run) => run.status).join() ]);
    batch.throwIfFailed();
  `;
}

const namesFrom = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `i${i + from}`);
const once = (names: string[]) => Object.fromEntries(names.sort().map((name) => [name, 1]));

for (const [what, order] of [["the same order", ""], ["opposite orders", ".reverse()"]]) {
  Deno.test(
    `case 21: two conductors with overlapping batches in ${what} run each instance once, and both end green`,
    sandboxed(async (box) => {
      prepare(box);
      const both = [box.start(batchOf(0, 14)), box.start(batchOf(6, 20, "", order))];
      for (const { code, said, stderr } of await Promise.all(both.map((conductor) => conductor.ended()))) {
        assertEquals([code, (said[0] as unknown[]).slice(0, 2)], [0, [14, 0]], stderr);
      }
      assertEquals(executions(box), once(namesFrom(0, 20)));
    }),
  );
}

Deno.test(
  "case 21: three conductors with the same batch run each instance once, all end green, and the next finds it fresh",
  sandboxed(async (box) => {
    prepare(box);
    const all = [1, 2, 3].map(() => box.start(batchOf(0, 12)));
    for (const { code, stderr } of await Promise.all(all.map((conductor) => conductor.ended()))) {
      assertEquals(code, 0, stderr);
    }
    assertEquals(executions(box), once(namesFrom(0, 12)));
    await box.conduct(batchOf(0, 12));
    assertEquals(executions(box), once(namesFrom(0, 12)));
  }),
);

Deno.test(
  "case 21: a batch that does not wait tells what another conductor runs, runs the rest, and resumes",
  sandboxed(async (box) => {
    const waits = `while (![...Deno.readDirSync(".")].some((entry) => entry.name === "go" || name !== "i1")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }`;
    prepare(box, countedFlow(waits, { parameters: "let n = 0;" }));
    const holder = box.start(`await runStepFlow("work", "i1", { name: "i1", n: 1 });`);
    await until("the other runs it", () => executions(box).i1);
    const batch = batchOf(0, 4, "wait: false").replace(
      "batch.throwIfFailed()",
      `say(await outcome(Promise.reject(
      batch.failed[0].error)))`,
    );
    const [counts, failure] = await box.conduct(batch);
    assertEquals(counts, [3, 1, "succeeded,succeeded,succeeded"]);
    assertEquals((failure as Outcome).code, "locked");
    Deno.writeTextFileSync(box.path("runs/work/i1/go"), "");
    assertEquals((await holder.ended()).code, 0);
    await box.conduct(batchOf(0, 4, "resume: true"));
    assertEquals(executions(box), once(namesFrom(0, 4)));
  }),
);

Deno.test(
  "case 22: two conductors with batches of one step both finish, and all is found fresh without a run",
  sandboxed(async (box) => {
    prepare(box);
    const both = [box.start(batchOf(0, 15)), box.start(batchOf(15, 30))];
    for (const { code, stderr } of await Promise.all(both.map((conductor) => conductor.ended()))) {
      assertEquals(code, 0, stderr);
    }
    const [fresh, listed] = await box.conduct(`
      const rows = Array.from({ length: 30 }, (_, i) => ({ name: "i" + i, n: i }));
      say((await planInstances("work", rows, { instance: "{name}" })).fresh.length);
      say((await getAllInstances("work")).length);
    `);
    assertEquals([fresh, listed], [30, 30]);
    assertEquals(executions(box), once(namesFrom(0, 30)));
  }),
);

Deno.test(
  "case 52: the journal is compacted while two conductors seal their runs, and nothing is lost or done twice",
  sandboxed(async (box) => {
    prepare(box);
    await box.conduct(batchOf(0, 8));
    const journal = box.path("runs/.ductaflow/seals/work.ndjson");
    const lines = Deno.readTextFileSync(journal);
    while (Deno.statSync(journal).size < 1_200_000) Deno.writeTextFileSync(journal, lines, { append: true });
    const both = [box.start(batchOf(0, 14)), box.start(batchOf(6, 20, "", ".reverse()"))];
    for (const { code, stderr } of await Promise.all(both.map((conductor) => conductor.ended()))) {
      assertEquals(code, 0, stderr);
    }
    assert(Deno.statSync(journal).size < 200_000, "it was not compacted");
    await box.conduct(batchOf(0, 20));
    assertEquals(executions(box), once(namesFrom(0, 20)));
  }),
);

Deno.test(
  "case 25: 50 instances of two conductors at once, with every cache cold, and none of it is damaged",
  sandboxed(async (box) => {
    prepare(box, quick.replace("console.log", `import { twice } from "./lib/twice.ts";\nconsole.log`) + "twice(n)\n");
    Deno.mkdirSync(box.path("flows/lib"));
    Deno.writeTextFileSync(box.path("flows/lib/twice.ts"), "export const twice = (n: number): number => n * 2;\n");
    const env = { DENO_DIR: coldDenoDir(box) };
    const both = [
      box.start(batchOf(0, 25, "concurrency: 8"), { env }),
      box.start(batchOf(25, 50, "concurrency: 8"), { env }),
    ];
    for (const { code, stderr } of await Promise.all(both.map((conductor) => conductor.ended()))) {
      assertEquals(code, 0, stderr);
    }
    assertEquals(executions(box), once(namesFrom(0, 50)));
    // A third one finds what they have built whole.
    const again = box.start(batchOf(0, 52), { env });
    assertEquals((await again.ended()).code, 0);
    assertEquals(executions(box), once(namesFrom(0, 52)));
    const builds = [...Deno.readDirSync(box.path("runs/.ductaflow/build"))].filter((entry) => entry.isDirectory);
    assertEquals(builds.length, 1);
  }),
);

/** A cache of Deno's that has only the packages. */
function coldDenoDir(box: Sandbox): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  Deno.mkdirSync(box.path("cache"));
  Deno.symlinkSync(npmCache, box.path("cache/npm"));
  return box.path("cache");
}

Deno.test(
  "case 26: who looks on while a batch runs again and again sees whole files only, and nothing green that is not whole",
  sandboxed(async (box) => {
    prepare(box);
    await box.conduct(batchOf(0, 8));
    const writer = box.start(`
      say("go");
      for (let round = 0; round < 6; round++) {
        const rows = Array.from({ length: 8 }, (_, i) => ({ name: "i" + i, n: round }));
        await runInstances("work", rows, { instance: "{name}", concurrency: 2, cache: "off" });
      }
      say("done");
    `);
    await until("it begins", () => writer.said.length > 0);
    const reader = box.start(`
      const seen = {};
      const bad = [];
      const maybe = (read) => { try { return read(); } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      } };
      for (let look = 0; look < 10_000 && bad.length < 5; look++) {
        const instance = "i" + look % 8;
        const dir = "runs/work/" + instance;
        const text = maybe(() => Deno.readTextFileSync(dir + "/run.json"));
        const status = await getRun("work", instance).then((run) => run.status, (error) => error.code ?? error.stack);
        seen[status] = (seen[status] ?? 0) + 1;
        if (text === undefined) continue;
        const record = whole(text, look);
        if (record?.status !== "succeeded") continue;
        const texts = ["flow.ipynb", "report.html", "config.json", "out.txt"].map((name) => {
          return maybe(() => Deno.readTextFileSync(dir + "/" + name));
        });
        // The folder may have been moved away meanwhile.
        const after = maybe(() => Deno.readTextFileSync(dir + "/run.json"));
        if (after !== text) continue;
        if (texts.includes(undefined)) { bad.push([look, "a file is missing"]); continue; }
        whole(texts[0], look);
        if (!texts[1].endsWith("</html>\\n")) bad.push([look, "the report is cut"]);
        const { n } = whole(texts[2], look);
        if (texts[3] !== (instance + n).repeat(100)) bad.push([look, "the output is wrong"]);
      }
      say([bad, seen]);
      function whole(text, look) {
        try { return JSON.parse(text); } catch { bad.push([look, text.length + " characters"]); }
      }
    `);
    const { said, code, stderr } = await reader.ended();
    assertEquals(code, 0, stderr);
    const [bad, seen] = said[0] as [unknown[], Record<string, number>];
    assertEquals(bad, []);
    const odd = Object.keys(seen).filter((status) => !["succeeded", "running", "run-not-found"].includes(status));
    assertEquals(odd, [], JSON.stringify(seen));
    assertEquals((await writer.ended()).code, 0);
  }),
);

projectTest("case 33: what instances say at the same time stays apart, in order and in its cell", {
  ...executionsFolder,
  "flows/talk.ts": countedFlow(
    `for (let i = 0; i < 100; i++) {
  console.log("out " + name + " " + i);
  console.error("err " + name + " " + i);
  if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}
// %% Second
for (let i = 0; i < 10; i++) console.log("second " + name + " " + i);`,
  ),
}, async (project) => {
  const rows = Array.from({ length: 8 }, (_, i) => ({ name: `t${i}` }));
  const batch = await runBatch(project, "flows/talk.ts", rows, { concurrency: 4 });
  batch.throwIfFailed();
  for (const { instance, notebookPath } of batch.runs) {
    const { cells } = JSON.parse(Deno.readTextFileSync(notebookPath));
    const said = (title: string, stream: string): string => {
      const { outputs } = cells.find((cell: { metadata: { title?: string } }) => cell.metadata.title === title);
      const texts = outputs.filter((output: { name: string }) => output.name === stream);
      return texts.map((output: { text: string[] }) => output.text.join("")).join("");
    };
    const lines = (word: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${word} ${instance} ${i}\n`).join("");
    assertEquals(said("Work", "stdout"), lines("out", 100));
    assertEquals(said("Work", "stderr"), lines("err", 100));
    assertEquals(said("Second", "stdout"), lines("second", 10));
  }
});

const many = Deno.env.get("CI") === "true" ? 1000 : 200;

Deno.test(
  `case 34: ${many} quick instances leave no zombie, no open file and no memory`,
  sandboxed(async (box) => {
    prepare(box);
    const [[first, last]] = await box.conduct(
      `
      const rows = Array.from({ length: ${many} }, (_, i) => ({ name: "i" + i, n: i }));
      const looks = [];
      let ended = 0;
      const progress = (event) => event.t === "ended" && ++ended % 50 === 0 && looks.push(look());
      await runInstances("work", rows, { instance: "{name}", concurrency: 2, progress });
      say([looks[1], looks.at(-1)]);
      function look() {
        const children = [...Deno.readDirSync("/proc")].filter(({ name }) => /^\\d+$/.test(name)).filter(({ name }) => {
          try {
            return new RegExp("^\\\\d+ \\\\(.*\\\\) \\\\w " + Deno.pid + " ").test(Deno.readTextFileSync("/proc/" + name + "/stat"));
          } catch { return false; }
        });
        return { files: [...Deno.readDirSync("/proc/self/fd")].length, children: children.length, bytes: Deno.memoryUsage().rss };
      }
    `,
      { flags: ["--allow-all"] },
    );
    // Those that run at the time of the look: two with two pipes each, the watchdog, logs and locks being written.
    assert(last.files <= first.files + 24, JSON.stringify([first, last]));
    assert(last.children <= 8, JSON.stringify([first, last]));
    assert(last.bytes < first.bytes + 80e6, JSON.stringify([first, last]));
  }),
);

projectTest("case 48: rows that mean the same share a run, whatever the order of columns, 1.0 or -0", {
  ...executionsFolder,
  "flows/work.ts": countedFlow(`Deno.writeTextFileSync("out.txt", JSON.stringify([n, text, when]));`, {
    parameters: 'let n = 0;\nlet text = "";\nlet when = "";\nlet model = { seed: 1, deep: 2 };',
  }),
}, async (project) => {
  const date = new Date("2026-11-22T12:00:00Z");
  const run = (rows: object[]) => runBatch(project, "flows/work.ts", rows);
  const plan = (rows: object[]) => planned(project, "flows/work.ts", rows);
  await run([{ name: "a", n: 1, text: "\u00e9", when: date, "model.seed": 3, "model.deep": 4 }, { name: "b", n: 0 }]);
  assertEquals(executedSince(project), ["a", "b"]);
  const same = [
    { "model.deep": 4, "model.seed": 3, when: "2026-11-22T12:00:00.000Z", text: "\u00e9", n: 1.0, name: "a" },
    { n: -0, name: "b" },
  ];
  assertEquals(await plan(same), []);
  assertEquals((await run(same)).cached.length, 2);
  assertEquals(executedSince(project), []);
  for (const change of [{ text: "e\u0301" }, { n: "1" }, { n: 1.5 }, { "model.deep": 5 }, { when: "2026-11-22" }]) {
    const stale = await plan([{ ...same[0], ...change }]).catch((error) => error.code);
    assertEquals([change, stale], [change, "n" in change && change.n === "1" ? "bad-rows" : ["a"]]);
  }
});

projectTest("a batch leaves the same whatever the number of instances at a time", {
  ...executionsFolder,
  "flows/work.ts": countedFlow(
    `Deno.writeTextFileSync("out.txt", name.repeat(1000));
Deno.mkdirSync("deep");
Deno.writeTextFileSync("deep/" + name, String(n));
console.log(name);
await new Promise((resolve) => setTimeout(resolve, n % 3 * 20));
if (n % 5 === 4) throw new Error("It is " + n);
n`,
    { parameters: "let n = 0;" },
  ),
}, async (project) => {
  const rows = Array.from({ length: 12 }, (_, n) => ({ name: `i${11 - n}`, n }));
  const left = [];
  for (const concurrency of [1, 2, 8]) {
    const batch = await runBatch(project, "flows/work.ts", rows, { concurrency });
    const lists = [batch.runs, batch.succeeded, batch.failed].map((list) => list.map(({ instance }) => instance));
    assertEquals(lists[0], rows.map(({ name }) => name));
    assertEquals([batch.failed.length, batch.cached, batch.skipped], [2, [], []]);
    left.push({ lists, files: comparableRuns(project.path("runs/work")) });
    assertEquals(executedSince(project).length, 12);
    Deno.removeSync(project.runsDir, { recursive: true });
  }
  assertNotEquals(Object.keys(left[0].files).length, 0);
  assertEquals(left[1], left[0]);
  assertEquals(left[2], left[0]);
});
