/**
 * Reads runs and writes their collation.
 * @module
 */
import {
  type BulkCounts,
  type BulkRun,
  type BulkSummary,
  bulkSummarySchema,
  bulkSummaryText,
} from "../../base/bulk_summary.ts";
import { writeFileAtomic } from "../../base/atomic_file.ts";
import { explainDiskError } from "../../base/disk_error.ts";
import { DuctaflowError, messageOf } from "../../base/error.ts";
import { version } from "../../base/version.ts";
import { join } from "../../deps/path.ts";
import { configColumns } from "../../report/config_columns.ts";
import { renderCollation } from "../../report/render_collation.ts";
import { readBulkRun } from "./bulk_run.ts";
import { checkPlace } from "./check_place.ts";
import { readThumbnails, usualPictures } from "./thumbnails.ts";

import type { RunStatus } from "../../base/record.ts";
import type { Run } from "../../step/run.ts";
import type { CollateOptions, Collation } from "../collate.ts";

const defaultBudget = 20_000_000;

/** Writes the collation of runs to an absolute path; the options are known to make sense. */
export async function makeCollation(runs: Run[], options: CollateOptions & { dir: string }): Promise<Collation> {
  const { dir } = options;
  checkPlace(dir, options.overwrite ?? false);
  const entries = runs.map((run) => readBulkRun(run, dir));
  const summary = summarize(entries, options.title);
  const names = pictureNames(entries, options.thumbnails);
  const budget = options.thumbnailBudget ?? defaultBudget;
  const thumbnails = readThumbnails(runs, entries, { dir, names, budget });
  const page = await renderCollation(summary, thumbnails, names);
  const [indexPath, summaryPath] = [join(dir, "index.html"), join(dir, "bulk_summary.json")];
  try {
    Deno.mkdirSync(dir, { recursive: true });
    writeFileAtomic(summaryPath, bulkSummaryText(summary));
    writeFileAtomic(indexPath, page);
  } catch (error) {
    throw explainWriteError(error, dir);
  }
  return { dir, indexPath, summaryPath, counts: summary.counts };
}

function pictureNames(entries: BulkRun[], thumbnails: CollateOptions["thumbnails"]): string[] {
  if (thumbnails === undefined) return usualPictures(entries);
  if (thumbnails === false) return [];
  return typeof thumbnails === "string" ? [thumbnails] : thumbnails;
}

function summarize(runs: BulkRun[], title: string | undefined): BulkSummary {
  const steps = [...new Set(runs.map(({ step }) => step))];
  return {
    schema: bulkSummarySchema,
    toolkit: version,
    title: title ?? (steps.length === 0 ? "No runs" : `Runs of ${steps.join(", ")}`),
    madeAt: new Date().toISOString(),
    counts: countRuns(runs),
    durationMs: runs.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
    steps,
    columns: configColumns(runs),
    runs,
  };
}

function countRuns(runs: BulkRun[]): BulkCounts {
  const status: Record<RunStatus, number> = {
    "running": 0,
    "succeeded": 0,
    "warned": 0,
    "failed": 0,
    "timed-out": 0,
    "cancelled": 0,
    "interrupted": 0,
  };
  for (const run of runs) status[run.status] = (status[run.status] ?? 0) + 1;
  return { total: runs.length, cached: runs.filter(({ cached }) => cached).length, status };
}

function explainWriteError(error: unknown, dir: string): unknown {
  if (!(error instanceof Deno.errors.NotCapable)) return explainDiskError(error, `write the collation to "${dir}"`);
  return new DuctaflowError(`Cannot write the collation to "${dir}": the conductor may not (${messageOf(error)})`, {
    code: "conductor-permission",
    hint: `Run it with --allow-write=${dir} as well`,
    cause: error,
  });
}
