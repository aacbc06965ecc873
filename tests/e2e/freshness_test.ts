/** What makes a run stale, and what does not: each change is named, alone, and nothing else is. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "../../lib/deps/assert.ts";
import { dirname, join } from "../../lib/deps/path.ts";
import { sha256 } from "../../lib/base/hash.ts";
import type { RunRecord } from "../../lib/base/record.ts";
import type { StepOptions } from "../../mod.ts";
import { exists, flowOf, flowUrl, modUrl, type Project, projectTest } from "./project.ts";

/** Reads a file, a folder's names and a file that may be missing; imports a module that imports another one. */
const traced = `// ---
// permissions:
//   read: [../data]
// ---
// %% tags=["parameters"]
let period = "am";
let size = 10;
let extra: unknown = null;
// %% Read
import { two } from "./lib/two.ts";
const text = Deno.readTextFileSync("../../../data/x.txt");
const names = [...Deno.readDirSync("../../../data/list")].map((entry) => entry.name).sort();
let optional = "none";
try {
  optional = Deno.readTextFileSync("../../../data/optional.txt");
} catch {
  // It may be missing.
}
// %% Write
Deno.mkdirSync("deep");
Deno.writeTextFileSync("deep/out.txt", JSON.stringify({ two, text, names, optional, period, size, extra }));
Deno.writeTextFileSync("other.txt", "same");
`;

/** The same in other words: comments, blanks, quotes, parentheses, titles, a cell of text. */
const cosmetic = traced
  .replace("let size = 10;", "let   size = (10); // how many")
  .replace('"other.txt", "same"', "'other.txt',\n  ('same'),")
  .replace("// %% Write", "// %% [markdown]\n// # Now it writes\n\n// %% Write all");

const helper = `import { one } from "./one.ts";\nexport const two = one + one;\n`;

const tracedProject = {
  "flows/f.ts": traced,
  "flows/lib/two.ts": helper,
  "flows/lib/one.ts": "export const one = 1;\n",
  "flows/other.ts": flowOf("1"),
  "data/x.txt": "first",
  "data/unread.txt": "unread",
  "data/list/a.txt": "a",
};

/** A change, and the reasons that must be told for it: none when the run stays fresh. */
interface Change {
  name: string;
  make: (project: Project) => void;
  reasons: string[];
  config?: Record<string, unknown>;
  options?: StepOptions;
}

const write = (path: string, text: string) => (project: Project) => project.write({ [path]: text });
const remove = (path: string) => (project: Project) => Deno.removeSync(project.path(path), { recursive: true });
const touch = (path: string) => (project: Project) => Deno.utimeSync(project.path(path), new Date(), new Date());
const nothing = () => {};

