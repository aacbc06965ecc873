/**
 * Where everything of an instance lies.
 * @module
 */
import { maybeLstat } from "../base/maybe_file.ts";
import { checkName } from "../base/names.ts";
import { DuctaflowError } from "../base/error.ts";
import { dirname, join, resolve } from "../deps/path.ts";

/** The files in a run folder that the toolkit owns; a flow can read them but not write them. */
export const ownedFile = {
  config: "config.json",
  notebook: "flow.ipynb",
  report: "report.html",
  record: "run.json",
} as const;

/** Their names. */
export const ownedFiles = Object.values(ownedFile);

/** Absolute paths of one instance. */
export interface InstancePaths {
  step: string;
  instance: string;
  runsDir: string;
  /** The run folder, `runs/{step}/{instance}`. */
  dir: string;
  config: string;
  notebook: string;
  report: string;
  record: string;
  /** The toolkit's own folder, `runs/.ductaflow`, which no flow may touch. */
  ownDir: string;
  buildDir: string;
  lock: string;
  events: string;
  audit: string;
  /** The record of the run that goes on, under its second name. */
  running: string;
  /** The folder of earlier runs of this instance. */
  history: string;
  /** The journal of what each instance of the step was made from. */
  seals: string;
}

/** The paths of an instance; checks both names. */
export function instancePaths(runsDir: string, step: string, instance: string): InstancePaths {
  checkName("step", step);
  checkName("instance", instance);
  const runs = resolve(runsDir);
  const ownDir = join(runs, ".ductaflow");
  const dir = join(runs, step, instance);
  return {
    step,
    instance,
    runsDir: runs,
    dir,
    config: join(dir, ownedFile.config),
    notebook: join(dir, ownedFile.notebook),
    report: join(dir, ownedFile.report),
    record: join(dir, ownedFile.record),
    ownDir,
    buildDir: join(ownDir, "build"),
    // Names that differ only in case share one lock: on many systems they would share the folder as well.
    lock: join(ownDir, "locks", step.toLowerCase(), `${instance.toLowerCase()}.lock`),
    events: join(ownDir, "live", step, `${instance}.events.ndjson`),
    audit: join(ownDir, "live", step, `${instance}.audit.ndjson`),
    running: join(ownDir, "live", step, `${instance}.running.json`),
    history: join(ownDir, "history", step, instance),
    seals: join(ownDir, "seals", `${step}.ndjson`),
  };
}

/** Refuses run folders that are links, so that nothing is ever written or removed elsewhere through one. */
export function refuseLinks(paths: InstancePaths): void {
  for (const path of [dirname(paths.dir), paths.dir, paths.ownDir]) refuseLink(path);
  if (refuseLink(dirname(paths.history))) refuseLink(paths.history);
}

/** Refuses a path that is a link; tells whether anything is there. */
export function refuseLink(path: string): boolean {
  const info = maybeLstat(path);
  if (!info?.isSymlink) return info !== undefined;
  throw new DuctaflowError(`"${path}" is a symbolic link, and runs are written to real folders only`, {
    code: "linked-folder",
    hint: "Remove the link, or give another runsDir (the runs folder itself may be a link)",
  });
}
