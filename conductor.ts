// %% [markdown]
// # When do flights run late?
//
// An ordinary Deno script: it builds a table of scenarios, runs two flows for every row and a third one over all results.
// Run it with `deno task demo`, or open it as a notebook.

// %%
import { getAllInstances, type Run, runStepFlow, StepFailedError } from "./mod.ts";

// %% [markdown]
// ## The control table
//
// One row a scenario: four parts of the day times two bands of distance.

// %% Control table
const periods = ["morning", "midday", "afternoon", "evening"];
const bands = [
  { band: "short", minMiles: 0, maxMiles: 500 },
  { band: "long", minMiles: 500, maxMiles: 3000 },
];
const rows = periods.flatMap((period) =>
  bands.map(({ band, ...miles }) => ({ instance: `${period}_${band}`, period, ...miles }))
);

// %% [markdown]
// ## Run
//
// Every call leaves a folder `runs/{step}/{instance}/` with config, notebook, report and outputs. A run that would come
// out the same as last time is not run again. One that fails does not stop the others.

// %% Run all rows, two at a time
const started = performance.now();
const runs: Run[] = [];
let failed = false;

/** Runs one flow and keeps its run, failed or not; tells whether it succeeded. */
async function step(flow: string, instance: string, config: Record<string, unknown>): Promise<boolean> {
  try {
    const run = await runStepFlow(`flows/${flow}.ts`, instance, config);
    runs.push(run);
    console.error(`${run.cached ? "fresh" : "ran"}  ${run.step}/${run.instance}`);
    return true;
  } catch (error) {
    failed = true;
    if (error instanceof StepFailedError) runs.push(error.run);
    else console.error(`${flow}/${instance} was not run:`);
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

async function worker(queue: Iterable<typeof rows[number]>) {
  for (const { instance, ...slice } of queue) {
    const prepared = await step("prepare_flights", instance, slice);
    if (prepared) await step("delay_model", instance, { source: instance });
  }
}

const queue = rows.values(); // both workers take from the same queue
await Promise.all([worker(queue), worker(queue)]);

// %% The index over all of them
const sourceInstances = await getAllInstances("delay_model");
if (sourceInstances.length > 0) await step("flights_index", "all", { sourceInstances });

// %% [markdown]
// ## What came out

// %% Summary
const find = (step: string, instance: string) => runs.find((run) => run.step === step && run.instance === instance);
const number = (value: number | undefined, digits = 0) => value === undefined ? "–" : value.toFixed(digits);

const lines = rows.map(({ instance }) => {
  const done = [find("prepare_flights", instance), find("delay_model", instance)].filter((run) => run !== undefined);
  const { flights, median_delay, mean_delay, share_late, auc } = done.at(-1)?.metrics ?? {};
  return [
    instance,
    number(flights),
    number(median_delay, 1),
    number(mean_delay, 1),
    number(share_late, 1),
    number(auc, 2),
    done.at(-1)?.status ?? "not run",
    done.some((run) => !run.cached) ? "ran" : done.length > 0 ? "fresh" : "",
    number(done.reduce((sum, run) => sum + run.durationMs, 0) / 1000, 1),
  ];
});
printTable([["instance", "flights", "median min", "mean min", "late %", "AUC", "status", "", "seconds"], ...lines]);

console.log();
for (const { step, instance, checks } of runs) {
  for (const { name, message } of checks.filter((check) => !check.ok)) {
    console.log(`${step}/${instance}: "${name}" does not hold. ${message ?? ""}`);
  }
}

const seconds = number((performance.now() - started) / 1000, 1);
const index = find("flights_index", "all");
console.log(`
${runs.length} runs in ${seconds} s, ${runs.filter((run) => run.cached).length} of them fresh
Index    ${index?.dir}/index.html
Report   ${index?.reportPath}
Singles  runs/delay_model/*/report.html`);

if (failed) Deno.exitCode = 1;

function printTable(lines: string[][]) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const [first, ...others] of lines) {
    console.log([first.padEnd(widths[0]), ...others.map((cell, i) => cell.padStart(widths[i + 1]))].join("  "));
  }
}
