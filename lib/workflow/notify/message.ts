/**
 * What there is to tell about the end of a run.
 * @module
 */
import { formatDuration } from "../../base/duration.ts";
import { isGreen } from "../../base/record.ts";
import { join } from "../../deps/path.ts";
import { maybeTicket, ticketIds, type TicketState } from "../ticket.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";
import type { NotifyEvent } from "./channel.ts";

/** The message, as webhooks of the format `json` and commands get it. */
export interface Message {
  /** What happened. */
  event: NotifyEvent;
  /** The same for the same message, should it come twice. */
  delivery: string;
  workflow: string;
  version: number;
  run: string;
  status: string;
  statusText: string;
  trigger: string;
  scheduledFor?: string;
  startedAt?: string;
  endedAt: string;
  durationMs: number;
  metrics: { [name: string]: number };
  params: object;
  /** Absolute path of the report on the machine that ran it. */
  report: string;
}

/** What a run that ended means: the first that a channel wants to hear is told. */
export function eventsOf(paths: WorkflowPaths, { ticket, end }: TicketState): NotifyEvent[] {
  const status = end!.status;
  if (status === "failed" || status === "timed-out") return ["failed"];
  if (!isGreen(status as "failed")) return [];
  const before = ticketIds(paths).filter((id) => id < ticket.id).reverse();
  const last = before.map((id) => maybeTicket(paths, id)?.end?.status)
    .find((each) => each !== undefined && each !== "skipped" && each !== "cancelled");
  const recovered = last === "failed" || last === "timed-out";
  return [...recovered ? ["recovered" as const] : [], status === "warned" ? "warned" : "succeeded"];
}

/** The message about a run that ended. */
export function makeMessage(paths: WorkflowPaths, { ticket, end }: TicketState, event: NotifyEvent): Message {
  const { id, workflow, version, trigger, scheduledFor, params } = ticket;
  const { status, statusText, startedAt, endedAt, durationMs, metrics } = end!;
  return {
    event,
    delivery: `${workflow}/${id}/${endedAt}/${event}`,
    workflow,
    version,
    run: id,
    status,
    statusText,
    trigger,
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    ...(startedAt === undefined ? {} : { startedAt }),
    endedAt,
    durationMs,
    metrics,
    params,
    report: join(paths.runsDir, workflow, id, "report.html"),
  };
}

const words: { [event in NotifyEvent]: string } = {
  failed: "failed",
  warned: "succeeded with warnings",
  recovered: "is well again",
  succeeded: "succeeded",
};

/** The message in one line. */
export function headline({ workflow, event }: Message): string {
  return `Workflow ${workflow} ${words[event]}`;
}

/** What to know besides, name and value. */
export function facts(message: Message): [name: string, value: string][] {
  const metrics = Object.entries(message.metrics).map(([name, value]) => `${name} ${value}`).join(", ");
  return [
    ["Status", message.statusText],
    ["Run", `${message.run} (version ${message.version})`],
    ...(message.scheduledFor === undefined ? [] : [["Due at", message.scheduledFor] as [string, string]]),
    ["Took", formatDuration(message.durationMs)],
    ...(metrics === "" ? [] : [["Metrics", metrics] as [string, string]]),
    ["Report", message.report],
  ];
}
