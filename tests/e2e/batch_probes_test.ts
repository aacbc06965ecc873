/**
 * What the look at a whole batch notices: the eleven probes of `reference/peers.md` §8 and what lies beside them, without
 * a declaration, right after a run and when everything has settled.
 */
import { assertEquals } from "../../lib/deps/assert.ts";
import { type BatchOptions, readTable } from "../../mod.ts";
import { countedFlow, executedSince, executionsFolder, planned, runBatch } from "./batch_project.ts";
import { Project, projectTest } from "./project.ts";
import { until } from "./sandbox.ts";

/** All read a file of their own; `A` and `B` share one, `C` reads one that may be missing, `D` lists a folder. */
const code = `import { factor } from "./lib/factor.ts";
const data = "../../../data/";
const own = Deno.readTextFileSync(data + "own/" + name + ".txt");
const seen = [name, rate, factor, own];
if ("AB".includes(name)) seen.push(Deno.readTextFileSync(data + "shared.txt"));
if (name === "C") {
  try {
    seen.push(Deno.readTextFileSync(data + "optional.txt"));
  } catch {
    seen.push("none");
  }
}
if (name === "D") seen.push([...Deno.readDirSync(data + "list")].map((entry) => entry.name).sort().join());
Deno.writeTextFileSync("out.txt", seen.join(" "));
Deno.mkdirSync("deep");
Deno.writeTextFileSync("deep/same.txt", "same");
if (own.includes("bad")) throw new Error("It failed after it had written");`;

const flow = countedFlow(code, { permissions: ["read: [../data]"], parameters: "let rate = 1;" });
const all = [..."ABCDE"];

const files: Record<string, string> = {
  ...executionsFolder,
  "deno.json": "{}",
  "flows/f.ts": flow,
  "flows/other.ts": "// another flow\n",
  "flows/lib/factor.ts": `import { one } from "./one.ts";\nexport const factor = 10 * one;\n`,
  "flows/lib/one.ts": "export const one = 1;\n",
  "table.csv": ["name,rate", ...all.map((name, i) => `${name},${i + 1}`), ""].join("\n"),
  "data/shared.txt": "shared",
  "data/unread.txt": "unread",
  "data/list/a.txt": "a",
  ...Object.fromEntries(all.map((name) => [`data/own/${name}.txt`, `own${name}`])),
};

/** What `out.txt` must say, from what lies there now. */
async function rightOutput(project: Project, name: string): Promise<string> {
  const data = (path: string) => Deno.readTextFileSync(project.path("data", path));
  const number = (path: string, pattern: RegExp) => {
    return Number(Deno.readTextFileSync(project.path("flows/lib", path)).match(pattern)![1]);
  };
  const flow = Deno.readTextFileSync(project.path("flows/f.ts"));
  const rate = (await readTable(project.path("table.csv"))).find((row) => row.name === name)!.rate;
  const factor = number("factor.ts", /(\d+) \*/) * number("one.ts", /= (\d+)/);
  const seen = [name, rate, factor, data(`own/${name}.txt`)];
  if ("AB".includes(name)) seen.push(data("shared.txt"));
  if (name === "C") {
    try {
      seen.push(data("optional.txt"));
    } catch {
      seen.push(flow.includes(`"NONE"`) ? "NONE" : "none");
    }
  }
  if (name === "D") {
    seen.push([...Deno.readDirSync(project.path("data/list"))].map((entry) => entry.name).sort().join());
  }
  return seen.join(" ");
}

/** Something that happens to a project whose batch is fresh. */
interface Probe {
  name: string;
  make: (project: Project) => void;
  /** The instances that must run again, and no others. */
  ran: string[];
  /** Those of them that fail. */
  failed?: string[];
}

const write = (path: string, text: string) => (project: Project) => project.write({ [path]: text });
const remove = (path: string) => (project: Project) => Deno.removeSync(project.path(path), { recursive: true });
const touch = (...paths: string[]) => (project: Project) => {
  for (const path of paths) Deno.utimeSync(project.path(path), new Date(), new Date());
};
const replaceBySame = (path: string) => (project: Project) => {
  Deno.copyFileSync(project.path(path), project.path(`${path}.new`));
  Deno.renameSync(project.path(`${path}.new`), project.path(path));
};
/** Other bytes under the same time. */
const forge = (path: string, from: string, to: string) => (project: Project) => {
  const file = project.path(path);
  const { atime, mtime } = Deno.statSync(file);
  const text = Deno.readTextFileSync(file);
  if (!text.includes(from)) throw new Error(`${path} has no "${from}"`);
  Deno.writeTextFileSync(file, text.replace(from, to));
  Deno.utimeSync(file, atime!, mtime!);
};
const inBatch = (file: string) => all.map((name) => `runs/f/${name}/${file}`);
const owned = ["config.json", "flow.ipynb", "report.html", "run.json"];