/** The eleven probes of `peers.md` §8, and what the toolkit's own tracing adds; each is tried on a fresh run. */
const changes: Change[] = [
  { name: "nothing", make: nothing, reasons: [] },
  { name: "config touched, same bytes", make: touch("runs/f/one/config.json"), reasons: [] },
  {
    name: "config content changed",
    make: nothing,
    config: { period: "pm", size: 11 },
    reasons: [
      `config: The config key "period" changed: (none) → "pm"`,
      `config: The config key "size" changed: (none) → 11`,
    ],
  },
  {
    name: "one output deleted",
    make: remove("runs/f/one/other.txt"),
    reasons: ["output: The output other.txt is gone"],
  },
  {
    name: "one output tampered",
    make: write("runs/f/one/deep/out.txt", "forged"),
    reasons: ["output: The output deep/out.txt was changed after the run"],
  },
  {
    name: "all outputs deleted",
    make: remove("runs/f/one/deep"),
    reasons: ["output: The output deep/out.txt is gone"],
  },
  { name: "output touched", make: touch("runs/f/one/other.txt"), reasons: [] },
  { name: "report deleted", make: remove("runs/f/one/report.html"), reasons: ["output: Its report.html is gone"] },
  { name: "config deleted", make: remove("runs/f/one/config.json"), reasons: ["output: Its config.json is gone"] },
  { name: "notebook deleted", make: remove("runs/f/one/flow.ipynb"), reasons: ["output: Its flow.ipynb is gone"] },
  { name: "flow touched, same bytes", make: touch("flows/f.ts"), reasons: [] },
  { name: "flow commented and formatted", make: write("flows/f.ts", cosmetic), reasons: [] },
  { name: "helper commented", make: write("flows/lib/two.ts", `/* two */ ${helper}`), reasons: [] },
  {
    name: "helper commented, and that counts",
    make: nothing,
    options: { strict: true },
    reasons: ["code: The flow file:///flows/f.ts changed", "code: The import file:///flows/lib/two.ts changed"],
  },
  {
    name: "flow edited",
    make: write("flows/f.ts", `${traced}"more";\n`),
    reasons: ["code: The flow file:///flows/f.ts changed"],
  },

  {
    name: "imported helper edited",
    make: write("flows/lib/two.ts", `import { one } from "./one.ts";\nexport const two = one + one + 0;\n`),
    reasons: ["code: The import file:///flows/lib/two.ts changed"],
  },
  {
    name: "helper of the helper edited",
    make: write("flows/lib/one.ts", "export const one = 11;\n"),
    reasons: ["code: The import file:///flows/lib/one.ts changed"],
  },
  { name: "helper touched", make: touch("flows/lib/one.ts"), reasons: [] },
  { name: "another flow edited", make: write("flows/other.ts", flowOf("// comment\n2")), reasons: [] },
  {
    name: "an import more",
    make: (project) =>
      project.write({
        "flows/lib/new.ts": "export {};\n",
        "flows/lib/one.ts": `import "./new.ts";\nexport const one = 1;\n`,
      }),
    reasons: [
      "code: The import file:///flows/lib/new.ts is new",
      "code: The import file:///flows/lib/one.ts changed",
    ],
  },
  { name: "input edited", make: write("data/x.txt", "second"), reasons: ["input: The input /data/x.txt changed"] },
  {
    name: "input edited, same size",
    make: write("data/x.txt", "secone"),
    reasons: ["input: The input /data/x.txt changed"],
  },
  { name: "input touched", make: touch("data/x.txt"), reasons: [] },
  { name: "input replaced by the same", make: (project) => replaceBySame(project.path("data/x.txt")), reasons: [] },
  { name: "a file that was not read", make: write("data/unread.txt", "changed"), reasons: [] },
  {
    name: "a file more in a listed folder",
    make: write("data/list/b.txt", "b"),
    reasons: ["input: The input /data/list changed"],
  },
  { name: "a listed file edited that was not read", make: write("data/list/b.txt", "bb"), reasons: [] },
  {
    name: "a file less in a listed folder",
    make: remove("data/list/b.txt"),
    reasons: ["input: The input /data/list changed"],
  },
  {
    name: "a missing input appears",
    make: write("data/optional.txt", "there"),
    reasons: ["input: The input /data/optional.txt exists now"],
  },
  {
    name: "an input goes",
    make: remove("data/optional.txt"),
    reasons: ["input: The input /data/optional.txt is gone"],
  },
  {
    name: "permissions",
    make: nothing,
    options: { permissions: { sys: ["hostname"] } },
    reasons: ["permissions: The permissions changed: sys"],
  },
  {
    name: "a comment in the configuration",
    make: write("deno.json", `{ "tasks": { "x": "echo" } /* comment */ }`),
    reasons: [],
  },
  {
    name: "an import map",
    make: write("deno.json", `{ "imports": { "nobody": "./flows/lib/one.ts" } }`),
    reasons: ["code: The import map or compiler options in deno.json changed"],
  },
  {
    name: "two things at once",
    make: (project) => project.write({ "data/x.txt": "third", "flows/lib/one.ts": "export const one = 5;\n" }),
    config: { extra: { deep: [1] } },
    reasons: [
      "code: The import file:///flows/lib/one.ts changed",
      "code: The import file:///flows/lib/new.ts is gone",
      `config: The config key "extra" changed: (none) → {"deep":[1]}`,
      "input: The input /data/x.txt changed",
    ],
  },
];

function replaceBySame(path: string): void {
  Deno.copyFileSync(path, `${path}.new`);
  Deno.renameSync(`${path}.new`, path);
}

