/**
 * What instances that are no more have left in the toolkit's own folder, and what an interrupted cleaning has.
 * @module
 */
import { isLocked } from "../../base/lock.ts";
import { entriesOf, exists } from "../../base/maybe_file.ts";
import { nameProblem } from "../../base/names.ts";
import { join } from "../../deps/path.ts";
import { instancePaths, refuseLink } from "../../step/instance_paths.ts";
import type { CleaningItem } from "../clean.ts";
import { folderSize, type Inventory } from "./run_inventory.ts";

/** Where runs are moved before they are deleted. */
export function trashDir(runsDir: string): string {
  return join(runsDir, ".ductaflow", "trash");
}

/** Nothing is removed through a link: not in the toolkit's own folder either. */
export function refuseLinkedOwnFolder(runsDir: string): void {
  for (const path of [join(runsDir, ".ductaflow"), trashDir(runsDir)]) refuseLink(path);
}

/** Logs and locks without an instance, and the trash. */
export function findLeftovers({ runsDir }: Inventory): CleaningItem[] {
  const trash = entriesOf(trashDir(runsDir)).map(({ name }) =>
    itemAt("trash", name, join(trashDir(runsDir), name), "left by a cleaning that was interrupted")
  );
  return [...trash, ...staleLogs(runsDir), ...staleLocks(runsDir)];
}

const liveFile = /^(.+)\.(?:(?:events|audit)\.ndjson|running\.json)$/;

/** Whether a path ends as the files of a run that goes on do. */
export function isLiveFile(path: string): boolean {
  return liveFile.test(path);
}

function staleLogs(runsDir: string): CleaningItem[] {
  return filesByStep(join(runsDir, ".ductaflow", "live")).flatMap(({ step, name, path }) => {
    const instance = liveFile.exec(name)?.[1];
    if (instance === undefined || nameProblem(instance) !== undefined) return [];
    const { dir, lock } = instancePaths(runsDir, step, instance);
    return exists(dir) || isLocked(lock) ? [] : itemAt("live", `${step}/${name}`, path, "its instance is no more");
  });
}

/** Lock files have lower-case names, whatever the case of the instance. */
function staleLocks(runsDir: string): CleaningItem[] {
  const files = filesByStep(join(runsDir, ".ductaflow", "locks")).filter(({ name }) => name.endsWith(".lock"));
  if (files.length === 0) return [];
  const existing = new Set<string>();
  for (const step of entriesOf(runsDir)) {
    if (step.name.startsWith(".") || step.isFile) continue;
    for (const { name } of entriesOf(join(runsDir, step.name))) existing.add(`${step.name}/${name}.lock`.toLowerCase());
  }
  return files.flatMap(({ step, name, path }) =>
    existing.has(`${step}/${name}`) || isLocked(path)
      ? []
      : itemAt("lock", `${step}/${name}`, path, "its instance is no more")
  );
}

/** The files in the folders of steps; links are passed over. */
function filesByStep(folder: string): { step: string; name: string; path: string }[] {
  if (exists(folder) && Deno.lstatSync(folder).isSymlink) return [];
  const steps = entriesOf(folder).filter(({ name, isDirectory }) => isDirectory && nameProblem(name) === undefined);
  return steps.flatMap(({ name: step }) =>
    entriesOf(join(folder, step)).filter(({ isFile }) => isFile)
      .map(({ name }) => ({ step, name, path: join(folder, step, name) }))
  );
}

function itemAt(kind: CleaningItem["kind"], name: string, path: string, reason: string): CleaningItem {
  return { kind, name, path, ...folderSize(path), reason };
}
