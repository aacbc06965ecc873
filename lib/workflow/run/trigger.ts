/**
 * Runs that somebody asks for: triggered, or resumed.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import { acquireLock, isLocked } from "../../base/lock.ts";
import { newId } from "../../base/new_id.ts";
import { isGreen } from "../../base/record.ts";
import { processEffects } from "../notify/notify.ts";
import { bindParameters } from "../parameters.ts";
import { readVersion } from "../publish/version.ts";
import { readSettings } from "../settings.ts";
import {
  createTicket,
  maybeTicket,
  readTicket,
  reopenTicket,
  requestCancel,
  statusOf,
  type Ticket,
  ticketIds,
  type TicketState,
} from "../ticket.ts";
import type { TriggerOptions } from "../trigger_flow.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";
import { executeTicket } from "./execute_ticket.ts";
import { followUp } from "./follow_up.ts";

/** How a run is asked for. */
export interface AskOptions extends Omit<TriggerOptions, "onTicket"> {
  /** Told once it was asked for. */
  onTicket?: (asked: TicketState) => void;
}

/** `triggerFlow`. */
export async function trigger(paths: WorkflowPaths, options: AskOptions): Promise<TicketState> {
  const { name } = paths;
  const version = readVersion(paths, options.version);
  const now = Date.now();
  const given = { at: now, text: options.textParams };
  const params = bindParameters(name, version.parameters, options.params ?? {}, given);
  if (options.run !== false) await makeRoom(paths);
  const requestedAt = new Date(now).toISOString();
  const ticket: Ticket = {
    schema: 1,
    workflow: name,
    id: newId(),
    version: version.version,
    params,
    trigger: "manual",
    requestedAt,
  };
  await createTicket(paths, ticket);
  options.onTicket?.(readTicket(paths, ticket.id));
  return options.run === false ? readTicket(paths, ticket.id) : await carryOut(paths, ticket.id, options);
}

/** Runs one again that ended. */
export async function resume(paths: WorkflowPaths, id: string, options: AskOptions): Promise<TicketState> {
  const { ticket, paths: files, end } = readTicket(paths, id);
  if (end && isGreen(end.status as "failed")) {
    throw new DuctaflowError(`The run ${paths.name}/${ticket.id} succeeded: there is nothing to resume`, {
      code: "not-resumable",
      hint: `Trigger another one: trigger ${paths.name}`,
    });
  }
  if (ticket.unbound) {
    throw new DuctaflowError(
      `The run ${paths.name}/${ticket.id} has no parameters to resume with: ${end?.statusText}`,
      {
        code: "not-resumable",
        hint: `Trigger another one with --set: trigger ${paths.name}`,
      },
    );
  }
  if (options.run !== false) await makeRoom(paths, ticket.id);
  const lock = await acquireLock(files.lock, `${paths.name}/${ticket.id}`, { wait: false });
  try {
    reopenTicket(files, Date.now());
  } finally {
    lock.release();
  }
  options.onTicket?.(readTicket(paths, ticket.id));
  return options.run === false ? readTicket(paths, ticket.id) : await carryOut(paths, ticket.id, options);
}

/** What the setting `overlap` means for a run that somebody waits for. */
async function makeRoom(paths: WorkflowPaths, id?: string): Promise<void> {
  const { overlap } = readSettings(paths).effective;
  if (overlap === "skip" && isLocked(paths.active)) {
    const running = ticketIds(paths).findLast((each) => isLocked(maybeTicket(paths, each)?.paths.lock ?? ""));
    throw new DuctaflowError(`The workflow "${paths.name}" runs already${running ? `: ${running}` : ""}`, {
      code: "locked",
      hint: `Wait for it, cancel it, or set overlap to "queue" or "allow"`,
    });
  }
  if (overlap === "cancel-old") await cancelOthers(paths, id, "another run was triggered");
}

/** Asks all runs of a workflow that wait or go on to end. */
export async function cancelOthers(
  paths: WorkflowPaths,
  except: string | undefined,
  reason: string,
): Promise<string[]> {
  const cancelled: string[] = [];
  for (const id of ticketIds(paths)) {
    const state = id === except ? undefined : maybeTicket(paths, id);
    if (!state || state.end || !["running", "queued"].includes(statusOf(state))) continue;
    if (await requestCancel(state.paths, reason, Date.now())) cancelled.push(id);
  }
  return cancelled;
}

async function carryOut(paths: WorkflowPaths, id: string, { signal, onEvent }: AskOptions): Promise<TicketState> {
  const now = Date.now;
  for (;;) {
    const execution = await executeTicket(paths, id, { signal, onEvent, wait: true, onSignal: "end", now });
    if (execution.taken) break;
    // The scheduler was faster: this waits for the end as it would for its own.
    const lock = await acquireLock(maybeTicket(paths, id)!.paths.lock, `${paths.name}/${id}`, { signal });
    lock.release();
  }
  await followUp(paths, id, { ...processEffects(), now });
  return readTicket(paths, id);
}