projectTest(
  "cases 49, 50, 51: each change is named alone, makes it run again, and then it is fresh",
  tracedProject,
  async (
    project,
  ) => {
    await project.run("flows/f.ts");
    const wrong: Record<string, unknown> = {};
    for (const { name, make, reasons, config = {}, options } of changes) {
      make(project);
      const told = await project.why("flows/f.ts", "one", config, options);
      if (JSON.stringify(told) !== JSON.stringify(reasons)) wrong[name] = { told, expected: reasons };
      const run = await project.run("flows/f.ts", "one", config, options);
      if (run.cached !== (reasons.length === 0)) wrong[`${name}: cached`] = run.cached;
      // Back to the plain config, which is a change of its own.
      if (config !== undefined || options) await project.run("flows/f.ts");
      const after = await project.why("flows/f.ts");
      if (after.length > 0) wrong[`${name}: afterwards`] = after;
    }
    assertEquals(wrong, {});
  },
);

projectTest("case 50: the same is seen by a conductor that starts anew", tracedProject, async (project) => {
  const conductor = `import { explainFreshness, runStepFlow } from ${JSON.stringify(modUrl)};
const { reasons } = await explainFreshness("flows/f.ts", "one");
const { cached } = await runStepFlow("flows/f.ts", "one");
console.log(JSON.stringify([cached, ...reasons.map((reason) => reason.text)]));`;
  const say = async () => JSON.parse((await project.conduct(conductor)).stdout);
  assertEquals(await say(), [false, "It never ran"]);
  assertEquals(await say(), [true]);
  project.write({ "flows/lib/one.ts": "export const one = 3;\n" });
  assertEquals(await say(), [false, "The import flows/lib/one.ts changed"]);
  project.write({ "data/x.txt": "other" });
  assertEquals(await say(), [false, `The input ${project.path("data/x.txt")} changed`]);
  assertEquals(await say(), [true]);
});

projectTest(
  "case 49: content that changed under the same size and mtime is seen, also after it was trusted",
  tracedProject,
  async (
    project,
  ) => {
    const paths = ["data/x.txt", "flows/lib/one.ts", "runs/f/one/other.txt"].map((name) => project.path(name));
    await project.run("flows/f.ts");
    // A file is trusted by size and times only once they are older than a second: wait for that, and let it be noted.
    const youngest = () => Math.max(...paths.map((path) => Number(Deno.statSync(path).ctime)));
    while (Date.now() - youngest() < 2200) await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(await project.why("flows/f.ts"), []);
    assertEquals(await project.why("flows/f.ts"), []);
    for (const path of paths) {
      const { atime, mtime } = Deno.statSync(path);
      const text = Deno.readTextFileSync(path);
      Deno.writeTextFileSync(path, text.replace(/[1a-z](?=\W*$)/, (c) => c === "1" ? "2" : c === "t" ? "T" : "E"));
      assertNotEquals(Deno.readTextFileSync(path), text);
      Deno.utimeSync(path, atime!, mtime!);
      assertEquals(Deno.statSync(path).mtime, mtime);
    }
    assertEquals(await project.why("flows/f.ts"), [
      "code: The import file:///flows/lib/one.ts changed",
      "input: The input /data/x.txt changed",
      "output: The output other.txt was changed after the run",
    ]);
  },
);

projectTest(
  "case 49: content that changed under the same size and mtime is seen within the second, too",
  tracedProject,
  async (project) => {
    await project.run("flows/f.ts");
    // The time of a change counts whole seconds, so all of it is to happen in one.
    while (Date.now() % 1000 > 100) await new Promise((resolve) => setTimeout(resolve, 10));
    const path = project.path("data/x.txt");
    Deno.writeTextFileSync(path, "one");
    await project.run("flows/f.ts");
    const { atime, mtime } = Deno.statSync(path);
    Deno.writeTextFileSync(path, "two");
    Deno.utimeSync(path, atime!, mtime!);
    assertEquals(await project.why("flows/f.ts"), ["input: The input /data/x.txt changed"]);
  },
);

/** Changes what a run says of itself, as another version of Deno or another time would have written it. */
function forgeRecord(project: Project, change: (record: RunRecord) => void, run = "runs/f/one"): void {
  const path = project.path(run, "run.json");
  const record = JSON.parse(Deno.readTextFileSync(path));
  change(record);
  Deno.writeTextFileSync(path, JSON.stringify(record));
  Deno.removeSync(project.path("runs/.ductaflow/seals"), { recursive: true });
}

