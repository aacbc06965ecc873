/**
 * `run.json` as it stands on disk.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { maybeText } from "../base/maybe_file.ts";
import { recordSchema, type RunRecord } from "../base/record.ts";
import type { InstancePaths } from "./instance_paths.ts";

/**
 * The record of an instance, or undefined when there is none, or when what stands there is no whole record (a damaged
 * file says nothing about a run and never makes it green).
 *
 * @throws {DuctaflowError} of code `newer-schema` when a newer version of the toolkit wrote it
 */
export function maybeRecord(paths: InstancePaths): RunRecord | undefined {
  const text = maybeText(paths.record);
  return text === undefined ? undefined : parseRecord(text, paths.record);
}

/** Reads a record from its text; undefined when it is none. */
export function parseRecord(text: string, path: string): RunRecord | undefined {
  let record: Partial<RunRecord> | null;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof record !== "object" || record === null || typeof record.schema !== "number") return undefined;
  if (record.schema > recordSchema) {
    throw new DuctaflowError(
      `"${path}" was written by a newer version (schema ${record.schema}, known is ${recordSchema})`,
      {
        code: "newer-schema",
        hint: "Use the newer version of ductaflow, or another runsDir",
      },
    );
  }
  const whole = record.schema === recordSchema && typeof record.id === "string" && typeof record.status === "string" &&
    [record.cells, record.artifacts, record.inputs, record.metrics, record.checks].every(Array.isArray) &&
    typeof record.code === "object" && typeof record.permissions === "object";
  return whole ? record as RunRecord : undefined;
}
