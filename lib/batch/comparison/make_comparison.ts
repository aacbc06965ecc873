/**
 * How two runs are put side by side.
 * @module
 */
import type { CheckRecord, RunRecord } from "../../base/record.ts";
import type { Run } from "../../step/run.ts";
import { compareInputs, comparePermissions } from "./compare_access.ts";
import { compareArtifacts } from "./compare_artifacts.ts";
import { compareCode, isCodeDifferent } from "./compare_code.ts";
import { compareConfigs } from "./compare_config.ts";
import type { ComparedRun, RunComparison } from "../compare_runs.ts";
import {
  compareMaps,
  compareValues,
  type Difference,
  isDifferent,
  type NumberDifference,
  withRatio,
} from "./difference.ts";

/** Puts two runs side by side. */
export async function makeComparison(before: Run, after: Run): Promise<RunComparison> {
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
