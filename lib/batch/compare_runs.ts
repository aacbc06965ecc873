/**
 * Two runs side by side: what was asked, what code ran, what came out.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { CheckRecord, InputRecord, RunStatus } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import type { PermissionDifference } from "./comparison/compare_access.ts";
import type { ArtifactDifference } from "./comparison/compare_artifacts.ts";
import type { CodeComparison } from "./comparison/compare_code.ts";
import type { ConfigDifference } from "./comparison/compare_config.ts";
import type { Difference, NumberDifference } from "./comparison/difference.ts";

/** Two runs side by side. Every list also holds what is equal. */
export interface RunComparison {
  /** Whether nothing differs. When the runs took place and how long they took does not count. */
  same: boolean;
  /** The earlier run, or the first one named. */
  before: ComparedRun;
  /** The later run, or the second one named. */
  after: ComparedRun;
  /** How the runs stand. */
  status: Difference<RunStatus>;
  /** What was asked, by key. */
  config: ConfigDifference[];
  /** The numbers that the flows reported. */
  metrics: NumberDifference[];
  /** The answers that the flows reported. */
  checks: Difference<CheckRecord>[];
  /** The files that were left. */
  artifacts: ArtifactDifference[];
  /** What was read, by path. */
  inputs: Difference<InputRecord>[];
  /** The code that ran. */
  code: CodeComparison;
  /** What was granted, used and denied, by kind. */
  permissions: PermissionDifference[];
  /** Versions, machine, commit. */
  environment: Difference<string>[];
  /** Milliseconds: the whole run under `total`, then the cells. */
  durations: NumberDifference[];
}

/** One of two runs that are compared. */
export interface ComparedRun {
  /** The name of the step. */
  step: string;
  /** The name of the instance. */
  instance: string;
  /** The id of the run. */
  id: string;
  /** How it stands. */
  status: RunStatus;
  /** The same as a sentence. */
  statusText: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Milliseconds. */
  durationMs: number;
  /** Absolute path of its folder. */
  dir: string;
}

/**
 * Compares two runs: of two instances, or of one instance at two times (see `getEarlierRuns`). Texts of flows and of
 * small files are compared line by line where both are still known. Reads only; a file that is gone or was changed
 * since is compared by what the records say.
 *
 * @param before the earlier run, or the one to compare with
 * @param after the later run
 *
 * @example
 * ```ts
 * import { getRun } from "../step/get_run.ts";
 * import { compareRuns } from "./compare_runs.ts";
 *
 * /** The metrics in which two instances differ, as lines. *\/
 * async function differingMetrics(step: string, a: string, b: string): Promise<string[]> {
 *   const { metrics } = await compareRuns(await getRun(step, a), await getRun(step, b));
 *   return metrics.filter(({ change }) => change !== "equal")
 *     .map(({ name, before, after, ratio }) => `${name}: ${before} → ${after} (×${ratio?.toFixed(2)})`);
 * }
 * ```
 */
export async function compareRuns(before: Run, after: Run): Promise<RunComparison> {
  // What hardly any conductor asks for is loaded by the one that does.
  const { makeComparison } = await onDemand<typeof import("./comparison/make_comparison.ts")>(
    "lib/batch/comparison/make_comparison.ts",
  );
  return await makeComparison(before, after);
}
