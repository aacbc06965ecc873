/**
 * A workflow removed as a whole.
 * @module
 */
import { acquireLock } from "../base/lock.ts";
import type { DeleteOptions, Deletion } from "./get_flow.ts";
import { versionNumbers } from "./publish/version.ts";
import { removeEmptyStep } from "./run/remove_instance.ts";
import { contentOf, removeRun, stepsOfRun } from "./run/remove_runs.ts";
import { removeObjects } from "./saved/remove_objects.ts";
import { type FoundObject, type SavedObject, savedObjects } from "./saved/saved_objects.ts";
import { readSettings } from "./settings.ts";
import { ticketIds } from "./ticket.ts";
import { publishedPaths, workflowNames, type WorkflowPaths, workflowPaths } from "./workflow_paths.ts";

/** `deleteFlow`. */
export async function removeWorkflow(name: string, options: DeleteOptions): Promise<Deletion> {
  const paths = publishedPaths(name, options);
  const objects = savedObjects(paths, options.objects);
  const deletion = { ...planDeletion(paths), objects: objects.map(outline) };
  if (options.dryRun) return deletion;
  const lock = await acquireLock(paths.lock, `delete ${name}`);
  try {
    // First what may fail, and what the records of the saves are needed for.
    await removeObjects(paths, objects);
    // Nothing becomes due any more, whatever happens from here on.
    Deno.removeSync(paths.declared);
    const steps = ticketIds(paths).flatMap((id) => stepsOfRun(paths, id).map(({ step }) => step));
    for (const id of ticketIds(paths)) await removeRun(paths, id);
    await Deno.remove(paths.dir, { recursive: true });
    for (const step of new Set([name, ...steps])) removeEmptyStep(paths.runsDir, step);
  } finally {
    lock.release();
  }
  return deletion;
}

function outline({ name, modes, runs, shared, goes }: FoundObject): SavedObject {
  return { name, modes, runs, shared, goes };
}

function planDeletion(paths: WorkflowPaths): Omit<Deletion, "objects"> {
  const runs = ticketIds(paths);
  const followers = workflowNames(paths).filter((name) => {
    const { schedule } = readSettings(workflowPaths(name, paths)).effective;
    return schedule && "after" in schedule && schedule.after === paths.name;
  });
  const folders = [...runs.flatMap((id) => contentOf(paths, id).folders), paths.dir];
  return { name: paths.name, runs, versions: versionNumbers(paths), folders, followers };
}
