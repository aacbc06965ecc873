/**
 * Runs whose records stay on disk until somebody asks for them: thousands of records would fill the memory.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import type { RunRecord } from "../base/record.ts";
import { earlierPaths } from "./history.ts";
import { instancePaths } from "./instance_paths.ts";
import { maybeRecord } from "./record_file.ts";
import { makeRun, type Run } from "./run.ts";

/** A run by its id, and what is known of it. */
export interface KnownRun extends Pick<Run, "status" | "cached"> {
  id: string;
  reasons?: string[];
}

/** A run of an instance in `runsDir`, an absolute path. */
export function storedRun(
  { runsDir, step }: { runsDir: string; step: string },
  instance: string,
  { status, cached, id, reasons = [] }: KnownRun,
): Run {
  const record = () => readRecordOf(runsDir, step, instance, id);
  return makeRun({ step, instance, dir: `${runsDir}/${step}/${instance}` }, { status, cached, reasons, record });
}

/** The record of one run, where it is or, when the instance has run again since, in its history. */
function readRecordOf(runsDir: string, step: string, instance: string, id: string): RunRecord {
  const paths = instancePaths(runsDir, step, instance);
  const last = maybeRecord(paths);
  if (last?.id === id) return last;
  const earlier = maybeRecord(earlierPaths(paths, id));
  if (earlier?.id === id) return earlier;
  throw new DuctaflowError(`There is no record of the run ${id} of ${step}/${instance} any more`, {
    code: "run-replaced",
    hint: last ? "It has run again since: getRun gives the last run" : "It was removed",
  });
}
