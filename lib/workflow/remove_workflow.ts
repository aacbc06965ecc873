/**
 * A workflow removed as a whole.
 * @module
 */
import { acquireLock } from "../base/lock.ts";
import { exists } from "../base/maybe_file.ts";
import { dirname, join } from "../deps/path.ts";
import type { Deletion } from "./get_flow.ts";
import { versionNumbers } from "./publish/version.ts";
import { contentOf, removeRun } from "./run/remove_runs.ts";
import { readSettings } from "./settings.ts";
import { ticketIds } from "./ticket.ts";
import {
  publishedPaths,
  workflowNames,
  type WorkflowPaths,
  workflowPaths,
  type WorkflowPlace,
} from "./workflow_paths.ts";

/** `deleteFlow`. */
export async function removeWorkflow(name: string, options: { dryRun?: boolean } & WorkflowPlace): Promise<Deletion> {
  const paths = publishedPaths(name, options);
  const deletion = planDeletion(paths);
  if (options.dryRun) return deletion;
  const lock = await acquireLock(paths.lock, `delete ${name}`);
  try {
    // Nothing becomes due any more, whatever happens from here on.
    Deno.removeSync(paths.declared);
    for (const id of ticketIds(paths)) await removeRun(paths, id);
    await Deno.remove(paths.dir, { recursive: true });
    // The folders of its steps, where nothing else is in them.
    const steps = deletion.folders.filter((folder) => folder !== paths.dir).map(dirname);
    for (const step of new Set([join(paths.runsDir, name), ...steps])) {
      if (exists(step) && [...Deno.readDirSync(step)].length === 0) Deno.removeSync(step);
    }
  } finally {
    lock.release();
  }
  return deletion;
}

function planDeletion(paths: WorkflowPaths): Deletion {
  const runs = ticketIds(paths);
  const followers = workflowNames(paths).filter((name) => {
    const { schedule } = readSettings(workflowPaths(name, paths)).effective;
    return schedule && "after" in schedule && schedule.after === paths.name;
  });
  const folders = [...runs.flatMap((id) => contentOf(paths, id).folders), paths.dir];
  return { name: paths.name, runs, versions: versionNumbers(paths), folders, followers };
}
