/**
 * A version of a workflow, run once with the parameters of a ticket: as an instance of the step that the workflow is.
 * @module
 */
import type { RunRecord, StepRecord, WorkflowRecord } from "../../base/record.ts";
import { isDuctaflowError } from "../../base/error.ts";
import { acquireLock } from "../../base/lock.ts";
import { removeIfThere } from "../../base/maybe_file.ts";
import { join } from "../../deps/path.ts";
import { executeOptions } from "../../step/execute_options.ts";
import { executeRun } from "../../step/execute_run.ts";
import { runStep } from "../../step/run_step.ts";
import type { StepFailedError } from "../../step/step_failed_error.ts";
import type { StepEvent } from "../../step/step_options.ts";
import { readVersion, type WorkflowVersion } from "../publish/version.ts";
import { readLines, type Ticket, type TicketPaths } from "../ticket.ts";
import { versionPaths, type WorkflowPaths } from "../workflow_paths.ts";
import { planConductor } from "./conductor_plan.ts";

/** What to run. */
export interface RunVersionOptions {
  paths: WorkflowPaths;
  ticket: Ticket;
  files: TicketPaths;
  /** Milliseconds. */
  timeout?: number;
  signal?: AbortSignal;
  onEvent?: (event: StepEvent) => void;
}

/** Runs it and gives the record, which is on disk by then. Throws only when it could not begin. */
export async function runVersion(options: RunVersionOptions): Promise<RunRecord> {
  const version = readVersion(options.paths, options.ticket.version);
  return await (version.kind === "flow" ? runFlow(version, options) : runConductor(version, options));
}

async function runFlow(version: WorkflowVersion, options: RunVersionOptions): Promise<RunRecord> {
  const { paths, ticket, timeout, signal, onEvent } = options;
  const flow = join(versionPaths(paths, version.version).source, version.entry);
  try {
    const run = await runStep(flow, ticket.id, ticket.params, {
      step: paths.name,
      runsDir: paths.runsDir,
      permissions: version.permissions,
      ...(timeout === undefined ? {} : { timeout }),
      signal,
      onEvent,
      cwd: version.cwd,
      workflow: { record: workflowRecord(ticket) },
    });
    return run.record;
  } catch (error) {
    if (isDuctaflowError(error) && error.code.startsWith("step-")) return (error as StepFailedError).run.record;
    throw error;
  }
}

async function runConductor(version: WorkflowVersion, options: RunVersionOptions): Promise<RunRecord> {
  const { paths, ticket, files, timeout, signal, onEvent } = options;
  const planned = await planConductor(paths, version, ticket, files);
  const plan = { ...planned, workflow: { record: workflowRecord(ticket), steps: () => stepsOf(files) } };
  const settings = executeOptions(plan, { ...(timeout === undefined ? {} : { timeout }), signal, onEvent });
  signal?.throwIfAborted();
  const { paths: place, build } = plan;
  const lock = await acquireLock(place.lock, `${place.step}/${place.instance}`, { signal });
  try {
    removeIfThere(files.steps);
    const cells = build.flow.cells.map(({ index, type, title, line }) => ({ index, type, title, line }));
    onEvent?.({ t: "running", step: place.step, instance: place.instance, cells, reasons: [] });
    return await executeRun(plan, settings);
  } finally {
    lock.release();
  }
}

/** The steps that a conductor has run so far. */
export function stepsOf({ steps }: Pick<TicketPaths, "steps">): StepRecord[] {
  // One that was noted once more under the same id ended otherwise than it seemed at first.
  const ended = new Map<string, StepRecord>();
  for (const step of readLines<StepRecord>(steps)) ended.set(`${step.id} ${step.cached}`, step);
  return [...ended.values()];
}

function workflowRecord({ version, trigger, scheduledFor, upstream }: Ticket): WorkflowRecord {
  return {
    version,
    trigger,
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    ...(upstream ? { upstream: { step: upstream.workflow, instance: upstream.run } } : {}),
  };
}
