// %% [markdown]
// # When do flights run late?
//
// An ordinary Deno script: it takes a table of scenarios, runs two flows for every row and a third one over all results,
// copies what the clients get into their folders and makes one page over everything. Run it with `deno task demo`, or
// open it as a notebook. `docs/guide-batch.md` goes through the same step by step.

// %%
import { type BatchEvent, collate, deliver, readTable, type Row, type Run } from "./mod.ts";
import { runInstances, runStepFlow, StepFailedError } from "./mod.ts";

// %% [markdown]
// ## The control table
//
// One row a scenario: three regions, four parts of the day, two bands of distance. The first two columns say for whom.

// %% Control table
const started = performance.now();
const rows = await readTable("scenarios.csv");
const nameOf = ({ region, period, band }: Row) => `${region}_${period}_${band}`;
const rowOf = new Map(rows.map((row) => [nameOf(row), row]));

// %% [markdown]
// ## Run
//
// Every row becomes a folder `runs/{step}/{instance}/` with config, notebook, report and outputs; as many run at a time
// as there are cores. What would come out the same as last time is not run again. A row that fails does not stop the
// others, and only rows that were prepared are modelled.

// %% Both steps for every row
/** One line for every instance that ran. */
function progress(event: BatchEvent) {
  if (event.t === "batch") console.error(`${event.step}: ${event.total} rows, ${event.fresh} fresh`);
  if (event.t === "ended") console.error(`  ${event.instance}: ${event.statusText} (${seconds(event.durationMs)} s)`);
}

function number(value: number | undefined, digits = 0): string {
  return value === undefined ? "–" : value.toFixed(digits);
}

function seconds(ms: number): string {
  return number(ms / 1000, 1);
}

const prepared = await runInstances("prepare_flights", rows, {
  instance: nameOf,
  // For whom it is stays out of the config: a client's new name is no reason to run anything again.
  config: ({ region, period, minMiles, maxMiles }) => ({ region, period, minMiles, maxMiles }),
  progress,
});
const ready = rows.filter((row) => prepared.succeeded.some((run) => run.instance === nameOf(row)));
const modelled = await runInstances("delay_model", ready, {
  instance: nameOf,
  // The flow needs no more than the source; the rest is there to sort and filter by on the page over all runs.
  config: (row) => ({ source: nameOf(row), region: row.region, period: row.period, band: row.band }),
  progress,
});

// %% The index over all of them
const index = modelled.succeeded.length > 0
  ? await runStepFlow("flights_index", "all", { sourceInstances: modelled.succeeded }).catch(failedRun)
  : undefined;

/** The run of a step that failed; what was not even run has none. */
function failedRun(error: unknown): Run {
  if (!(error instanceof StepFailedError)) throw error;
  console.error(error.message);
  return error.run;
}

// %% [markdown]
// ## Hand over
//
// Reports, tables and charts go to the clients' folders, each with a manifest of what was delivered from which run. A
// second delivery of the same run changes nothing. The collation is one page over all models, with their charts side by
// side.

// %%
const deliveries = await deliver(modelled.succeeded, "delivery/{client_group}/{project}/{instance}", {
  values: ({ instance }) => rowOf.get(instance) ?? {},
  include: ["*.csv", "*.svg"],
  report: true,
});
const { indexPath } = await collate(modelled.runs, {
  dir: "runs/collated",
  title: "When do flights run late?",
  thumbnails: ["delay.svg", "late_by_hour.svg"],
});

// %% [markdown]
// ## What came out

// %% Summary
const runs = [...prepared.runs, ...modelled.runs, ...index ? [index] : []];
const lines = rows.map(nameOf).map((instance) => {
  const done = runs.filter((run) => run.instance === instance);
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
    seconds(done.reduce((sum, run) => sum + run.durationMs, 0)),
  ];
});
printTable([["instance", "flights", "median min", "mean min", "late %", "AUC", "status", "", "seconds"], ...lines]);

console.log();
for (const { step, instance, checks } of runs) {
  for (const { name, message } of checks.filter((check) => !check.ok)) {
    console.log(`${step}/${instance}: "${name}" does not hold. ${message ?? ""}`);
  }
}
const failures = [...prepared.failed, ...modelled.failed];
for (const { instance, status } of failures) console.log(`${instance} ${status}`);

const copied = deliveries.filter((delivery) => delivery.status !== "unchanged").length;
console.log(`
${runs.length} runs in ${seconds(performance.now() - started)} s, ${
  runs.filter((run) => run.cached).length
} of them fresh
${deliveries.length} delivered, ${copied} of them new or changed

Findings    ${index?.reportPath ?? "none"}
All runs    ${indexPath}
One run     runs/delay_model/west_evening_short/report.html
Clients     delivery/{client_group}/{project}/{instance}/`);

if (failures.length > 0 || index?.status === "failed") Deno.exitCode = 1;

function printTable(lines: string[][]) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const [first, ...others] of lines) {
    console.log([first.padEnd(widths[0]), ...others.map((cell, i) => cell.padStart(widths[i + 1]))].join("  "));
  }
}
