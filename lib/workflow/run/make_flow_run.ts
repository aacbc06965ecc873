/**
 * A run of a workflow from its ticket.
 * @module
 */
import { getRun } from "../../step/get_run.ts";
import { pinTicket, requestCancel, statusOf, type TicketStart, type TicketState } from "../ticket.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";
import type { FlowRun } from "../flow_run.ts";
import { stepsOf } from "./run_version.ts";

/** Makes what the API gives. */
export function makeFlowRun(paths: WorkflowPaths, state: TicketState): FlowRun {
  const { ticket, end, starts, cancel } = state;
  const { schema: _, ...asked } = ticket;
  const status = statusOf(state);
  const startedAt = end ? end.startedAt : starts.findLast(({ resumed, left }) => !resumed && !left)?.at;
  return {
    ...asked,
    status,
    statusText: end?.statusText ??
      (status === "running" ? cancel ? "Is being cancelled" : "Running" : waiting(starts)),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(end ? { endedAt: end.endedAt, durationMs: end.durationMs } : {}),
    ...(state.pinned ? { pinned: true } : {}),
    metrics: end?.metrics ?? {},
    steps: () => stepsOf(state.paths),
    run: () => getRun(paths.name, ticket.id, paths),
    cancel: async (reason = "cancelled by hand") => !end && await requestCancel(state.paths, reason, Date.now()),
    async resume(options = {}) {
      const { resume } = await import("./trigger.ts");
      return makeFlowRun(paths, await resume(paths, ticket.id, options));
    },
    pin: () => pinTicket(state.paths, true, Date.now()),
    unpin: () => pinTicket(state.paths, false, Date.now()),
    async delete() {
      const { removeRun } = await import("./remove_runs.ts");
      await removeRun(paths, ticket.id);
    },
  };
}

function waiting(starts: TicketStart[]): string {
  const last = starts.at(-1);
  if (!last) return "Waits to begin";
  if (last.resumed) return "Waits to begin again: it was resumed";
  return `Waits to begin again: the process that ran it ${last.left ? "was stopped" : "died"}`;
}

/** The run as plain data. */
export function flowRunJson(run: FlowRun): object {
  return { ...run, steps: run.steps() };
}
