/**
 * Housekeeping in a runs folder: a plan of what would go and why, and its execution.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { Duration } from "../base/duration.ts";
import type { RunStatus } from "../base/record.ts";

/**
 * What may go. A run goes only when **all** of `status`, `olderThan`, `keep` and `maxBytes` that are given agree; without
 * any of them no run goes. `history` and `builds` stand for themselves.
 */
export interface CleanOptions {
  /** The folder of all runs. Default `"runs"`. */
  runsDir?: string;
  /** Only runs and earlier runs of these steps. Default: all. */
  steps?: string[];
  /** Only runs of these statuses. */
  status?: RunStatus[];
  /** Only runs that ended longer ago than this. */
  olderThan?: Duration;
  /** So many of the newest runs of each step stay; with `status`, of those that have such a status. */
  keep?: number;
  /**
   * Oldest first, until runs and earlier runs take no more than this: bytes, or text such as `"10GB"`. Earlier runs go
   * before runs, unless `history` says how many stay.
   */
  maxBytes?: number | string;
  /** So many earlier runs of each instance stay, also when the instance itself goes. Default: all, and none of those. */
  history?: number;
  /** Also builds of flows that no record refers to, and modules of the toolkit, if they are older than an hour. */
  builds?: boolean;
  /** Also runs that a run which stays refers to in its config, or whose files it has read. */
  withUsed?: boolean;
}

/** What would go, and what would not. Plain data: it can be shown, kept, and carried out by `clean`. */
export interface CleaningPlan {
  /** Absolute path of the runs folder. */
  runsDir: string;
  /** What goes, in this order. */
  items: CleaningItem[];
  /** Runs that the criteria chose, but that stay. */
  kept: { name: string; why: string }[];
  /** What is in the runs folder and is left alone, because the toolkit did not make it or it cannot be read. */
  left: { path: string; why: string }[];
  /** The bytes of all items. */
  bytes: number;
}

/**
 * Something that goes: a run, an earlier run, a build, the log or lock of an instance that is no more, what an earlier
 * cleaning left behind when it was interrupted.
 */
export interface CleaningItem {
  /** What it is. */
  kind: "run" | "history" | "build" | "live" | "lock" | "trash";
  /** `step/instance`, `step/instance@run`, or a file name. */
  name: string;
  /** Absolute path. */
  path: string;
  /** For runs, earlier runs, logs and locks: the step. */
  step?: string;
  /** For runs and earlier runs: the instance. */
  instance?: string;
  /** For runs: the id; when another run stands there by the time of cleaning, it stays. */
  id?: string;
  /** How many files. */
  files: number;
  /** Their size. */
  bytes: number;
  /** Why it goes. */
  reason: string;
  /** With `withUsed`: the runs that stay and have read it or refer to it. */
  usedBy?: string[];
}

/** What `clean` did. */
export interface Cleaning {
  /** What is gone. */
  removed: CleaningItem[];
  /** What is still there, and why; `failed` when that is an error. */
  skipped: { item: CleaningItem; why: string; failed: boolean }[];
  /** The bytes of all that is gone. */
  bytes: number;
}

/**
 * Plans what to remove from a runs folder; nothing is changed. Stays in any case: a run that somebody is running, a run
 * that a kept one has read or refers to (unless `withUsed`), whatever is no run or stands behind a link. Logs and locks of instances
 * that are no more, and what an interrupted cleaning left, are part of every plan.
 *
 * @throws {DuctaflowError} `run-not-found` for an unknown step, `bad-size`, `bad-duration`, `linked-folder`
 *
 * @example
 * ```ts
 * import { planCleaning } from "./clean.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const plan = await planCleaning({ runsDir: "/no/runs/here", olderThan: "30d", keep: 20 });
 * assertEquals(plan.items, []);
 * ```
 */
export async function planCleaning(options: CleanOptions = {}): Promise<CleaningPlan> {
  // What hardly any conductor asks for is loaded by the one that does.
  const { makePlan } = await onDemand<typeof import("./cleaning/make_plan.ts")>("lib/batch/cleaning/make_plan.ts");
  return makePlan(options);
}

/**
 * Carries out a plan. Each run is moved aside in one step before it is deleted, so that an interrupted cleaning leaves
 * every run whole or gone. What has changed since the plan was made stays: a run that somebody is running, or that ran
 * again.
 *
 * @throws {DuctaflowError} `locked` while somebody else cleans the same folder
 *
 * @example
 * ```ts
 * import { clean, planCleaning } from "./clean.ts";
 *
 * /** Removes failed runs that are older than a week, and says how much that was. *\/
 * async function dropOldFailures(): Promise<string> {
 *   const plan = await planCleaning({ status: ["failed"], olderThan: "7d" });
 *   const { removed, bytes } = await clean(plan);
 *   return `${removed.length} folders, ${bytes} bytes`;
 * }
 * ```
 */
export async function clean(plan: CleaningPlan): Promise<Cleaning> {
  const { removeItems } = await onDemand<typeof import("./cleaning/removal.ts")>("lib/batch/cleaning/removal.ts");
  return await removeItems(plan);
}
