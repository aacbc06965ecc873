/**
 * One run as an entry of a collation, read from its folder.
 * @module
 */
import { isJsonObject } from "../../base/json.ts";
import { exists, maybeText } from "../../base/maybe_file.ts";
import { join, relative } from "../../deps/path.ts";
import { configFromParameters } from "../../report/config_table.ts";
import { pathLink } from "../../report/links.ts";
import { maybeConfig } from "../../step/config_file.ts";
import { parseRecord } from "../../step/record_file.ts";

import type { BulkRun } from "../../base/bulk_summary.ts";
import type { RunRecord } from "../../base/record.ts";
import type { Run } from "../../step/run.ts";

/** The entry of a run in a collation that is written to `dir`. */
export function readBulkRun(run: Run, dir: string): BulkRun {
  const config = maybeConfig(join(run.dir, "config.json"));
  const { record, note = isJsonObject(config) ? undefined : "Its config.json is missing or damaged" } = findRecord(run);
  return {
    step: run.step,
    instance: run.instance,
    ...record && { id: record.id },
    status: record?.status ?? run.status,
    ...record && { statusText: record.statusText },
    cached: run.cached,
    ...record && times(record),
    config: isJsonObject(config) ? config : configFromParameters(record?.parameters ?? []),
    defaults: defaultsOf(record),
    metrics: metricsOf(record),
    checks: (record?.checks ?? []).map(({ cell: _, ...check }) => check),
    artifacts: (record?.artifacts ?? []).map(({ name, type, size, hash }) => ({ name, type, size, hash })),
    ...exists(run.reportPath) && { report: linkTo(run.reportPath, dir) },
    ...note !== undefined && { note },
  };
}

/** The address of a file, seen from a page in `dir`. */
export function linkTo(path: string, dir: string): string {
  return pathLink(relative(dir, path).replaceAll("\\", "/"));
}

/**
 * The record in the folder rather than the one that the run would keep in memory from then on. Only a run whose record
 * is gone, or says running although it ended, is asked itself.
 */
function findRecord(run: Run): { record?: RunRecord; note?: string } {
  const path = join(run.dir, "run.json");
  const text = maybeText(path);
  const record = text === undefined ? undefined : parseRecord(text, path);
  if (record && (record.status !== "running" || run.status === "running")) return { record };
  if (record) return { record: maybeOwnRecord(run) ?? record };
  const note = exists(run.dir) ? "Its record is missing or damaged" : "Its folder is gone";
  return { record: maybeOwnRecord(run), note };
}

function maybeOwnRecord(run: Run): RunRecord | undefined {
  try {
    return run.record;
  } catch {
    // It would have been read from the folder, too.
    return undefined;
  }
}

function times({ startedAt, endedAt, durationMs }: RunRecord): Pick<BulkRun, "startedAt" | "endedAt" | "durationMs"> {
  return { startedAt, ...endedAt === undefined ? {} : { endedAt }, durationMs };
}

function defaultsOf(record: RunRecord | undefined): BulkRun["defaults"] {
  const left = (record?.parameters ?? []).filter(({ source }) => source === "default");
  return Object.fromEntries(left.map(({ name, value }) => [name, value]));
}

function metricsOf(record: RunRecord | undefined): BulkRun["metrics"] {
  const entries = (record?.metrics ?? []).map(({ name, value, unit }) =>
    [name, unit === undefined ? { value } : { value, unit }] as const
  );
  return Object.fromEntries(entries);
}