const probes: Probe[] = [
  { name: "1 nothing changed", make: () => {}, ran: [] },
  { name: "2 control table touched", make: touch("table.csv"), ran: [] },
  { name: "2 configs touched", make: touch(...inBatch("config.json")), ran: [] },
  { name: "2 inputs touched", make: touch("data/shared.txt", "data/own/A.txt", "data/list"), ran: [] },
  { name: "2 input replaced by the same", make: replaceBySame("data/shared.txt"), ran: [] },
  { name: "2 outputs touched", make: touch(...inBatch("out.txt"), ...inBatch("deep/same.txt")), ran: [] },
  { name: "2 output replaced by the same", make: replaceBySame("runs/f/B/out.txt"), ran: [] },
  { name: "2 records touched", make: touch(...owned.flatMap(inBatch)), ran: [] },
  { name: "3 one row changed", make: forge("table.csv", "C,3", "C,33"), ran: ["C"] },
  { name: "3 input of one changed", make: write("data/own/E.txt", "more of E"), ran: ["E"] },
  { name: "3 shared input changed", make: write("data/shared.txt", "another"), ran: ["A", "B"] },
  { name: "4 row changed, same size and mtime", make: forge("table.csv", "D,4", "D,9"), ran: ["D"] },
  { name: "4 input changed, same size and mtime", make: forge("data/own/B.txt", "own", "new"), ran: ["B"] },
  { name: "4 shared input, same size and mtime", make: forge("data/shared.txt", "sh", "SH"), ran: ["A", "B"] },
  { name: "5 row changed, other size, mtime kept", make: forge("table.csv", "E,5", "E,555"), ran: ["E"] },
  { name: "5 input changed, other size, mtime kept", make: forge("data/own/B.txt", "own", "b"), ran: ["B"] },
  { name: "6 output deleted", make: remove("runs/f/C/out.txt"), ran: ["C"] },
  { name: "6 folder of outputs deleted", make: remove("runs/f/C/deep"), ran: ["C"] },
  ...owned.map((file) => ({ name: `6 ${file} deleted`, make: remove(`runs/f/D/${file}`), ran: ["D"] })),
  { name: "6 run folder deleted", make: remove("runs/f/A"), ran: ["A"] },
  { name: "6 all runs deleted", make: remove("runs/f"), ran: all },
  { name: "7 output tampered", make: write("runs/f/A/out.txt", "forged"), ran: ["A"] },
  { name: "7 output tampered, same size and mtime", make: forge("runs/f/A/out.txt", "own", "new"), ran: ["A"] },
  { name: "7 deep output, same size and mtime", make: forge("runs/f/B/deep/same.txt", "same", "SAME"), ran: ["B"] },
  { name: "8 flow and modules touched", make: touch("flows/f.ts", "flows/lib/factor.ts", "flows/lib/one.ts"), ran: [] },
  { name: "8 flow commented", make: write("flows/f.ts", `${flow}// more\n`), ran: [] },
  { name: "8 another flow edited", make: write("flows/other.ts", "1;\n"), ran: [] },
  { name: "8 a file that nobody read", make: write("data/unread.txt", "changed"), ran: [] },
  { name: "9 flow edited", make: write("flows/f.ts", `${flow}"more";\n`), ran: all },
  { name: "9 flow edited, same size and mtime", make: forge("flows/f.ts", `"none"`, `"NONE"`), ran: all },
  { name: "10 import edited", make: forge("flows/lib/factor.ts", "10 *", "200 *"), ran: all },
  { name: "10 import of the import, same size and mtime", make: forge("flows/lib/one.ts", "= 1", "= 7"), ran: all },
  { name: "11 a step fails after writing", make: write("data/own/A.txt", "bad"), ran: ["A"], failed: ["A"] },
  { name: "a listed folder has a file more", make: write("data/list/b.txt", "b"), ran: ["D"] },
  { name: "a listed file is edited, but was not read", make: write("data/list/a.txt", "aa"), ran: [] },
  { name: "a listed folder has a file less", make: remove("data/list/a.txt"), ran: ["D"] },
  { name: "a missing input appears", make: write("data/optional.txt", "there"), ran: ["C"] },
  { name: "rows in another order", make: write("table.csv", "name,rate\nE,5\nD,4\nC,3\nB,2\nA,1\n"), ran: [] },
  { name: "the journal of seals is deleted", make: remove("runs/.ductaflow/seals"), ran: [] },
  {
    name: "much at once",
    make: (project) => {
      forge("table.csv", "A,1", "A,8")(project);
      forge("data/own/B.txt", "own", "new")(project);
      remove("runs/f/C/report.html")(project);
      touch("data/own/D.txt", "flows/f.ts")(project);
    },
    ran: ["A", "B", "C"],
  },
];

