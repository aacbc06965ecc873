/**
 * Up to when the ticks of a workflow were dealt with. A lost or older state does no harm: a tick names its run, which is
 * made only once.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { jsonText } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import type { WorkflowPaths } from "./workflow_paths.ts";

/** What is known of the ticks of a workflow. */
export interface TickState {
  /** Milliseconds since 1970: all ticks up to here became runs, or never will. */
  dealtUntil: number;
  /** The last ticks that nobody was there for. */
  missed?: { count: number; last: string };
}

/** The state; undefined for none, or one that was damaged. */
export function readState({ state }: WorkflowPaths): TickState | undefined {
  try {
    const read = JSON.parse(maybeText(state) ?? "null");
    return typeof read?.dealtUntil === "number" ? read : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Writes the state. The lock of the workflow must be held. */
export function writeState(paths: WorkflowPaths, state: TickState): void {
  writeFileAtomic(paths.state, jsonText(state));
}
