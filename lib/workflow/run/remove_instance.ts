/**
 * An instance removed with all that is kept of it anywhere: its folder and its earlier runs, and what the toolkit's own
 * folder has about them, which would grow for ever otherwise.
 * @module
 */
import { writeFileAtomic } from "../../base/atomic_file.ts";
import { acquireLock, removeHeldLock } from "../../base/lock.ts";
import { entriesOf, exists, removeIfThere } from "../../base/maybe_file.ts";
import { dirname, join } from "../../deps/path.ts";
import { type InstancePaths, instancePaths, refuseLinks } from "../../step/instance_paths.ts";
import { readSeals } from "../../step/seals.ts";

/** Removes an instance that does not run; throws an error of code `locked` when it does. */
export async function removeInstance(paths: InstancePaths): Promise<void> {
  refuseLinks(paths);
  const lock = await acquireLock(paths.lock, `${paths.step}/${paths.instance}`, { wait: false });
  try {
    for (const path of [paths.events, paths.audit, paths.running]) removeIfThere(path);
    for (const folder of [paths.history, paths.dir]) if (exists(folder)) await Deno.remove(folder, { recursive: true });
    removeHeldLock(paths.lock);
  } finally {
    lock.release();
  }
  await forgetSeal(paths);
}

/** The journal of the step without the instance. */
async function forgetSeal({ seals, step, instance }: InstancePaths): Promise<void> {
  if (!readSeals(seals).get(instance)) return;
  const lock = await acquireLock(`${seals}.lock`, `The journal of ${step}`);
  try {
    const left = [...readSeals(seals).all()].filter((seal) => seal.instance !== instance);
    if (left.length > 0) writeFileAtomic(seals, left.map((seal) => `\n${JSON.stringify(seal)}`).join(""));
    else {
      Deno.removeSync(seals);
      removeHeldLock(`${seals}.lock`);
    }
  } finally {
    lock.release();
  }
}

/** Removes what is left of a step that has no runs any more: empty folders, and the type that its results had. */
export function removeEmptyStep(runsDir: string, step: string): void {
  const { dir, history, lock, events, ownDir } = instancePaths(runsDir, step, "any");
  if (entriesOf(dirname(dir)).length > 0) return;
  removeIfThere(join(ownDir, "types", `${step}.json`));
  for (const folder of [dir, history, lock, events].map(dirname)) {
    if (exists(folder) && entriesOf(folder).length === 0) Deno.removeSync(folder);
  }
}