projectTest("case 49: another version of Deno is named, and nothing else", tracedProject, async (project) => {
  await project.run("flows/f.ts");
  forgeRecord(project, ({ code }) => Object.assign(code, { deno: "2.8.0", plain: "0".repeat(64) }));
  assertEquals(await project.why("flows/f.ts"), [`deno: Deno changed: 2.8.0 → ${Deno.version.deno}`]);
  const graph = [...Deno.readDirSync(project.path("runs/.ductaflow/build"))].find((entry) => entry.isDirectory)!;
  assert(exists(project.path("runs/.ductaflow/build", graph.name, "graph.json")), "The graph is not kept");
});

const packageFlow = flowOf(`import { Eta } from "npm:eta@4.6.0/core";\ntypeof Eta`);

projectTest("case 49: the lock file counts for the packages used, and only for them", {
  "flows/f.ts": packageFlow,
  "deno.lock": `{ "version": "5" }`,
}, async (project) => {
  await project.run("flows/f.ts");
  const lock = JSON.parse(Deno.readTextFileSync(project.path("deno.lock")));
  assertEquals(Object.keys(lock.npm), ["eta@4.6.0"]);
  assertEquals(await project.why("flows/f.ts"), []);
  lock.npm["unused@1.0.0"] = { integrity: "sha512-unused" };
  project.write({ "deno.lock": JSON.stringify(lock) });
  assertEquals(await project.why("flows/f.ts"), []);
  lock.npm["eta@4.6.0"].integrity = "sha512-another";
  project.write({ "deno.lock": JSON.stringify(lock) });
  assertEquals(await project.why("flows/f.ts"), ["code: The lock file says something else about the packages used"]);
  assertEquals((await project.run("flows/f.ts")).cached, false);
  assertEquals(await project.why("flows/f.ts"), []);
});

projectTest(
  "case 51: the journal of seals can be deleted: the record says the same",
  tracedProject,
  async (project) => {
    await project.run("flows/f.ts");
    Deno.removeSync(project.path("runs/.ductaflow/seals"), { recursive: true });
    assertEquals(await project.why("flows/f.ts"), []);
    assertEquals((await project.run("flows/f.ts")).cached, true);
    project.write({ "data/x.txt": "changed" });
    assertEquals(await project.why("flows/f.ts"), ["input: The input /data/x.txt changed"]);
  },
);

projectTest("case 51: a run whose record is gone or cut runs again", tracedProject, async (project) => {
  for (const damage of [(path: string) => Deno.removeSync(path), (path: string) => Deno.truncateSync(path, 100)]) {
    const { dir } = await project.run("flows/f.ts");
    damage(join(dir, "run.json"));
    assertEquals((await project.why("flows/f.ts")).length, 1);
    assertEquals((await project.run("flows/f.ts")).cached, false);
  }
});

/** Configs that are the same, and configs that are not, with the key that tells them apart. */
const base = { period: "é", size: 1, extra: { b: [0, 1e21], a: null } };
const same: [name: string, config: object][] = [
  ["other key order", { extra: { a: null, b: [0, 1e21] }, size: 1, period: "é" }],
  ["1.0 for 1, -0 for 0", JSON.parse(`{"period":"é","size":1.0,"extra":{"b":[-0,1000000000000000000000],"a":null}}`)],
  ["undefined keys", { ...base, nobody: undefined }],
];
const different: [name: string, config: object, key: string][] = [
  ["NFD for NFC", { ...base, period: "e\u0301" }, "period"],
  ["another number", { ...base, size: 1.0000000000000002 }, "size"],
  ["null for a missing key", { ...base, extra: { b: [0, 1e21] } }, "extra"],
  ["other order of a list", { ...base, extra: { b: [1e21, 0], a: null } }, "extra"],
];

projectTest("case 48: configs that mean the same share a run, others do not; the key is golden", tracedProject, async (
  project,
) => {
  const run = await project.run("flows/f.ts", "one", base);
  assertEquals(run.record.configHash, await sha256(`{"extra":{"a":null,"b":[0,1e+21]},"period":"é","size":1}`));
  assertEquals(run.record.configHash, "624d1ac02d87ce82ae993c3bdb135b46d1e0742ad2af68e2cc4f03189a584b00");
  for (const [name, config] of same) assertEquals(await project.why("flows/f.ts", "one", config), [], name);
  for (const [name, config, key] of different) {
    const reasons = await project.why("flows/f.ts", "one", config);
    assertEquals(reasons.length, 1, name);
    assertMatch(reasons[0], new RegExp(`^config: The config key "${key}[^"]*" changed: `));
  }
});

