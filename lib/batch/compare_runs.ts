/**
 * Two runs side by side: what was asked, what code ran, what came out.
 * @module
 */
import type { CheckRecord, RunRecord, RunStatus } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import { compareInputs, comparePermissions, type PermissionDifference } from "./compare_access.ts";
import { type ArtifactDifference, compareArtifacts } from "./compare_artifacts.ts";
import { type CodeComparison, compareCode, isCodeDifferent } from "./compare_code.ts";
import { compareConfigs, type ConfigDifference } from "./compare_config.ts";
import {
  compareMaps,
  compareValues,
  type Difference,
  isDifferent,
  type NumberDifference,
  withRatio,
} from "./difference.ts";
import type { InputRecord } from "../base/record.ts";

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
  const [a, b] = [before.record, after.record];
  const compared = {
    status: compareValues("status", before.status, after.status),
    config: compareConfigs(before, after),
    metrics: compareMetrics(a, b),
    checks: compareChecks(a, b),
    artifacts: await compareArtifacts(before, after),
    inputs: compareInputs(before, after),
    permissions: comparePermissions(before, after),
    environment: compareMaps(environmentOf(a), environmentOf(b)),
  };
  const code = await compareCode(before, after);
  const same = !isCodeDifferent(code) && !Object.values(compared).flat().some(isDifferent);
  return { same, before: side(before), after: side(after), ...compared, code, durations: compareDurations(a, b) };
}

function side({ step, instance, status, dir, record }: Run): ComparedRun {
  const { id, statusText, startedAt, durationMs } = record;
  return { step, instance, id, status, statusText, startedAt, durationMs, dir };
}

function compareMetrics(before: RunRecord, after: RunRecord): NumberDifference[] {
  const values = ({ metrics }: RunRecord) => new Map(metrics.map(({ name, value }) => [name, value]));
  const units = new Map([...before.metrics, ...after.metrics].map(({ name, unit }) => [name, unit]));
  return compareMaps(values(before), values(after), Object.is).map((item) => withRatio(item, units.get(item.name)));
}

function compareChecks(before: RunRecord, after: RunRecord): Difference<CheckRecord>[] {
  const byName = ({ checks }: RunRecord) => new Map(checks.map((check) => [check.name, check]));
  return compareMaps(byName(before), byName(after), (a, b) => a.ok === b.ok && a.severity === b.severity);
}

function environmentOf({ environment, git, toolkit }: RunRecord): Map<string, string> {
  const { deno, v8, typescript, os, arch, cores, timeZone } = environment ?? {};
  const all = { deno, v8, typescript, os, arch, cores, timeZone, toolkit, branch: git?.branch, commit: git?.commit };
  return new Map(Object.entries(all).filter(([, value]) => value !== undefined).map(([name, v]) => [name, String(v)]));
}

function compareDurations(before: RunRecord, after: RunRecord): NumberDifference[] {
  return compareMaps(durationsOf(before), durationsOf(after), Object.is).map((item) => withRatio(item, "ms"));
}

function durationsOf({ durationMs, cells }: RunRecord): Map<string, number> {
  const ran = cells.filter((cell) => cell.durationMs !== undefined);
  return new Map([
    ["total", durationMs],
    ...ran.map(({ index, title, durationMs }): [string, number] => [
      `cell ${index + 1}${title ? ` "${title}"` : ""}`,
      durationMs!,
    ]),
  ]);
}
