/**
 * One page and one data file over many runs.
 * @module
 */
import {
  type BulkCounts,
  type BulkRun,
  type BulkSummary,
  bulkSummarySchema,
  bulkSummaryText,
} from "../base/bulk_summary.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { DuctaflowError, messageOf } from "../base/error.ts";
import { version } from "../base/version.ts";
import { fromFileUrl, join, resolve } from "../deps/path.ts";
import { configColumns } from "../report/config_columns.ts";
import { readBulkRun } from "./bulk_run.ts";
import { readThumbnails, usualPictures } from "./thumbnails.ts";

import type { RunStatus } from "../base/record.ts";
import type { Run } from "../step/run.ts";

/** Where a collation goes and what it shows. */
export interface CollateOptions {
  /** The folder to write to, a path or a `file:` URL; it is made if need be. Files of an earlier collation are replaced. */
  dir: string | URL;
  /** The heading of the page. Default: the names of the steps. */
  title?: string;
  /**
   * Pictures to show side by side: names of artifacts or patterns such as `"plots/*.png"`, or `false` for none. Default:
   * the first two picture names that at least half of the runs with pictures have.
   */
  thumbnails?: string | string[] | false;
  /** How many bytes the pictures may add to the page; those after that are linked. Default 20 million. */
  thumbnailBudget?: number;
}

/** What `collate` wrote. */
export interface Collation {
  /** Absolute path of the folder. */
  dir: string;
  /** Absolute path of `index.html`. */
  indexPath: string;
  /** Absolute path of `bulk_summary.json`. */
  summaryPath: string;
  /** How many runs are in it, how many of them were reused, and how many have each status. */
  counts: BulkCounts;
}

const defaultBudget = 20_000_000;

/**
 * Writes one page over many runs, `index.html`, and the same as data, `bulk_summary.json` (described by
 * `docs/bulk-summary.schema.json`). The page is one file that loads nothing: a table to sort and filter with the config
 * columns that differ, metrics, checks, durations and links to the reports; pictures side by side; a timeline.
 *
 * Runs are shown in the order given and as their folders stand now; one whose folder is gone is listed with what is
 * known of it.
 *
 * @throws {TypeError} for options that mean nothing
 *
 * @example
 * ```ts
 * import { collate } from "./collate.ts";
 * import { getAllInstances } from "../step/get_run.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * const runs = await getAllInstances("delay_model", { runsDir: "/no/runs/here", status: "all" });
 * const { indexPath, counts } = await collate(runs, { dir, title: "Delays by zone", thumbnails: "delay.png" });
 * assertEquals(counts.total, 0);
 * assertEquals(indexPath, `${dir}/index.html`);
 * ```
 */
export async function collate(runs: Run[], options: CollateOptions): Promise<Collation> {
  checkOptions(runs, options);
  const dir = folderOf(options.dir);
  const entries = runs.map((run) => readBulkRun(run, dir));
  const summary = summarize(entries, options.title);
  const names = pictureNames(entries, options.thumbnails);
  const budget = options.thumbnailBudget ?? defaultBudget;
  const thumbnails = readThumbnails(runs, entries, { dir, names, budget });
  const { renderCollation } = await import("../report/render_collation.ts");
  const page = await renderCollation(summary, thumbnails);
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

function checkOptions(runs: unknown, { dir, title, thumbnails, thumbnailBudget }: CollateOptions): void {
  if (!Array.isArray(runs)) throw new TypeError(`collate() takes a list of runs, got "${runs}"`);
  if (!(dir instanceof URL) && (typeof dir !== "string" || dir.trim() === "")) {
    throw new TypeError(`The option dir is "${dir}", accepted is the path of a folder`);
  }
  if (title !== undefined && typeof title !== "string") {
    throw new TypeError(`The option title is "${title}", accepted is text`);
  }
  const names = typeof thumbnails === "string" ? [thumbnails] : thumbnails || [];
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string" && name !== "")) {
    throw new TypeError(`The option thumbnails is "${thumbnails}", accepted is a name, a list of names, or false`);
  }
  if (thumbnailBudget !== undefined && !(thumbnailBudget >= 0)) {
    throw new RangeError(`The option thumbnailBudget is "${thumbnailBudget}", accepted is a number of bytes from 0`);
  }
}

function folderOf(dir: string | URL): string {
  return dir instanceof URL || dir.startsWith("file:") ? fromFileUrl(dir) : resolve(dir);
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
