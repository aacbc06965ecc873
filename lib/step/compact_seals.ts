/**
 * Keeps the journal of a step short.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { acquireLock } from "../base/lock.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { isSuperseded, readSeals } from "./seals.ts";

/**
 * Rewrites a journal of which half or more is superseded. A line that another process appends meanwhile may be lost,
 * which is harmless: that run is found by its record.
 */
export async function compactSeals(paths: Pick<InstancePaths, "seals" | "step">): Promise<void> {
  if (!isSuperseded(paths.seals)) return;
  const lock = await acquireLock(`${paths.seals}.lock`, `The journal of ${paths.step}`);
  try {
    const seals = [...readSeals(paths.seals).all()];
    writeFileAtomic(paths.seals, seals.map((seal) => `\n${JSON.stringify(seal)}`).join(""));
  } finally {
    lock.release();
  }
}
