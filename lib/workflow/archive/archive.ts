/**
 * A workflow with its versions, settings and runs in one file, and back.
 * @module
 */
import { writeFileAtomic } from "../../base/atomic_file.ts";
import { DuctaflowError } from "../../base/error.ts";
import { acquireLock } from "../../base/lock.ts";
import { entriesOf, exists } from "../../base/maybe_file.ts";
import { jsonText } from "../../base/json.ts";
import { nameProblem } from "../../base/names.ts";
import { writeAll } from "../../base/write_all.ts";
import { dirname, join, resolve } from "../../deps/path.ts";
import { writeOverrides } from "../settings.ts";
import { contentOf } from "../run/remove_runs.ts";
import { ticketIds } from "../ticket.ts";
import {
  isPublished,
  publishedPaths,
  type WorkflowPaths,
  workflowPaths,
  type WorkflowPlace,
} from "../workflow_paths.ts";
import { readTar, type TarFile, writeTar } from "./tar.ts";

/** What an archive holds. */
export interface Archive {
  workflow: string;
  /** Its runs. */
  runs: number;
  files: number;
  /** The size of all files together. */
  bytes: number;
}

/** Writes a workflow to a `.tar.gz` file, which appears whole or not at all. */
export async function exportWorkflow(name: string, target: string, place: WorkflowPlace): Promise<Archive> {
  const paths = publishedPaths(name, place);
  const lock = await acquireLock(paths.lock, `export ${name}`);
  const temporary = `${target}.${crypto.randomUUID()}.tmp`;
  try {
    const files = filesOf(paths);
    await ReadableStream.from(writeTar(files)).pipeThrough(new CompressionStream("gzip"))
      .pipeTo((await Deno.create(temporary)).writable);
    Deno.renameSync(temporary, target);
    const bytes = files.reduce((sum, { path }) => sum + Deno.statSync(path).size, 0);
    return { workflow: name, runs: ticketIds(paths).length, files: files.length, bytes };
  } finally {
    if (exists(temporary)) Deno.removeSync(temporary);
    lock.release();
  }
}

/** Names in the archive are paths below the folder of all runs. */
function filesOf(paths: WorkflowPaths): TarFile[] {
  const folders = [paths.dir, ...ticketIds(paths).flatMap((id) => contentOf(paths, id).folders)];
  const files = folders.flatMap(filesBelow).filter((path) => !path.endsWith(".lock"));
  return files.map((path) => ({ name: path.slice(paths.runsDir.length + 1).replaceAll("\\", "/"), path }));
}

function filesBelow(folder: string): string[] {
  return entriesOf(folder).flatMap(({ name, isFile, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? filesBelow(path) : isFile ? [path] : [];
  }).sort();
}

/**
 * Reads a workflow from such a file. It is paused: its schedule must not start something on a machine that was not made
 * for it. What is there already is never overwritten.
 */
export async function importWorkflow(source: string, { runsDir = "runs" }: WorkflowPlace): Promise<Archive> {
  const runs = resolve(runsDir);
  const staging = join(runs, ".ductaflow", `import-${crypto.randomUUID()}`);
  try {
    const { files, bytes } = await unpack(source, staging);
    const name = nameIn(staging);
    const paths = workflowPaths(name, { runsDir });
    refuseExisting(paths, staging);
    const staged = workflowPaths(name, { runsDir: staging });
    writeOverrides(staged, { paused: true }, Date.now());
    writeFileAtomic(staged.state, jsonText({ dealtUntil: Date.now() }));
    const count = ticketIds(staged).length;
    moveAll(staging, runs, name);
    return { workflow: name, runs: count, files, bytes };
  } finally {
    if (exists(staging)) await Deno.remove(staging, { recursive: true });
  }
}

async function unpack(source: string, staging: string): Promise<{ files: number; bytes: number }> {
  let [files, bytes] = [0, 0];
  const { readable } = await openArchive(source);
  try {
    for await (const { name, size, content } of readTar(readable.pipeThrough(new DecompressionStream("gzip")))) {
      checkEntry(name);
      const path = join(staging, name);
      Deno.mkdirSync(dirname(path), { recursive: true });
      using file = Deno.openSync(path, { write: true, createNew: true });
      for await (const piece of content) writeAll(file, piece);
      files++;
      bytes += size;
    }
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw bad(source, "it is no .tar.gz file", cause);
  }
  return { files, bytes };
}

async function openArchive(source: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(source);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw bad(source, "there is no such file", cause);
  }
}

/** Nothing is written but where a workflow and its runs lie. */
function checkEntry(name: string): void {
  const parts = name.split("/");
  const isPlain = parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\0\\]/.test(part));
  const [first, second, third] = parts;
  const isRight = first === ".ductaflow"
    ? (second === "workflows" || second === "history") && nameProblem(third) === undefined && parts.length > 3
    : nameProblem(first) === undefined && nameProblem(second) === undefined && parts.length > 2;
  if (!isPlain || !isRight) throw bad(name, "it has no place in a folder of runs");
}

function nameIn(staging: string): string {
  const names = entriesOf(join(staging, ".ductaflow", "workflows")).map(({ name }) => name);
  if (names.length === 1 && isPublished(workflowPaths(names[0], { runsDir: staging }))) return names[0];
  throw bad(names.join(", ") || "the archive", "it holds no workflow");
}

function refuseExisting(paths: WorkflowPaths, staging: string): void {
  const taken = [paths.dir, ...stepFolders(staging).map((step) => join(paths.runsDir, step))].find(exists);
  if (taken === undefined) return;
  throw new DuctaflowError(`The workflow "${paths.name}" cannot be imported: "${taken}" is there already`, {
    code: "already-there",
    hint: "Import it into another folder with --runs, or delete what is there first",
  });
}

function stepFolders(staging: string): string[] {
  return entriesOf(staging).map(({ name }) => name).filter((name) => name !== ".ductaflow");
}

/** The workflow itself comes last: until then nobody sees any of it. */
function moveAll(staging: string, runs: string, name: string): void {
  for (const step of stepFolders(staging)) Deno.renameSync(join(staging, step), join(runs, step));
  const own = (root: string, ...parts: string[]) => join(root, ".ductaflow", ...parts);
  for (const { name: step } of entriesOf(own(staging, "history"))) {
    Deno.mkdirSync(own(runs, "history"), { recursive: true });
    if (!exists(own(runs, "history", step))) Deno.renameSync(own(staging, "history", step), own(runs, "history", step));
  }
  Deno.mkdirSync(own(runs, "workflows"), { recursive: true });
  Deno.renameSync(own(staging, "workflows", name), own(runs, "workflows", name));
}

function bad(what: string, why: string, cause?: unknown): DuctaflowError {
  return new DuctaflowError(`"${what}" cannot be imported: ${why}`, {
    code: "bad-archive",
    hint: "Give a file that export wrote",
    ...(cause === undefined ? {} : { cause }),
  });
}
