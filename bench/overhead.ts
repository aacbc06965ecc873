/**
 * What recording costs: instances of a trivial four-cell flow against a bare loop that spawns `deno run` on the same
 * cells as a plain script; one instance that is fresh; and the import of `mod.ts`. Everything in one run, as ratios.
 *
 * `deno task bench [instances] [rounds]` — rounds are interleaved, medians are printed.
 * @module
 */
import { runStepFlow } from "../mod.ts";
import { bareLoop, inParallel, makeBenchFolder, measure, median, printTable, spawnDeno } from "./harness.ts";

const [instances = 200, rounds = 5] = Deno.args.map(Number);
const width = 2;
const folder = makeBenchFolder();
const cells = await Deno.readTextFile(new URL("./flows/trivial.ts", import.meta.url));
await Deno.mkdir(`${folder}/flows`);
await Deno.writeTextFile(`${folder}/flows/trivial.ts`, cells);
Deno.chdir(folder);

const bare: number[] = [];
const recorded: number[] = [];
const fresh: number[] = [];
try {
  await bareLoop(folder, "warm-up", { count: width, width });
  await recordedLoop("warm-up", width);
  for (let round = 0; round < rounds; round++) {
    const pair = [
      () => bareLoop(folder, `bare-${round}`, { count: instances, width }),
      () => recordedLoop(`runs-${round}`, instances),
    ];
    const [first, second] = round % 2 === 0 ? [0, 1] : [1, 0];
    const times: number[] = [];
    times[first] = await measure(pair[first]);
    times[second] = await measure(pair[second]);
    bare.push(times[0]);
    recorded.push(times[1]);
    fresh.push(await measure(() => runStepFlow("trivial", "i0", { n: 0 }, { runsDir: `runs-${round}` })));
  }
  const ratios = recorded.map((time, i) => time / bare[i]);
  printTable(`${instances} instances, ${width} at a time, ${rounds} rounds`, [
    ["bare loop of deno run", `${median(bare).toFixed(0)} ms`, "1.00"],
    ["runStepFlow, all recorded", `${median(recorded).toFixed(0)} ms`, median(ratios).toFixed(2)],
    ["more per instance", `${((median(recorded) - median(bare)) / instances).toFixed(2)} ms`, ""],
    ["one fresh instance, warm conductor", `${median(fresh).toFixed(2)} ms`, ""],
    ["import of mod.ts over an empty script", `${(await importCost()).toFixed(1)} ms`, ""],
  ]);
} finally {
  Deno.chdir("/");
  await Deno.remove(folder, { recursive: true });
}

async function recordedLoop(runsDir: string, count: number): Promise<void> {
  await inParallel(width, count, async (i) => {
    await runStepFlow("trivial", `i${i}`, { n: i }, { runsDir });
  });
}

/** Milliseconds that importing the toolkit adds to the start of a script. */
async function importCost(): Promise<number> {
  await Deno.writeTextFile(`${folder}/empty.ts`, "");
  await Deno.writeTextFile(`${folder}/import.ts`, `import ${JSON.stringify(import.meta.resolve("../mod.ts"))};\n`);
  const times: Record<string, number[]> = { empty: [], import: [] };
  for (let i = 0; i < 21; i++) {
    for (const name of ["empty", "import"]) {
      times[name].push(await measure(() => spawnDeno(["run", "--quiet", "--no-lock", `${folder}/${name}.ts`], folder)));
    }
  }
  return median(times.import) - median(times.empty);
}
