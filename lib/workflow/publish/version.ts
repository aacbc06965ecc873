/**
 * The versions of a workflow: what it runs, with its sources as they were when it was published.
 * @module
 */
import { stageFile, syncPath, writeFileAtomic } from "../../base/atomic_file.ts";
import { DuctaflowError } from "../../base/error.ts";
import { sha256 } from "../../base/hash.ts";
import { canonicalJson, type Json, jsonText } from "../../base/json.ts";
import { entriesOf, maybeText } from "../../base/maybe_file.ts";
import { version as toolkit } from "../../base/version.ts";
import { dirname, join, toFileUrl } from "../../deps/path.ts";
import type { PermissionOptions } from "../../step/grant.ts";
import { findProject, projectFlags } from "../../step/project.ts";
import type { PlannedCall } from "../../ops/plan_workflow.ts";
import { runDeno } from "../../step/run_deno.ts";
import type { WorkflowParameter } from "../parameters.ts";
import { versionPaths, type WorkflowPaths } from "../workflow_paths.ts";
import type { FrozenSources } from "./freeze.ts";

/** What a version runs. */
export interface VersionContent {
  /** A flow file, or a conductor script. */
  kind: "flow" | "conductor";
  /** The path of the file below the frozen sources. */
  entry: string;
  /** Its parameters. */
  parameters: WorkflowParameter[];
  /** The publisher's word on permissions; paths are absolute. */
  permissions: PermissionOptions;
  /** The folder where it runs, absolute: that where it was published. */
  cwd: string;
  /** Of artifacts: the calls of operators, in an order in which they can run. */
  graph?: PlannedCall[];
  /** Of a function of a script: the script has to come to the call of `publishFlow` that published it. */
  call?: true;
}

/** One version, as `version.json` has it. */
export interface WorkflowVersion extends VersionContent {
  schema: 1;
  workflow: string;
  /** From 1. */
  version: number;
  /** SHA-256 of its content. */
  hash: string;
  /** ISO 8601. */
  publishedAt: string;
  /** The version of ductaflow that published it. */
  toolkit: string;
  /** The folder that the sources come from, absolute. */
  origin: string;
  /** The frozen files, each with the SHA-256 of its bytes. */
  files: { path: string; hash: string }[];
  /** npm and JSR packages with exact versions. */
  packages: string[];
  description?: string;
}

/** SHA-256 of what makes a version another one. */
export async function hashVersion(content: VersionContent, sources: FrozenSources): Promise<string> {
  return await sha256(canonicalJson([content, sources.hash, sources.origin] as unknown as Json));
}

/** The numbers of all versions, from the first. */
export function versionNumbers({ versions }: WorkflowPaths): number[] {
  return entriesOf(versions).map(({ name }) => name).filter((name) => /^\d+$/.test(name)).map(Number)
    .sort((a, b) => a - b);
}

/** One version; the latest unless a number is given. Undefined before the first. */
export function maybeVersion(paths: WorkflowPaths, number?: number): WorkflowVersion | undefined {
  const found = number ?? versionNumbers(paths).at(-1);
  const text = found === undefined ? undefined : maybeText(versionPaths(paths, found).manifest);
  return text === undefined ? undefined : JSON.parse(text);
}

/** One version that must be there. */
export function readVersion(paths: WorkflowPaths, number?: number): WorkflowVersion {
  const version = maybeVersion(paths, number);
  if (version) return version;
  throw new DuctaflowError(`The workflow "${paths.name}" has no version ${number ?? 1}`, {
    code: "version-not-found",
    hint: `It has the versions ${versionNumbers(paths).join(", ") || "none"}`,
  });
}

/** Writes a version whole or not at all. The lock of the workflow must be held. */
export async function writeVersion(
  paths: WorkflowPaths,
  content: VersionContent,
  sources: FrozenSources,
  { hash, now, description }: { hash: string; now: number; description?: string },
): Promise<WorkflowVersion> {
  const number = (versionNumbers(paths).at(-1) ?? 0) + 1;
  Deno.mkdirSync(paths.versions, { recursive: true });
  for (const { name } of entriesOf(paths.versions)) {
    // What a publisher left that was killed.
    if (name.startsWith(".new-")) Deno.removeSync(join(paths.versions, name), { recursive: true });
  }
  const staging = { ...paths, versions: join(paths.versions, `.new-${number}`) };
  const place = versionPaths(staging, number);
  const files = await writeFiles(place.source, sources);
  writeFileAtomic(place.origin, `${sources.origin}\n`);
  await fetchImports(join(place.source, content.entry));
  const version: WorkflowVersion = {
    schema: 1,
    workflow: paths.name,
    version: number,
    hash,
    publishedAt: new Date(now).toISOString(),
    toolkit,
    ...(description === undefined ? {} : { description }),
    ...content,
    origin: sources.origin,
    files,
    packages: sources.packages,
  };
  const manifest = stageFile(place.manifest, jsonText(version));
  await manifest.sync();
  manifest.commit();
  Deno.renameSync(place.dir, versionPaths(paths, number).dir);
  Deno.removeSync(staging.versions, { recursive: true });
  await syncPath(paths.versions);
  return version;
}

/** Fetches what the frozen sources import, which completes their lock file, and finds out whether they load. */
async function fetchImports(entry: string): Promise<void> {
  const project = findProject(toFileUrl(entry).href);
  const { ok, stderr } = await runDeno(["cache", "--quiet", ...projectFlags(project), entry], project.root);
  if (ok) return;
  throw new DuctaflowError(`The frozen sources do not load: ${stderr.trim().replace(/^error: /, "")}`, {
    code: "flow-import",
    hint: "Give files that are found by their place, not by an import, with include",
  });
}

async function writeFiles(folder: string, { files }: FrozenSources): Promise<WorkflowVersion["files"]> {
  const written: WorkflowVersion["files"] = [];
  for (const [name, content] of files) {
    const path = join(folder, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    const staged = stageFile(path, content);
    await staged.sync();
    staged.commit();
    written.push({ path: name, hash: await sha256(content) });
  }
  return written;
}