/** A word a thing that went otherwise than the probe says. */
async function tryProbe(project: Project, { make, ran, failed = [] }: Probe): Promise<Record<string, unknown>> {
  const wrong: Record<string, unknown> = {};
  const expect = (what: string, found: unknown, expected: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(expected)) wrong[what] = { found, expected };
  };
  const rows = () => readTable(project.path("table.csv"));
  const names = async () => (await rows()).map((row) => row.name);
  make(project);
  for (const [pass, expected] of [["first", ran], ["second", failed]] as const) {
    expect(`${pass}: plan`, await planned(project, "flows/f.ts", await rows()), expected);
    expect(`${pass}: the plan ran nothing`, executedSince(project), []);
    const batch = await runBatch(project, "flows/f.ts", await rows());
    expect(`${pass}: executed`, executedSince(project), expected);
    expect(`${pass}: cached`, batch.cached.length, 5 - expected.length);
    expect(`${pass}: failed`, batch.failed.map(({ instance }) => instance), failed);
    expect(`${pass}: order`, batch.runs.map(({ instance }) => instance), await names());
    for (const run of batch.succeeded) {
      const right = await rightOutput(project, run.instance);
      expect(`${pass}: ${run.instance}`, Deno.readTextFileSync(run.artifact("out.txt").path), right);
    }
  }
  return wrong;
}

/** A project a probe, its batch run once. */
async function projectsFor({ outside }: Project): Promise<[Probe, Project][]> {
  const made = probes.map((probe, i): [Probe, Project] => [probe, new Project(outside, `p${i}`)]);
  for (const [, project] of made) {
    project.write(files);
    await firstRun(project);
  }
  return made;
}

async function firstRun(project: Project): Promise<void> {
  const batch = await runBatch(project, "flows/f.ts", await readTable(project.path("table.csv")));
  batch.throwIfFailed();
  assertEquals(executedSince(project), all);
}

/** Resolves when nothing in a folder was changed within the last seconds: only then are sizes and times trusted. */
async function settled(dir: string): Promise<void> {
  const youngest = Math.max(...changeTimes(dir));
  await until("all has settled", () => Date.now() > youngest + 2200);
}

function changeTimes(path: string): number[] {
  const { ctime, isDirectory } = Deno.lstatSync(path);
  const below = isDirectory ? [...Deno.readDirSync(path)].flatMap(({ name }) => changeTimes(`${path}/${name}`)) : [];
  return [Number(ctime), ...below];
}

projectTest("cases 49, 50, 51: the probes over a batch, right after it ran", {}, async ({ outside }) => {
  const wrong: Record<string, unknown> = {};
  for (const [i, probe] of probes.entries()) {
    const project = new Project(outside, `p${i}`);
    project.write(files);
    await firstRun(project);
    const found = await tryProbe(project, probe);
    if (Object.keys(found).length > 0) wrong[probe.name] = found;
  }
  assertEquals(wrong, {});
});

projectTest("cases 49, 50, 51: the probes over a batch whose files have settled", {}, async (outer) => {
  const made = await projectsFor(outer);
  await settled(outer.outside);
  const wrong: Record<string, unknown> = {};
  for (const [, project] of made) {
    // Now times and sizes are noted as ones to be trusted.
    const batch = await runBatch(project, "flows/f.ts", await readTable(project.path("table.csv")));
    assertEquals([batch.cached.length, executedSince(project)], [5, []]);
  }
  for (const [probe, project] of made) {
    const found = await tryProbe(project, probe);
    if (Object.keys(found).length > 0) wrong[probe.name] = found;
  }
  assertEquals(wrong, {});
});

projectTest("case 49: what all instances share makes all of them stale, and back again fresh after they ran", {
  ...files,
  "flows/f.ts": flow.replace("// permissions:\n", "// permissions:\n//   env: [DUCTAFLOW_TEST_PROBE]\n"),
}, async (project) => {
  const rows = await readTable(project.path("table.csv"));
  const shared: [string, () => void, Partial<BatchOptions>][] = [
    ["another permission", () => {}, { permissions: { env: ["DUCTAFLOW_TEST_PROBE"], sys: ["hostname"] } }],
    ["no permission more", () => {}, {}],
    ["the value of a granted variable", () => Deno.env.set("DUCTAFLOW_TEST_PROBE", "other"), {}],
    ["an import map", () => project.write({ "deno.json": `{ "imports": { "x": "./flows/lib/one.ts" } }` }), {}],
    ["comments, when they count", () => forge("flows/lib/one.ts", "1;", "1; // one")(project), { strict: true }],
  ];
  try {
    await firstRun(project);
    for (const [what, make, options] of shared) {
      make();
      assertEquals([what, await planned(project, "flows/f.ts", rows, options)], [what, all]);
      await runBatch(project, "flows/f.ts", rows, options);
      assertEquals([what, executedSince(project)], [what, all]);
      assertEquals([what, await planned(project, "flows/f.ts", rows, options)], [what, []]);
    }
  } finally {
    Deno.env.delete("DUCTAFLOW_TEST_PROBE");
  }
});
