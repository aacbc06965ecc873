/**
 * The steps that a published conductor runs, noted for the record of its own run.
 * @module
 */
import { openMakingFolder } from "../base/maybe_file.ts";
import type { StepRecord } from "../base/record.ts";
import { maybeWorkflowContext } from "../base/workflow_context.ts";
import { writeAll } from "../base/write_all.ts";
import type { Run } from "./run.ts";

/** Notes a run when this process is a published conductor; gives the run back. */
export function noteStep(run: Run): Run {
  const context = maybeWorkflowContext();
  if (!context) return run;
  const { step, instance, status, cached, record: { id, durationMs } } = run;
  const note: StepRecord = { step, instance, id, status, cached, durationMs, metrics: run.metrics };
  // One short write to the end of a file is never torn, so that several processes may note at once.
  using file = openMakingFolder(context.journal, { create: true, append: true });
  writeAll(file, new TextEncoder().encode(`${JSON.stringify(note)}\n`));
  return run;
}
