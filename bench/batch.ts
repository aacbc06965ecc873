/**
 * What a batch costs: 200 instances that run, against a bare loop that spawns the same cells; thousands that are all
 * fresh, from start-up to exit, against `ninja` on as many targets that are up to date.
 *
 * `deno task bench` runs it after `overhead.ts`; `deno run -A bench/batch.ts [rounds] [largest]`.
 * @module
 */
import { runInstances } from "../mod.ts";
import { bareLoop, makeBenchFolder, measure, median, printTable, spawnDeno, spawnProgram } from "./harness.ts";

const [rounds = 5, largest = 100_000] = Deno.args.map(Number);
const instances = 200;
const width = 2;
const compared = 10_000;
const folder = makeBenchFolder();
Deno.mkdirSync(`${folder}/flows`);
Deno.copyFileSync(new URL("./flows/trivial.ts", import.meta.url), `${folder}/flows/trivial.ts`);
Deno.chdir(folder);
try {
  await coldBatch();
  await freshBatches();
} finally {
  Deno.chdir("/");
  await Deno.remove(folder, { recursive: true });
}

async function coldBatch(): Promise<void> {
  const rows = Array.from({ length: instances }, (_, n) => ({ n }));
  const batch = (runsDir: string) => runInstances("trivial", rows, { instance: "i{n}", runsDir, concurrency: width });
  await batch("warm-up");
  const [bare, batches]: number[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    bare.push(await measure(() => bareLoop(folder, `bare-${round}`, { count: instances, width })));
    batches.push(await measure(() => batch(`runs-${round}`)));
  }
  const ratios = batches.map((time, i) => time / bare[i]);
  printTable(`${instances} instances, ${width} at a time, ${rounds} rounds`, [
    ["bare loop of deno run", `${median(bare).toFixed(0)} ms`, "1.00"],
    ["runInstances, all recorded", `${median(batches).toFixed(0)} ms`, median(ratios).toFixed(2)],
  ]);
}

/** Everything in processes of its own, start-up and all. */
async function freshBatches(): Promise<void> {
  const rows: string[][] = [];
  const ninja = await timesOf(await ninjaTargets(compared));
  const floor = ninja ? median(ninja) : undefined;
  if (floor) rows.push([`ninja, ${compared} targets up to date`, `${floor.toFixed(0)} ms`, "1.00", ""]);
  for (const count of [1000, 10_000, 100_000].filter((count) => count <= largest)) {
    const runsDir = `fresh-${count}`;
    await spawnDeno(["run", "-A", script("make_instances.ts"), String(count), runsDir], folder);
    await waitUntilSettled();
    // The first look reads what was written too shortly before, and remembers that it may trust it.
    const first = await measure(() => noop(count, runsDir));
    const peaks: number[] = [];
    const times: number[] = [];
    for (let i = 0; i < rounds * 2; i++) {
      times.push(await measure(async () => void peaks.push(await noop(count, runsDir))));
    }
    const ratioOf = (times: number[]) => floor && count === compared ? (median(times) / floor).toFixed(2) : "";
    const memory = `${median(peaks).toFixed(0)} MB`;
    rows.push([`${count} instances, all fresh`, `${median(times).toFixed(0)} ms`, ratioOf(times), memory]);
    rows.push([`${count} instances, first look after the run`, `${first.toFixed(0)} ms`, "", ""]);
    if (count !== compared) continue;
    const least: number[] = [];
    for (let i = 0; i < rounds * 2; i++) {
      least.push(await measure(() => spawnDeno(["run", "-A", script("floor.ts"), String(count), runsDir], folder)));
    }
    rows.push([`a script that asks for as many files`, `${median(least).toFixed(0)} ms`, ratioOf(least), ""]);
    const changed: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const row = String(100 * (i + 1));
      changed.push(await measure(() => noop(count, runsDir, [row], count - 1)));
      await noop(count, runsDir, [], count - 1);
    }
    rows.push([`${count} instances, one row changed`, `${median(changed).toFixed(0)} ms`, "", ""]);
    rows.push(["one instance that runs, in a process of its own", `${await oneAlone(runsDir)} ms`, "", ""]);
  }
  printTable("All fresh, whole processes", rows, ["what", "median", "ratio to ninja", "peak memory"]);
}

/** A batch of one row that must run, beyond the start of Deno and the import: what one row more should cost. */
async function oneAlone(runsDir: string): Promise<string> {
  const [alone, fresh]: number[][] = [[], []];
  for (let i = 0; i < rounds; i++) {
    alone.push(await measure(() => noop(1, `${runsDir}-alone-${i}`, [], 0)));
    fresh.push(await measure(() => noop(1, `${runsDir}-alone-${i}`)));
  }
  return (median(alone) - median(fresh)).toFixed(0);
}

/** Runs the batch in a process; gives the most memory it had, in MB. */
async function noop(count: number, runsDir: string, more: string[] = [], expected = count): Promise<number> {
  const said = await spawnDeno(["run", "-A", script("noop.ts"), String(count), runsDir, ...more], folder);
  const { fresh, peakMB } = JSON.parse(said);
  if (fresh !== expected) throw new Error(`Only ${fresh} of ${count} instances are fresh`);
  return peakMB;
}

function script(name: string): string {
  return new URL(`./scripts/${name}`, import.meta.url).pathname;
}

/** A file that changed in the last second is not trusted by its times. */
async function waitUntilSettled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2500));
}

/** A folder with targets that each copy one file and depend on a common one, built once; undefined without ninja. */
async function ninjaTargets(count: number): Promise<string | undefined> {
  const dir = `${folder}/ninja`;
  Deno.mkdirSync(`${dir}/in`, { recursive: true });
  const lines = ["rule copy", "  command = cp $in $out"];
  for (let i = 0; i < count; i++) {
    Deno.writeTextFileSync(`${dir}/in/${i}.json`, `{"n":${i}}`);
    lines.push(`build out/${i}.json: copy in/${i}.json | step.ts`);
  }
  Deno.writeTextFileSync(`${dir}/step.ts`, "");
  Deno.writeTextFileSync(`${dir}/build.ninja`, `${lines.join("\n")}\n`);
  return await spawnProgram("ninja", ["-C", dir]) ? dir : undefined;
}

async function timesOf(dir: string | undefined): Promise<number[] | undefined> {
  if (dir === undefined) {
    console.log("No ninja on the PATH: nothing to compare with");
    return undefined;
  }
  const times: number[] = [];
  for (let i = 0; i < rounds * 2; i++) times.push(await measure(() => spawnProgram("ninja", ["-C", dir])));
  return times;
}
