/**
 * What of a run is delivered: its outputs, as far as they are still what the run recorded and lie in its own folder.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { sha256, sha256File } from "../../base/hash.ts";
import { isBelow } from "../../base/is_below.ts";
import { maybeLstat } from "../../base/maybe_file.ts";
import { nearest } from "../../base/nearest.ts";
import { globToRegExp, join } from "../../deps/path.ts";
import type { ArtifactRecord } from "../../base/record.ts";
import { ownedFile } from "../../step/instance_paths.ts";
import type { Run } from "../../step/run.ts";
import { type DeliveredFile, manifestName } from "./manifest.ts";
import type { Problem } from "./problem.ts";

/** Which files of a run are delivered. */
export interface SelectOptions {
  /** Globs on the names of the outputs, such as `"*.csv"` or `"plots/**"`. Default: all outputs. */
  include?: string | string[];
  /** Globs of outputs to leave out; they win over `include`. */
  exclude?: string | string[];
  /** Whether `report.html` is delivered too. */
  report?: boolean;
  /** Whether `flow.ipynb` is delivered too. */
  notebook?: boolean;
  /** Whether the record, `run.json`, is delivered too. */
  record?: boolean;
  /** Whether `config.json` is delivered too. */
  config?: boolean;
  /** Delivers outputs that changed after the run recorded them; the manifest marks them. */
  force?: boolean;
}

/** An output that is not delivered, and why. */
export interface SkippedFile {
  /** Its name in the run. */
  name: string;
  /** A phrase, such as `a link that leads out of the run folder`. */
  reason: string;
}

/** A file to deliver, with where it lies. */
export interface SourceFile extends DeliveredFile {
  /** Absolute. */
  path: string;
}

/** What is delivered of one run, sorted by name. */
export interface SelectedFiles {
  files: SourceFile[];
  skipped: SkippedFile[];
  problems: Problem[];
}

type Looked = { file: SourceFile } | { skipped: SkippedFile } | { problem: Problem };

/** Looks at all files that are to be delivered and hashes them. Writes nothing. */
export async function selectFiles(run: Run, options: SelectOptions): Promise<SelectedFiles> {
  const selected: SelectedFiles = { files: [], skipped: [], problems: [] };
  const chosen = chooseArtifacts(run.record.artifacts, options);
  selected.problems.push(...chosen.problems);
  const realDir = Deno.realPathSync(run.dir);
  const looks = chosen.artifacts.map((artifact) => () => look(artifact, run.record.artifacts, realDir, options));
  const own = (Object.keys(ownedFile) as (keyof typeof ownedFile)[]).filter((key) => options[key]);
  looks.push(...own.map((key) => () => lookAtOwn(ownedFile[key], realDir)));
  for (const next of looks) {
    const looked = await next();
    if ("file" in looked) selected.files.push(looked.file);
    else if ("skipped" in looked) selected.skipped.push(looked.skipped);
    else selected.problems.push(looked.problem);
  }
  selected.files.sort((a, b) => a.name < b.name ? -1 : 1);
  if (selected.files.length === 0 && selected.problems.length === 0) selected.problems.push(nothingToDeliver(run));
  return selected;
}

/** Globs of `include` that match no output of any of these runs. */
export function idlePatterns(runs: Run[], { include }: SelectOptions): Problem[] {
  const names = runs.flatMap((run) => run.record.artifacts.map((artifact) => artifact.name));
  return listOf(include).filter((glob) => !names.some(matcher(glob))).map((glob) => noMatch(glob, names));
}

/** Whether a name matches a glob. `*` stays within a folder, `**` reaches into those below. */
export function matcher(glob: string): (name: string) => boolean {
  const pattern = globToRegExp(glob);
  return (name) => pattern.test(name);
}