projectTest("case 48: a date is its ISO text, whatever its time zone", tracedProject, async (project) => {
  await project.run("flows/f.ts", "one", { extra: new Date("2026-01-02T03:04:05+01:00") });
  assertEquals(await project.why("flows/f.ts", "one", { extra: "2026-01-02T02:04:05.000Z" }), []);
  assertEquals(await project.why("flows/f.ts", "one", { extra: new Date("2026-01-02T02:04:05Z") }), []);
});

projectTest(`cache "existing" takes any run that succeeded, "off" none`, tracedProject, async (project) => {
  const modes = async (config: object) => {
    const cached: boolean[] = [];
    for (const cache of ["existing", "auto", "off"] as const) {
      cached.push((await project.run("flows/f.ts", "one", config, { cache })).cached);
    }
    return cached;
  };
  assertEquals(await modes({}), [false, true, false]);
  assertEquals(await modes({ period: "pm" }), [true, false, false]);
  const { reasons } = await project.run("flows/f.ts", "one", {}, { cache: "off" });
  assertEquals(reasons, ["The cache is off"]);
});

/** Listens on loopback, which is a use of the network, where it is told to. */
const untracedFlow = (header: string) =>
  `// ---\n// permissions:\n//   net: [127.0.0.1]\n${header}// ---\n// %% tags=["parameters"]\n// %% Listen
Deno.listen({ hostname: "127.0.0.1", port: 0 }).close();\n`;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

projectTest("fresh_for bounds how long a run counts, whatever it used", {
  "flows/forever.ts": untracedFlow(""),
  "flows/hour.ts": untracedFlow("// fresh_for: 1h\n"),
  "flows/clock.ts": `// ---\n// fresh_for: 1h\n// ---\n// %% tags=["parameters"]\n// %% Clock\nDate.now();\n`,
}, async (project) => {
  for (const name of ["forever", "hour", "clock"]) {
    const run = await project.run(`flows/${name}.ts`);
    assertEquals(run.record.untraced, name === "clock" ? [] : ["It used the network: 127.0.0.1:0"]);
    assertEquals(await project.why(`flows/${name}.ts`), []);
    forgeRecord(project, (record) => record.endedAt = hoursAgo(3), `runs/${name}/one`);
    const reasons = name === "forever" ? [] : ["age: It is 3 h 00 min old, and fresh_for is 1 h 00 min"];
    assertEquals(await project.why(`flows/${name}.ts`), reasons);
  }
});

projectTest("what a run wrote outside its folder is named, since nothing looks at it again", {
  "flows/f.ts": flowOf(`Deno.writeTextFileSync("../../../out/x.txt", "1");\nDeno.writeTextFileSync("in.txt", "1");`, {
    permissions: ["write: [../out]"],
  }),
  "out/y.txt": "",
}, async (project) => {
  const { record } = await project.run("flows/f.ts");
  assertEquals(record.untraced, [
    `It wrote outside its run folder, which is not looked at again: ${project.path("out/x.txt")}`,
  ]);
});

const failing = flowOf(
  `Deno.writeTextFileSync("out.txt", "left behind");\nif (Deno.readTextFileSync("../../../data/x.txt") === "bad") throw new Error("no");`,
  { permissions: ["read: [../data]"] },
);

projectTest("a run that failed after it wrote its output is never reused", {
  "flows/f.ts": failing,
  "data/x.txt": "bad",
}, async (project) => {
  for (const cache of ["auto", "existing", "auto"] as const) {
    const { run } = await project.runFailing("flows/f.ts", "one", {}, { cache });
    assertEquals([run.status, run.cached], ["failed", false]);
  }
  const [reason] = await project.why("flows/f.ts");
  assertMatch(reason, /^not-green: The last run did not succeed: Failed in cell 2/);
  project.write({ "data/x.txt": "good" });
  assertEquals((await project.run("flows/f.ts")).status, "succeeded");
  assertEquals(await project.why("flows/f.ts"), []);
});

