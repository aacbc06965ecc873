/**
 * What a conductor that was published as a workflow is told about its run: set before its first line by the process that
 * starts it, absent in every other process.
 * @module
 */
import { exists } from "./maybe_file.ts";
import { isBelow } from "./is_below.ts";
import type { JsonObject } from "./json.ts";
import { join, relative } from "../deps/path.ts";

/** The run of a workflow that this process is. */
export interface WorkflowContext {
  /** The name of the workflow. */
  workflow: string;
  /** The version of its code, from 1. */
  version: number;
  /** The id of the run: its instance. */
  run: string;
  /** The values of its parameters. */
  params: JsonObject;
  /** The tick that it was due at, ISO 8601; absent when it was triggered otherwise. */
  scheduledFor?: string;
  /** Where each step that runs is noted, absolute. */
  journal: string;
  /** The folder that the sources come from, and the one where they are frozen. */
  sources: { origin: string; frozen: string };
  /** Whether the script has to come to the call of `publishFlow` that published it: the work is done there. */
  call?: boolean;
  /** Set when it came there. */
  reached?: boolean;
}

const key = Symbol.for("ductaflow.workflow");

/** The run that this process is; undefined for a script that was started by hand. */
export function maybeWorkflowContext(): WorkflowContext | undefined {
  return (globalThis as { [key: symbol]: unknown })[key] as WorkflowContext | undefined;
}

/** The frozen copy of a source file of this workflow; undefined when there is none. */
export function maybeFrozenCopy(path: string): string | undefined {
  const sources = maybeWorkflowContext()?.sources;
  if (!sources || !isBelow(path, sources.origin)) return undefined;
  const copy = join(sources.frozen, relative(sources.origin, path));
  return exists(copy) ? copy : undefined;
}
