/**
 * How much lies in a runs folder, by kind.
 * @module
 */
import { entriesOf } from "../../base/maybe_file.ts";
import type { RunStatus } from "../../base/record.ts";
import { join, resolve } from "../../deps/path.ts";
import { checkStep } from "../../step/get_run.ts";
import { findLeftovers, trashDir } from "./leftovers.ts";
import { type FolderSize, folderSize, readInventory } from "./run_inventory.ts";
import { moduleFolders, unusedBuilds, writtenModules } from "./unused_builds.ts";

/** Something of which there may be much. */
export interface Stock extends FolderSize {
  /** How many runs, builds or files. */
  count: number;
}

/** What lies in a runs folder. */
export interface RunsStock {
  /** The last run of each instance. */
  runs: Stock;
  /** How many of them stand how. */
  statuses: Partial<Record<RunStatus, number>>;
  /** Earlier runs. */
  history: Stock;
  /** Builds of flows, and modules of the toolkit. */
  builds: Stock;
  /** Those that nothing needs, if they are older than an hour. */
  unusedBuilds: Stock;
  /** Logs of runs, empty ones too. */
  live: Stock;
  /** Logs and locks of instances that are no more. */
  stale: Stock;
  /** What interrupted cleanings left. */
  trash: Stock;
  /** Entries that are left alone. */
  left: { path: string; why: string }[];
}

/** Measures a runs folder, runs and earlier runs of these steps only; this looks at every file in it. */
export function measureRuns(runsDir: string, steps?: string[]): RunsStock {
  for (const step of steps ?? []) checkStep(step, { runsDir });
  const inventory = readInventory(resolve(runsDir));
  const isWanted = ({ step }: { step: string }) => steps?.includes(step) ?? true;
  const runs = inventory.runs.filter(isWanted);
  const histories = inventory.histories.filter(({ paths }) => isWanted(paths));
  const ownDir = join(inventory.runsDir, ".ductaflow");
  const leftovers = findLeftovers(inventory);
  const statuses: RunsStock["statuses"] = {};
  for (const { status } of runs) statuses[status] = (statuses[status] ?? 0) + 1;
  const history = histories.flatMap(({ paths, names }) => names.map((name) => join(paths.history, name)));
  return {
    runs: sum(runs.map(({ paths }) => folderSize(paths.dir))),
    statuses,
    history: sum(history.map(folderSize)),
    builds: sum([join(ownDir, "build"), ...moduleFolders(inventory.runsDir)].flatMap(sizesIn)),
    unusedBuilds: sum([...unusedBuilds(inventory), ...writtenModules(inventory)]),
    live: sum(entriesOf(join(ownDir, "live")).flatMap(({ name }) => sizesIn(join(ownDir, "live", name)))),
    stale: sum(leftovers.filter(({ kind }) => kind !== "trash")),
    trash: sum(sizesIn(trashDir(inventory.runsDir))),
    left: inventory.left,
  };
}

function sizesIn(folder: string): FolderSize[] {
  return entriesOf(folder).map(({ name }) => folderSize(join(folder, name)));
}

function sum(sizes: FolderSize[]): Stock {
  const files = sizes.reduce((total, size) => total + size.files, 0);
  return { count: sizes.length, files, bytes: sizes.reduce((total, size) => total + size.bytes, 0) };
}