projectTest("a failed run after a good one does not leave the good one to be reused", {
  "flows/f.ts": failing,
  "data/x.txt": "good",
}, async (project) => {
  await project.run("flows/f.ts");
  project.write({ "data/x.txt": "bad" });
  await project.runFailing("flows/f.ts");
  project.write({ "data/x.txt": "good" });
  assertEquals((await project.why("flows/f.ts")).length, 1);
  assertEquals((await project.run("flows/f.ts")).cached, false);
});

const waiting = flowOf(
  `const text = Deno.readTextFileSync("../../../data/x.txt");
console.log("read", text);
const there = () => { try { return Deno.statSync("../go").isFile; } catch { return false; } };
while (!there()) await new Promise((resolve) => setTimeout(resolve, 5));
Deno.writeTextFileSync("out.txt", text);`,
  { permissions: ["read: [../data]"] },
);

/** What happens to an input between its reading and the end of the run. */
const meanwhile: Record<string, (path: string) => void> = {
  "was edited": (path) => Deno.writeTextFileSync(path, "later"),
  "was edited and set back": (path) => {
    Deno.writeTextFileSync(path, "later");
    Deno.writeTextFileSync(path, "first");
  },
  "was replaced": (path) => replaceBySame(path),
  "was removed": (path) => Deno.removeSync(path),
};

for (const [what, act] of Object.entries(meanwhile)) {
  projectTest(`a run whose input ${what} while it ran is never reused`, {
    "flows/f.ts": waiting,
    "data/x.txt": "first",
  }, async (project) => {
    const input = project.path("data/x.txt");
    const run = await project.run("flows/f.ts", "one", {}, {
      onEvent(event) {
        if (event.t !== "text" || !event.text.startsWith("read")) return;
        act(input);
        Deno.writeTextFileSync(project.path("runs/f/go"), "");
      },
    });
    assertEquals(run.status, "succeeded");
    const never = "untraceable: The input /data/x.txt changed while the run was reading it";
    assertEquals((await project.why("flows/f.ts"))[0], never);
    Deno.removeSync(project.path("runs/.ductaflow/seals"), { recursive: true });
    assertEquals((await project.why("flows/f.ts"))[0], never);
  });
}

const useInput = `import { input } from ${JSON.stringify(flowUrl)};\n`;

projectTest("a chain of three steps: only what a change reaches runs again", {
  "data/x.txt": "3.7",
  "flows/up.ts": flowOf(
    `Deno.writeTextFileSync("n.txt", String(Number(Deno.readTextFileSync("../../../data/x.txt")) | 0));`,
    {
      permissions: ["read: [../data]"],
    },
  ),
  "flows/mid.ts": flowOf(
    `${useInput}Deno.writeTextFileSync("n.txt", Deno.readTextFileSync(input("up", "one", "n.txt")) + "!");`,
  ),
  "flows/down.ts": flowOf(
    `${useInput}Deno.writeTextFileSync("n.txt", Deno.readTextFileSync(input("mid", "one", "n.txt")) + "?");`,
  ),
}, async (project) => {
  const runAll = async () => {
    const cached: boolean[] = [];
    for (const name of ["up", "mid", "down"]) cached.push((await project.run(`flows/${name}.ts`)).cached);
    return cached;
  };
  assertEquals(await runAll(), [false, false, false]);
  assertEquals(await runAll(), [true, true, true]);
  const { record } = await project.run("flows/mid.ts");
  assertEquals(record.inputs.map(({ path, from }) => [path, from]), [
    [project.path("runs/up/one/n.txt"), { step: "up", instance: "one" }],
  ]);
  project.write({ "data/x.txt": "3.9" });
  assertEquals(await runAll(), [false, true, true]);
  project.write({ "data/x.txt": "4.1" });
  assertEquals(await project.why("flows/mid.ts"), []);
  await project.run("flows/up.ts");
  assertEquals(await project.why("flows/mid.ts"), ["input: The input /runs/up/one/n.txt changed"]);
  assertEquals(await project.why("flows/down.ts"), []);
  assertEquals(await runAll(), [true, false, false]);
  assertEquals(Deno.readTextFileSync(project.path("runs/down/one/n.txt")), "4!?");
});

