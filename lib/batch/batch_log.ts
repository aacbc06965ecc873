/**
 * What is known of a batch on disk: one file a batch, one JSON line for its start, one for every instance that ended and
 * one for its end, so that an interrupted batch can be resumed. The runs themselves have the truth.
 * @module
 */
import { explainDiskError } from "../base/disk_error.ts";
import { entriesOf, maybeText, openMakingFolder, removeIfThere } from "../base/maybe_file.ts";
import { newId } from "../base/new_id.ts";
import { isGreen, type RunStatus } from "../base/record.ts";
import { writeAll } from "../base/write_all.ts";
import { join, resolve } from "../deps/path.ts";

/** One line of the log of a batch. */
export type BatchLine =
  | {
    t: "batch";
    id: string;
    step: string;
    flow: string;
    at: string;
    rows: number;
    fresh: number;
    /** What need not run, when something else must: names of instances and ids of their runs. */
    kept?: KeptRun[];
  }
  | { t: "ended"; instance: string; status: RunStatus | "not-run"; run?: string; cached?: boolean; ms: number }
  | { t: "end"; at: string; succeeded: number; failed: number; ms: number };

/** A run that is green already when a batch begins: its instance and its id. */
export type KeptRun = [instance: string, run: string];

/** A log that is being written. */
export interface BatchLog {
  id: string;
  append(line: BatchLine): void;
  close(): void;
}

const kept = 20;
const encoder = new TextEncoder();

function logDir(runsDir: string, step: string): string {
  return join(resolve(runsDir), ".ductaflow", "batches", step);
}

/** Starts the log of a batch; the oldest logs of the step are removed. */
export function openBatchLog(runsDir: string, step: string): BatchLog {
  const id = newId();
  const dir = logDir(runsDir, step);
  const path = join(dir, `${id}.ndjson`);
  const file = orExplain(path, () => openMakingFolder(path, { append: true, create: true }));
  for (const name of logNames(dir).slice(0, -kept)) removeIfThere(join(dir, name));
  return {
    id,
    append: (line) => orExplain(path, () => writeAll(file, encoder.encode(`${JSON.stringify(line)}\n`))),
    close: () => file.close(),
  };
}

function orExplain<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw explainDiskError(error, `write the log of the batch "${path}"`);
  }
}

/**
 * Ids of runs that the last batch of a step left green, by instance; undefined when there was no batch, or when it came
 * to its end with all of them green, so that there is nothing to go on with.
 */
export function lastBatch(runsDir: string, step: string): Map<string, string> | undefined {
  const dir = logDir(runsDir, step);
  for (const name of logNames(dir).reverse()) {
    const lines = (maybeText(join(dir, name)) ?? "").split("\n").map(maybeLine);
    const [start] = lines;
    // Its conductor died before it could say anything: the batch before is the last one.
    if (start?.t !== "batch") continue;
    const done = new Map(start.kept);
    for (const line of lines) {
      if (line?.t === "ended" && line.run !== undefined && isGreen(line.status)) done.set(line.instance, line.run);
      if (line?.t === "end" && line.succeeded === start.rows) return undefined;
    }
    return done;
  }
}

/** Names sort by time, since they begin with it. */
function logNames(dir: string): string[] {
  return entriesOf(dir).filter(({ name, isFile }) => isFile && name.endsWith(".ndjson")).map(({ name }) => name).sort();
}

function maybeLine(text: string): BatchLine | undefined {
  try {
    const line = JSON.parse(text);
    return line?.kept === undefined || Array.isArray(line.kept) && line.kept.every(Array.isArray) ? line : undefined;
  } catch {
    // Cut short when the conductor died.
    return undefined;
  }
}
