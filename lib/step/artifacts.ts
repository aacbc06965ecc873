/**
 * What a run left behind: every file in its folder that is not the toolkit's own.
 * @module
 */
import { artifactType } from "./artifact_type.ts";
import { countedSize, isTableType, tableInfo } from "./previews/table_info.ts";
import { messageOf } from "../base/error.ts";
import { sha256, sha256File } from "../base/hash.ts";
import type { ArtifactRecord } from "../base/record.ts";

/** Options of `collectArtifacts`. */
export interface CollectOptions {
  /** No more files than this are listed. */
  limit?: number;
  /** Told, as a sentence, what was left out or could not be read. */
  onWarning?: (warning: string) => void;
}

const defaultLimit = 10_000;
/** Tables are looked into until they add up to this many bytes; those after it are files like any other. */
const tableBudget = 1024 * 1024 * 1024;
const ownFile = /^(config\.json|flow\.ipynb|report\.html|run\.json)(\.\d+-\d+\.tmp)?$/;

/**
 * Lists the files in a run folder and in the folders below it, sorted by name, with type, size and hash. Links are
 * never followed: a symlink is listed as one, with the hash of the text it points to. Pipes, sockets and what cannot
 * be read are left out with a warning.
 */
export async function collectArtifacts(runDir: string, options: CollectOptions = {}): Promise<ArtifactRecord[]> {
  const { limit = defaultLimit, onWarning = () => {} } = options;
  const entries = listFiles(runDir, limit, onWarning);
  const artifacts: ArtifactRecord[] = [];
  let budget = tableBudget;
  for (const { name, kind } of entries) {
    try {
      const artifact = kind === "symlink" ? await describeLink(runDir, name) : await describeFile(runDir, name);
      if (kind === "file" && isTableType(artifact.type)) {
        budget -= Math.min(artifact.size, countedSize);
        artifacts.push(budget >= 0 ? await withTable(runDir, artifact, onWarning) : artifact);
      } else artifacts.push(artifact);
    } catch (error) {
      // A file that is gone or closed to us by now: the rest of the run's files are worth no less.
      onWarning(`The file "${name}" could not be read, so it is not among the artifacts: ${messageOf(error)}`);
    }
  }
  return artifacts;
}

interface Entry {
  name: string;
  kind: "file" | "symlink";
}

function listFiles(runDir: string, limit: number, onWarning: (warning: string) => void): Entry[] {
  const entries: Entry[] = [];
  let full = false;
  walk("");
  if (full) onWarning(`The run left more than ${limit} files; those after the first ${limit} are not recorded`);
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);

  function walk(below: string): void {
    for (const entry of readFolder(`${runDir}/${below}`, below, onWarning)) {
      if (below === "" && ownFile.test(entry.name)) continue;
      const name = below + entry.name;
      if (entries.length >= limit) full = true;
      if (full) return;
      // In this order: a link to a folder is a link.
      if (entry.isSymlink) entries.push({ name, kind: "symlink" });
      else if (entry.isDirectory) walk(`${name}/`);
      else if (entry.isFile) entries.push({ name, kind: "file" });
      else onWarning(`"${name}" is neither a file nor a folder, so it is not among the artifacts`);
    }
  }
}

function readFolder(path: string, name: string, onWarning: (warning: string) => void): Deno.DirEntry[] {
  try {
    const entries = [...Deno.readDirSync(path)];
    return entries.length < 2 ? entries : entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (name === "") throw error;
    onWarning(`The folder "${name}" could not be read: ${messageOf(error)}`);
    return [];
  }
}

async function describeLink(runDir: string, name: string): Promise<ArtifactRecord> {
  return { name, type: "inode/symlink", size: 0, hash: await sha256(Deno.readLinkSync(`${runDir}/${name}`)) };
}

async function describeFile(runDir: string, name: string): Promise<ArtifactRecord> {
  const path = `${runDir}/${name}`;
  const { size } = Deno.lstatSync(path);
  return { name, type: artifactType(path, size), size, hash: await sha256File(path) };
}

async function withTable(
  runDir: string,
  artifact: ArtifactRecord,
  onWarning: (warning: string) => void,
): Promise<ArtifactRecord> {
  const table = await tableInfo(`${runDir}/${artifact.name}`, artifact.type, artifact.size);
  if (table === undefined) return artifact;
  const { columns, rows, omitted } = table;
  if (omitted > 0) {
    const all = columns.length + omitted;
    onWarning(`"${artifact.name}" has ${all} columns; only the first ${columns.length} are recorded`);
  }
  return { ...artifact, table: rows === undefined ? { columns } : { rows, columns } };
}