function chooseArtifacts(all: ArtifactRecord[], { include, exclude }: SelectOptions) {
  const included = include === undefined ? undefined : listOf(include).map(matcher);
  const excluded = listOf(exclude).map(matcher);
  const artifacts = all.filter(({ name }) =>
    (included?.some((matches) => matches(name)) ?? true) && !excluded.some((matches) => matches(name))
  );
  const names = all.map((artifact) => artifact.name);
  // A glob may well match nothing in one of many runs; a name that is written out is meant.
  const missed = listOf(include).filter((glob) => !/[*?[{(]/.test(glob) && !names.some(matcher(glob)));
  return { artifacts, problems: missed.map((glob) => noMatch(glob, names)) };
}

function listOf(globs: string | string[] | undefined): string[] {
  return globs === undefined ? [] : typeof globs === "string" ? [globs] : globs;
}

function noMatch(glob: string, names: string[]): Problem {
  const unique = [...new Set(names)];
  const deeper = unique.some(matcher(`**/${glob}`)) ? `**/${glob}` : undefined;
  const meant = deeper ?? nearest(glob, unique);
  const shown = unique.slice(0, 10).map((name) => `"${name}"`).join(", ");
  const known = unique.length === 0
    ? "there are none"
    : unique.length > 10
    ? `there are ${shown}, …`
    : `there are ${shown}`;
  return { text: `No output matches "${glob}": ${known}`, ...(meant ? { hint: `Did you mean "${meant}"?` } : {}) };
}

function nothingToDeliver({ record }: Run): Problem {
  if (record.artifacts.length > 0) return { text: "None of its outputs can be delivered or is asked for" };
  return { text: "It left no outputs", hint: "Deliver its report with report: true (--report)" };
}

async function look(
  artifact: ArtifactRecord,
  all: ArtifactRecord[],
  realDir: string,
  { force }: SelectOptions,
): Promise<Looked> {
  const { name } = artifact;
  const problem = (text: string, hint?: string): Looked => ({ problem: { text: `"${name}" ${text}`, hint } });
  if (!isPlainName(name)) return problem("is no name of a file below the run folder");
  if (name.toLowerCase() === manifestName) return problem(`would take the place of the manifest`, "Exclude it");
  const path = join(realDir, name);
  try {
    const info = maybeLstat(path);
    // Of an ephemeral artifact nothing is left to deliver, as was asked for.
    if (!info && artifact.dropped) return { skipped: { name, reason: "a value that was not kept" } };
    if (!info) return problem("is missing", "Run the instance again, or exclude the file");
    const isLink = artifact.type === "inode/symlink";
    if (isLink && info.isSymlink) return await lookAtLink(artifact, all, realDir);
    if (info.isSymlink || Deno.realPathSync(path) !== path) {
      return problem("is reached through a link that the run did not leave");
    }
    if (!info.isFile) return problem("is not a file any more");
    const hash = await sha256File(path);
    const changed = isLink || hash !== artifact.hash;
    if (changed && !force) {
      return problem(
        "is not what the run recorded: it changed afterwards",
        "Run the instance again, or take it as it is with force: true (--force)",
      );
    }
    return { file: { name, size: info.size, hash, ...(changed ? { changed } : {}), path } };
  } catch (error) {
    return problem(`cannot be read: ${messageOf(error)}`);
  }
}

/** The file that a link within the run folder leads to stands in for it. */
async function lookAtLink(artifact: ArtifactRecord, all: ArtifactRecord[], realDir: string): Promise<Looked> {
  const { name } = artifact;
  const path = join(realDir, name);
  const skip = (reason: string): Looked => ({ skipped: { name, reason } });
  const problem = (text: string): Looked => ({
    problem: { text: `"${name}" ${text}`, hint: "Run the instance again" },
  });
  if (await sha256(Deno.readLinkSync(path)) !== artifact.hash) {
    return problem("leads elsewhere than when the run recorded it");
  }
  let real: string;
  try {
    real = Deno.realPathSync(path);
  } catch {
    return skip("a link that leads nowhere");
  }
  if (!isBelow(real, realDir)) return skip("a link that leads out of the run folder");
  const info = Deno.lstatSync(real);
  if (!info.isFile) return skip("a link that leads to no file");
  const hash = await sha256File(real);
  const recorded = all.find((other) => join(realDir, other.name) === real)?.hash;
  if (recorded !== undefined && recorded !== hash) {
    return problem("leads to a file that changed after the run recorded it");
  }
  return { file: { name, size: info.size, hash, path: real } };
}

async function lookAtOwn(name: string, realDir: string): Promise<Looked> {
  const path = join(realDir, name);
  const info = maybeLstat(path);
  if (!info?.isFile) return { problem: { text: `"${name}" is missing`, hint: "Run the instance again" } };
  return { file: { name, size: info.size, hash: await sha256File(path), path } };
}

/** A record that was written by hand must not lead out of the run folder. */
function isPlainName(name: string): boolean {
  return !name.includes("\0") && name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
