/**
 * Earlier runs of an instance: moved aside as they are, the oldest removed.
 * @module
 */
import { basename, dirname, join } from "../deps/path.ts";
import { entriesOf, exists } from "../base/maybe_file.ts";
import { type InstancePaths, instancePaths } from "./instance_paths.ts";

/** Moves the run folder into history, named after the run's id if that is known, and keeps the `keep` newest earlier runs. */
export function moveToHistory(paths: InstancePaths, keep: number, id?: string): void {
  if (keep <= 0) {
    Deno.removeSync(paths.dir, { recursive: true });
  } else {
    Deno.mkdirSync(paths.history, { recursive: true });
    Deno.renameSync(paths.dir, join(paths.history, freeName(paths, id)));
  }
  prune(paths, keep);
}

/** Names of earlier runs, oldest first; each is the run's id. */
export function historyOf(paths: InstancePaths): string[] {
  return entriesOf(paths.history).filter((entry) => entry.isDirectory).map((entry) => entry.name).sort();
}

/** The paths of an earlier run, by its name in the history: its documents lie there, all else is that of the instance. */
export function earlierPaths(paths: InstancePaths, name: string): InstancePaths {
  const dir = join(paths.history, name);
  const below = (path: string) => join(dir, basename(path));
  return {
    ...paths,
    dir,
    config: below(paths.config),
    notebook: below(paths.notebook),
    report: below(paths.report),
    record: below(paths.record),
  };
}

/** The paths of the instance that a run is of, be it the last run of it or an earlier one. */
export function pathsOfRun({ step, instance, dir }: { step: string; instance: string; dir: string }): InstancePaths {
  const home = dirname(dir);
  const isEarlier = home.endsWith(join("/.ductaflow", "history", step, instance));
  const runsDir = isEarlier ? join(home, "..", "..", "..", "..") : dirname(home);
  return instancePaths(runsDir, step, instance);
}

function prune(paths: InstancePaths, keep: number): void {
  const names = historyOf(paths);
  for (const name of names.slice(0, Math.max(0, names.length - keep))) {
    // Removing never follows links.
    Deno.removeSync(join(paths.history, name), { recursive: true });
  }
}

function freeName(paths: InstancePaths, id = ""): string {
  const wanted = /^[\w-]+$/.test(id) ? id : new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "");
  for (let i = 0;; i++) {
    const name = i === 0 ? wanted : `${wanted}-${i}`;
    if (!exists(join(paths.history, name))) return name;
  }
}
