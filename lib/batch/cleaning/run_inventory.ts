/**
 * What lies in a runs folder: runs with what they depend on, earlier runs, and what is not the toolkit's.
 * @module
 */
import { isDuctaflowError } from "../../base/error.ts";
import { isLocked } from "../../base/lock.ts";
import { entriesOf, exists } from "../../base/maybe_file.ts";
import { nameProblem } from "../../base/names.ts";
import type { RunRecord, RunStatus } from "../../base/record.ts";
import { join, resolve } from "../../deps/path.ts";
import { maybeConfig } from "../../step/config_file.ts";
import { earlierPaths, historyOf } from "../../step/history.ts";
import { type InstancePaths, instancePaths } from "../../step/instance_paths.ts";
import { maybeRecord } from "../../step/record_file.ts";
import { runsReferredTo } from "../../step/references.ts";

/** One run on disk, as far as it matters for cleaning. */
export interface KnownRun {
  step: string;
  instance: string;
  paths: InstancePaths;
  id: string;
  status: RunStatus;
  /** When it ended, or started if it never did; milliseconds. */
  time: number;
  /** The runs whose files it read or that its config refers to, as `step/instance`. */
  uses: string[];
  /** URL and hash of its flow. */
  flow: string;
}

/** Something in the runs folder that is left alone. */
export interface LeftEntry {
  /** Absolute path. */
  path: string;
  /** Why, as a phrase such as `it is a link`. */
  why: string;
}

/** What lies in a runs folder. */
export interface Inventory {
  runsDir: string;
  runs: KnownRun[];
  /** Instances that have earlier runs, be there a last one or not. */
  histories: { paths: InstancePaths; names: string[] }[];
  left: LeftEntry[];
}

/** How much is in a folder. */
export interface FolderSize {
  files: number;
  bytes: number;
}

/** Looks through a runs folder. Links are not followed; what is not understood is left. */
export function readInventory(runsDir: string): Inventory {
  const inventory: Inventory = { runsDir: resolve(runsDir), runs: [], histories: [], left: [] };
  for (const step of ownFolders(inventory.runsDir, inventory.left)) {
    for (const instance of ownFolders(join(inventory.runsDir, step), inventory.left)) {
      const paths = instancePaths(inventory.runsDir, step, instance);
      const record = maybeReadable(paths, inventory.left);
      if (record) inventory.runs.push(knownRun(paths, record));
    }
  }
  const history = join(inventory.runsDir, ".ductaflow", "history");
  for (const step of ownFolders(history, inventory.left)) {
    for (const instance of ownFolders(join(history, step), inventory.left)) {
      const paths = instancePaths(inventory.runsDir, step, instance);
      inventory.histories.push({ paths, names: historyOf(paths) });
    }
  }
  return inventory;
}

/** An earlier run, by its name in the history; undefined when it has no record that can be read. */
export function maybeEarlierRun(paths: InstancePaths, name: string): KnownRun | undefined {
  const places = earlierPaths(paths, name);
  const record = maybeReadable(places, []);
  return record && knownRun(places, record);
}

/** The size of all files below a folder; links count as they are. */
export function folderSize(path: string): FolderSize {
  const size = { files: 0, bytes: 0 };
  const add = (path: string, isDirectory: boolean) => {
    if (isDirectory) {
      for (const entry of entriesOf(path)) add(join(path, entry.name), entry.isDirectory);
    } else if (exists(path)) {
      size.files++;
      size.bytes += Deno.lstatSync(path).size;
    }
  };
  add(path, exists(path) && Deno.lstatSync(path).isDirectory);
  return size;
}

/** Names of folders that may be steps or instances, sorted; others and links are noted as left. */
function ownFolders(path: string, left: LeftEntry[]): string[] {
  if (exists(path) && Deno.lstatSync(path).isSymlink && path.includes(".ductaflow")) {
    left.push({ path, why: "it is a link" });
    return [];
  }
  const names: string[] = [];
  for (const { name, isDirectory, isSymlink } of entriesOf(path)) {
    // The toolkit's own things start with a dot.
    if (name.startsWith(".")) continue;
    if (isSymlink) left.push({ path: join(path, name), why: "it is a link" });
    else if (!isDirectory) continue;
    else if (nameProblem(name) === undefined) names.push(name);
    else left.push({ path: join(path, name), why: "it is no step or run" });
  }
  return names.sort();
}

function maybeReadable(paths: InstancePaths, left: LeftEntry[]): RunRecord | undefined {
  try {
    const record = maybeRecord(paths);
    if (!record) left.push({ path: paths.dir, why: "it has no run.json that can be read" });
    return record;
  } catch (error) {
    if (!isDuctaflowError(error, "newer-schema")) throw error;
    left.push({ path: paths.dir, why: "a newer version of the toolkit wrote it" });
    return undefined;
  }
}

function knownRun(paths: InstancePaths, record: RunRecord): KnownRun {
  const { id, startedAt, endedAt, inputs, flow } = record;
  const status = record.status === "running" && !isLocked(paths.lock) ? "interrupted" : record.status;
  const read = inputs.flatMap(({ from }) => from ? `${from.step}/${from.instance}` : []);
  const uses = new Set([...read, ...runsReferredTo(maybeConfig(paths.config) ?? null)]);
  const { step, instance } = paths;
  const time = Date.parse(endedAt ?? startedAt) || 0;
  return { step, instance, paths, id, status, time, uses: [...uses], flow: `${flow.url} ${flow.hash}` };
}
