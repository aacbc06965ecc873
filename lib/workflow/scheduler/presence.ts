/**
 * Whether a scheduler works on a folder of runs.
 * @module
 */
import { join } from "../../deps/path.ts";
import { workflowsDir } from "../workflow_paths.ts";

/** The lock that a scheduler holds while it works. */
export function presenceLock(runsDir: string): string {
  return join(workflowsDir(runsDir), ".scheduler.lock");
}