projectTest("what a flow reads after it went to another folder is traced", {
  "data/deep/x.txt": "first",
  "flows/f.ts": flowOf(
    `Deno.chdir("../../../data/deep");\nconst text = Deno.readTextFileSync("x.txt");\nDeno.chdir("..");\nDeno.statSync("deep");`,
    { permissions: ["read: [../data]"] },
  ),
}, async (project) => {
  await project.run("flows/f.ts");
  assertEquals(await project.why("flows/f.ts"), []);
  project.write({ "data/deep/x.txt": "second" });
  assertEquals(await project.why("flows/f.ts"), ["input: The input /data/deep/x.txt changed"]);
});

/** Ways to read a file that leave no `readTextFile` in the code. */
const readers: Record<string, string> = {
  "fetch": `await (await fetch(new URL("../data/x.json", import.meta.url))).text()`,
  "node:fs": `(await import("node:fs")).readFileSync("../../../data/x.json", "utf8")`,
  "computed import": `await import("../data/" + "x.json", { with: { type: "json" } })`,
  "import of a module that imports it": `await import("../data/" + "module.ts")`,
  "worker":
    `await new Promise((ok) => new Worker(new URL("../data/worker.ts", import.meta.url), { type: "module" }).onmessage = ok), Deno.exitCode = 0`,
  "node:sqlite": `void (await import("node:sqlite")).DatabaseSync, Deno.openSync("../../../data/x.json").close()`,
  "text import": `(await import("../data/x.json", { with: { type: "text" } })).default`,
};

for (const [name, code] of Object.entries(readers)) {
  projectTest(`what is read by ${name} is traced`, {
    "data/x.json": "1",
    "data/module.ts": `import x from "./x.json" with { type: "json" };\nexport default x;\n`,
    "data/worker.ts": `import x from "./x.json" with { type: "json" };\npostMessage(x);\nclose();\n`,
    "flows/f.ts": flowOf(`${code};`, { permissions: ["read: [../data]"] }),
  }, async (project) => {
    await project.run("flows/f.ts");
    assertEquals(await project.why("flows/f.ts"), []);
    project.write({ "data/x.json": "2" });
    const reasons = await project.why("flows/f.ts");
    assertEquals(reasons.length, 1);
    assertMatch(reasons[0], /data\/x\.json changed$/);
  });
}

projectTest("explainFreshness() runs nothing and makes no run folder", tracedProject, async (project) => {
  assertEquals(await project.why("flows/f.ts"), ["never-ran: It never ran"]);
  assert(!exists(project.path("runs/f")), dirname(project.path("runs/f/one")));
});

projectTest(
  "a flow has the conductor's time zone and language whatever that may read of the environment, and both decide",
  { "flows/f.ts": flowOf(`Deno.writeTextFileSync("at.txt", new Date(0).getHours() + " " + (1.5).toLocaleString());`) },
  async (project) => {
    const conductor = `import { runStepFlow } from ${JSON.stringify(modUrl)};
const { cached, reasons, record } = await runStepFlow("flows/f.ts", "a");
console.log([record.environment.timeZone, cached, ...reasons, Deno.readTextFileSync("runs/f/a/at.txt")].join("; "));`;
    const say = async (TZ: string, LANG: string, flags?: string[]) => {
      const { code, stdout, stderr } = await project.conduct(conductor, {
        env: { TZ, LANG },
        ...flags ? { flags } : {},
      });
      assertEquals(code, 0, stderr);
      return stdout.trim();
    };
    assertEquals(await say("Asia/Tokyo", "de_DE.UTF-8"), "Asia/Tokyo; false; It never ran; 9 1,5");
    assertEquals(await say("Asia/Tokyo", "de_DE.UTF-8", ["-A"]), "Asia/Tokyo; true; 9 1,5");
    assertEquals(
      await say("Europe/Berlin", "de_DE.UTF-8"),
      "Europe/Berlin; false; The time zone changed: Asia/Tokyo → Europe/Berlin; 1 1,5",
    );
    assertMatch(
      await say("Europe/Berlin", "en_US.UTF-8"),
      /false; The permissions changed: .* the language, .*; 1 1\.5$/,
    );
    await say("Europe/Berlin", "C");
    assertEquals(await say("Europe/Berlin", "C"), "Europe/Berlin; true; 1 1.5");
  },
);
