/**
 * Runs that are on disk.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { join, resolve } from "../deps/path.ts";
import { DuctaflowError } from "../base/error.ts";
import { entriesOf } from "../base/maybe_file.ts";
import { isLocked } from "../base/lock.ts";
import { nameProblem } from "../base/names.ts";
import { nearest } from "../base/nearest.ts";
import type { RunStatus } from "../base/record.ts";
import { instancePaths } from "./instance_paths.ts";
import { earlierPaths, historyOf } from "./history.ts";
import { maybeRecord } from "./record_file.ts";
import { makeRun, type Run } from "./run.ts";
import { storedRun } from "./stored_run.ts";
import { stepDefaults } from "./step_options.ts";

/** Where and which runs to look for. */
export interface GetRunOptions {
  /** The folder of all runs. Default `"runs"`. */
  runsDir?: string;
}

/** Which runs to list. */
export interface GetAllOptions extends GetRunOptions {
  /** The wanted statuses, or `"all"`. Default: succeeded and warned. */
  status?: RunStatus[] | "all";
}

/**
 * The last run of an instance. A run that says running while nobody holds its lock is `interrupted`, with the outputs
 * up to that point.
 *
 * @throws {DuctaflowError} of code `run-not-found`, with the nearest instance
 *
 * @example
 * ```ts
 * import { getRun } from "./get_run.ts";
 * import { isDuctaflowError } from "../base/error.ts";
 * import { assert } from "../deps/assert.ts";
 *
 * const error = await getRun("delay_model", "nowhere", { runsDir: "/no/runs/here" }).catch((error) => error);
 * assert(isDuctaflowError(error, "run-not-found"));
 * ```
 */
export async function getRun(step: string, instance: string, options: GetRunOptions = {}): Promise<Run> {
  const run = await maybeRun(step, instance, options);
  if (run) return run;
  const names = instanceNames(step, options);
  const meant = nearest(instance, names);
  const runsDir = options.runsDir ?? stepDefaults.runsDir;
  throw new DuctaflowError(`There is no run "${step}/${instance}" in "${resolve(runsDir)}"`, {
    code: "run-not-found",
    hint: meant ? `Did you mean "${meant}"?` : instancesText(names) ?? stepsText(stepNames(options)),
  });
}

/**
 * All runs of a step, by name. Those that succeeded unless other statuses are asked for.
 *
 * @example
 * ```ts
 * import { getAllInstances } from "./get_run.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(await getAllInstances("delay_model", { runsDir: "/no/runs/here", status: "all" }), []);
 * ```
 */
export async function getAllInstances(step: string, options: GetAllOptions = {}): Promise<Run[]> {
  const wanted = options.status ?? ["succeeded", "warned"];
  const runs: Run[] = [];
  for (const instance of instanceNames(step, options)) {
    const run = await maybeRun(step, instance, { ...options, many: true });
    if (run && (wanted === "all" || wanted.includes(run.status))) runs.push(run);
  }
  return runs;
}

/**
 * The runs of an instance before its last one, the newest first, as far as they were kept (see the option `keep` of
 * `runStepFlow`). The paths of such a run lead into its own folder.
 *
 * @example
 * ```ts
 * import { getEarlierRuns } from "./get_run.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * assertEquals(await getEarlierRuns("delay_model", "am", { runsDir: "/no/runs/here" }), []);
 * ```
 */
// deno-lint-ignore require-await
export async function getEarlierRuns(step: string, instance: string, options: GetRunOptions = {}): Promise<Run[]> {
  const paths = instancePaths(options.runsDir ?? stepDefaults.runsDir, step, instance);
  return historyOf(paths).reverse().flatMap((name) => {
    const places = earlierPaths(paths, name);
    const record = maybeRecord(places);
    return record ? makeRun(places, { status: record.status, cached: false, reasons: [], record: () => record }) : [];
  });
}

/** Names of all steps that ever ran, sorted. A folder without folders, such as that of a collated page, is none. */
export function stepNames(options: GetRunOptions = {}): string[] {
  const runsDir = resolve(options.runsDir ?? stepDefaults.runsDir);
  return folders(runsDir).filter((name) => folders(join(runsDir, name)).length > 0);
}

/** Names of all instances of a step, sorted. */
export function instanceNames(step: string, options: GetRunOptions = {}): string[] {
  return nameProblem(step) === undefined ? folders(resolve(options.runsDir ?? stepDefaults.runsDir, step)) : [];
}

/** Refuses a step that never ran, naming the nearest one that did. */
export function checkStep(step: string, options: GetRunOptions = {}): string {
  const known = stepNames(options);
  if (known.includes(step)) return step;
  const meant = nearest(step, known);
  throw new DuctaflowError(`There is no step "${step}" in "${resolve(options.runsDir ?? stepDefaults.runsDir)}"`, {
    code: "run-not-found",
    hint: meant ? `Did you mean "${meant}"?` : stepsText(known),
  });
}

function instancesText(names: string[]): string | undefined {
  if (names.length === 0) return undefined;
  return names.length === 1
    ? `The step has 1 instance, "${names[0]}"`
    : `The step has ${names.length} instances, such as "${names[0]}"`;
}

function stepsText(names: string[]): string {
  return `Steps here: ${names.join(", ") || "none yet"}`;
}

/** `many` leaves the record on disk. */
async function maybeRun(
  step: string,
  instance: string,
  { many, ...options }: GetRunOptions & { many?: boolean },
): Promise<Run | undefined> {
  const paths = instancePaths(options.runsDir ?? stepDefaults.runsDir, step, instance);
  const found = maybeRecord(paths);
  if (!found) return undefined;
  // It may have ended between the two looks.
  const isOver = found.status === "running" && !isLocked(paths.lock);
  const record = isOver ? maybeRecord(paths) ?? found : found;
  const { id, status } = record;
  if (isOver && status === "running") {
    const { takeDownInterrupted } = await onDemand<typeof import("./interrupted.ts")>("lib/step/interrupted.ts");
    const interrupted = await takeDownInterrupted(paths, record);
    return makeRun(paths, { status: interrupted.status, cached: false, reasons: [], record: () => interrupted });
  }
  if (many && status !== "running") {
    return storedRun({ runsDir: paths.runsDir, step }, instance, { status, id, cached: false });
  }
  return makeRun(paths, { status, cached: false, reasons: [], record: () => record });
}

function folders(path: string): string[] {
  const names = entriesOf(path).filter((entry) => entry.isDirectory).map((entry) => entry.name);
  return names.filter((name) => nameProblem(name) === undefined).sort();
}
