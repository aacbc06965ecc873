/**
 * Builds of flows that no run refers to any more.
 * @module
 */
import { entriesOf } from "../../base/maybe_file.ts";
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
  const times = entriesOf(folder).map(({ name }) => Number(Deno.lstatSync(join(folder, name)).mtime));
  return Math.max(Number(Deno.lstatSync(folder).mtime), ...times);
}
