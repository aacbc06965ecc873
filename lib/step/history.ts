/**
 * Earlier runs of an instance: moved aside as they are, the oldest removed.
 * @module
 */
import { join } from "../deps/path.ts";
import { entriesOf, exists } from "../base/maybe_file.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { maybeRecord } from "./record_file.ts";

/** Moves the run folder into history and keeps the `keep` newest earlier runs. */
export function moveToHistory(paths: InstancePaths, keep: number): void {
  if (keep <= 0) {
    Deno.removeSync(paths.dir, { recursive: true });
  } else {
    Deno.mkdirSync(paths.history, { recursive: true });
    Deno.renameSync(paths.dir, join(paths.history, freeName(paths)));
  }
  prune(paths, keep);
}

/** Names of earlier runs, oldest first; each is the run's id. */
export function historyOf(paths: InstancePaths): string[] {
  return entriesOf(paths.history).filter((entry) => entry.isDirectory).map((entry) => entry.name).sort();
}

function prune(paths: InstancePaths, keep: number): void {
  const names = historyOf(paths);
  for (const name of names.slice(0, Math.max(0, names.length - keep))) {
    // Removing never follows links.
    Deno.removeSync(join(paths.history, name), { recursive: true });
  }
}

function freeName(paths: InstancePaths): string {
  const id = recordedId(paths) ?? new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "");
  for (let i = 0;; i++) {
    const name = i === 0 ? id : `${id}-${i}`;
    if (!exists(join(paths.history, name))) return name;
  }
}

function recordedId(paths: InstancePaths): string | undefined {
  const id = maybeRecord(paths)?.id;
  return id && /^[\w-]+$/.test(id) ? id : undefined;
}
