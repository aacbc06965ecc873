/**
 * One page and one data file over many runs. What makes them is loaded on the first call.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { fromFileUrl, resolve } from "../deps/path.ts";

import type { BulkCounts } from "../base/bulk_summary.ts";
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
  /** Replaces an `index.html` or a `bulk_summary.json` that is none of an earlier collation; it is lost. */
  overwrite?: boolean;
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

/**
 * Writes one page over many runs, `index.html`, and the same as data, `bulk_summary.json` (described by
 * `docs/bulk-summary.schema.json`). The page is one file that loads nothing: a table to sort and filter with the config
 * columns that differ, metrics, checks, durations and links to the reports; pictures side by side; a timeline.
 *
 * Runs are shown in the order given and as their folders stand now; one whose folder is gone is listed with what is
 * known of it.
 *
 * @throws {TypeError} for options that mean nothing
 * @throws {DuctaflowError} of code `collation-refused` when the folder holds such files of somebody else (unless
 * `overwrite`), or is that of a run; `conductor-permission`, `no-space`, `read-only`
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
  const { makeCollation } = await onDemand<typeof import("./collation/make_collation.ts")>(
    "lib/batch/collation/make_collation.ts",
  );
  return await makeCollation(runs, { ...options, dir: folderOf(options.dir) });
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
