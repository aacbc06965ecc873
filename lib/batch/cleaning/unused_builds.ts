/**
 * What was written to be run and is not needed any more: builds of flows that no run refers to, and modules of the
 * toolkit itself.
 * @module
 */
import { entriesOf, maybeLstat } from "../../base/maybe_file.ts";
import { join } from "../../deps/path.ts";
import { maybeBuiltFlow } from "../../step/build.ts";
import type { CleaningItem } from "../clean.ts";
import { folderSize, type Inventory, maybeEarlierRun } from "./run_inventory.ts";

/** Milliseconds: a younger build may belong to a run that is about to start. */
const safeAge = 3_600_000;

/** The builds whose flow no run and no earlier run was made from. A build can be made again at any time. */
export function unusedBuilds(inventory: Inventory): CleaningItem[] {
  const buildDir = join(inventory.runsDir, ".ductaflow", "build");
  const folders = entriesOf(buildDir).filter(({ name, isDirectory }) => isDirectory && /-[0-9a-f]{16}$/.test(name));
  if (folders.length === 0) return [];
  const used = flowsInUse(inventory);
  return folders.map(({ name }) => ({ name, path: join(buildDir, name) }))
    .filter(({ path }) => !used.has(flowOf(path)) && Date.now() - newestTime(path) > safeAge)
    .map(({ name, path }) => ({ kind: "build", name, path, ...folderSize(path), reason: "no run was made from it" }));
}

/**
 * Modules that a toolkit in one file wrote for its child processes. It writes those it needs again, and a process has
 * loaded its module long before it is an hour old; so what is left is mostly of earlier versions.
 */
export function writtenModules({ runsDir }: Inventory): CleaningItem[] {
  return moduleFolders(runsDir).flatMap((folder) =>
    entriesOf(folder).filter(({ name, isFile }) => isFile && /^[0-9a-f]{16}\.js$/.test(name))
      .map(({ name }) => ({ name, path: join(folder, name) }))
      .filter(({ path }) => Date.now() - timeOf(path) > safeAge)
      .map(({ name, path }): CleaningItem => (
        { kind: "build", name, path, ...folderSize(path), reason: "written again when it is needed" }
      ))
  );
}

/** Where a toolkit in one file puts modules. */
export function moduleFolders(runsDir: string): string[] {
  const ownDir = join(runsDir, ".ductaflow");
  return [join(ownDir, "modules"), join(ownDir, "ops", "modules")];
}

function flowsInUse({ runs, histories }: Inventory): Set<string> {
  const used = new Set(runs.map(({ flow }) => flow));
  for (const { paths, names } of histories) {
    for (const name of names) used.add(maybeEarlierRun(paths, name)?.flow ?? "");
  }
  return used;
}

function flowOf(folder: string): string {
  const flow = maybeBuiltFlow(folder)?.flow;
  return flow ? `${flow.url} ${flow.hash}` : `none of ${folder}`;
}

function newestTime(folder: string): number {
  return Math.max(timeOf(folder), ...entriesOf(folder).map(({ name }) => timeOf(join(folder, name))));
}

/** Of what is gone meanwhile, there is nothing to be removed. */
function timeOf(path: string): number {
  return Number(maybeLstat(path)?.mtime ?? Infinity);
}
