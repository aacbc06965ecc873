/**
 * Where everything of a workflow lies: `runs/.ductaflow/workflows/{name}/`. Its runs are instances as any others,
 * `runs/{name}/{run}/`.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { originFile, sourceFolder } from "../base/frozen_source.ts";
import { entriesOf, exists } from "../base/maybe_file.ts";
import { checkName, nameProblem } from "../base/names.ts";
import { nearest } from "../base/nearest.ts";
import { join, resolve } from "../deps/path.ts";

/** Where to look for workflows. */
export interface WorkflowPlace {
  /** The folder of all runs. Default `"runs"`. */
  runsDir?: string;
}

/** Absolute paths of one workflow. */
export interface WorkflowPaths {
  name: string;
  runsDir: string;
  /** The folder of the workflow. */
  dir: string;
  /** One folder a version, named by its number. */
  versions: string;
  /** The settings that came with the code. */
  declared: string;
  /** What an operator changed. */
  overrides: string;
  /** Up to when ticks were dealt with. */
  state: string;
  /** One folder a run, named by its id. */
  tickets: string;
  /** Held while versions or settings change, and while ticks become runs. */
  lock: string;
  /** Held by the run that goes on, unless several may. */
  active: string;
}

/** The files and folders of one version. */
export interface VersionPaths {
  dir: string;
  manifest: string;
  source: string;
  origin: string;
}

/** The paths of a workflow; checks its name, which is that of a step. */
export function workflowPaths(name: string, { runsDir = "runs" }: WorkflowPlace = {}): WorkflowPaths {
  checkName("workflow", name);
  const runs = resolve(runsDir);
  const dir = join(workflowsDir(runs), name);
  const at = (file: string) => join(dir, file);
  return {
    name,
    runsDir: runs,
    dir,
    versions: at("versions"),
    declared: at("declared.json"),
    overrides: at("overrides.json"),
    state: at("state.json"),
    tickets: at("runs"),
    lock: at("workflow.lock"),
    active: at("active.lock"),
  };
}

/** The paths of a version. */
export function versionPaths({ versions }: WorkflowPaths, version: number): VersionPaths {
  const dir = join(versions, String(version));
  return { dir, manifest: join(dir, "version.json"), source: join(dir, sourceFolder), origin: join(dir, originFile) };
}

/** The folder of all workflows. */
export function workflowsDir(runsDir: string): string {
  return join(resolve(runsDir), ".ductaflow", "workflows");
}

/** The names of all published workflows, sorted. */
export function workflowNames({ runsDir = "runs" }: WorkflowPlace = {}): string[] {
  const names = entriesOf(workflowsDir(runsDir)).filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  return names.filter((name) => nameProblem(name) === undefined && isPublished(workflowPaths(name, { runsDir })))
    .sort();
}

/** The paths of a published workflow; throws with the nearest name when there is none. */
export function publishedPaths(name: string, place: WorkflowPlace = {}): WorkflowPaths {
  const paths = workflowPaths(name, place);
  if (isPublished(paths)) return paths;
  const names = workflowNames(place);
  const meant = nearest(name, names);
  throw new DuctaflowError(`There is no workflow "${name}" in "${paths.runsDir}"`, {
    code: "workflow-not-found",
    hint: meant
      ? `Did you mean "${meant}"?`
      : names.length > 0
      ? `Workflows here: ${names.join(", ")}`
      : "None is published here yet: publish one first",
  });
}

/** Settings are written after the first version, so where they are, there is something to run. */
export function isPublished({ declared }: WorkflowPaths): boolean {
  return exists(declared);
}
