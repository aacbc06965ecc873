/**
 * The runs of a workflow as they were asked for, wait, and ended: one folder each, of files that are made once. The
 * record of a run that began is that of its instance.
 * @module
 */
import { createOnce } from "../base/create_once.ts";
import { DuctaflowError } from "../base/error.ts";
import { type JsonObject, jsonText } from "../base/json.ts";
import { isLocked } from "../base/lock.ts";
import { entriesOf, exists, maybeText, openMakingFolder } from "../base/maybe_file.ts";
import { nameProblem } from "../base/names.ts";
import { nearest } from "../base/nearest.ts";
import type { RunStatus } from "../base/record.ts";
import { writeAll } from "../base/write_all.ts";
import { dirname, join } from "../deps/path.ts";
import type { WorkflowPaths } from "./workflow_paths.ts";

/** Why there is a run. */
export type Trigger = "schedule" | "manual" | "after";

/** A run as it was asked for. */
export interface Ticket {
  schema: 1;
  workflow: string;
  /** Its id, and its instance. Sorts by the time it was asked for, or by its tick. */
  id: string;
  /** The version that it runs. */
  version: number;
  params: JsonObject;
  trigger: Trigger;
  /** ISO 8601. */
  requestedAt: string;
  /** The tick that it stands for, ISO 8601. */
  scheduledFor?: string;
  /** Ticks before that one that nobody was there for. */
  missed?: number;
  /** The run that it follows. */
  upstream?: { workflow: string; run: string };
  /** Its parameters could not be settled, so that it never began and never can. */
  unbound?: true;
}

/** How a run stands: it waits, it runs, it ended, or it never began since another one went on. */
export type FlowRunStatus = RunStatus | "queued" | "skipped";

/** How a run ended, with what lists of runs show of it. */
export interface TicketEnd {
  status: FlowRunStatus;
  statusText: string;
  /** ISO 8601; absent when it never began. */
  startedAt?: string;
  endedAt: string;
  durationMs: number;
  metrics: { [name: string]: number };
}

/** One start of a run; `resumed` and `left` mark where the count of starts begins anew. */
export interface TicketStart {
  at: string;
  resumed?: true;
  /** Who ran it was told to stop, and left it to the next one: nothing speaks against running it. */
  left?: true;
}

/** The files of one run. */
export interface TicketPaths {
  dir: string;
  request: string;
  starts: string;
  end: string;
  cancel: string;
  /** What was done after the end: who was told, what followed. */
  after: string;
  /** Where a conductor notes its steps. */
  steps: string;
  /** Says that the run is pinned. */
  pin: string;
  /** Held by whoever runs it. */
  lock: string;
}

/** A run with how it stands. */
export interface TicketState {
  ticket: Ticket;
  paths: TicketPaths;
  starts: TicketStart[];
  end?: TicketEnd;
  cancel?: { reason: string; at: string };
  /** Retention passes it over. */
  pinned?: true;
}

/** The files of a run. */
export function ticketPaths({ tickets }: Pick<WorkflowPaths, "tickets">, id: string): TicketPaths {
  const dir = join(tickets, id);
  const at = (file: string) => join(dir, file);
  return {
    dir,
    request: at("request.json"),
    starts: at("starts.ndjson"),
    end: at("end.json"),
    cancel: at("cancel.json"),
    after: at("after.ndjson"),
    steps: at("steps.ndjson"),
    pin: at("pinned.json"),
    lock: at("run.lock"),
  };
}

/** Asks for a run; false when there is one of this id already. */
export async function createTicket(paths: WorkflowPaths, ticket: Ticket): Promise<boolean> {
  return await createOnce(ticketPaths(paths, ticket.id).request, jsonText(ticket));
}

/** The ids of all runs, from the oldest. */
export function ticketIds({ tickets }: WorkflowPaths): string[] {
  return entriesOf(tickets).map(({ name }) => name).filter((name) => nameProblem(name) === undefined).sort();
}

/** A run; undefined for none. */
export function maybeTicket(paths: WorkflowPaths, id: string): TicketState | undefined {
  const files = ticketPaths(paths, id);
  const ticket = readJson<Ticket>(files.request);
  if (!ticket) return undefined;
  const [end, cancel] = [readJson<TicketEnd>(files.end), readJson<{ reason: string; at: string }>(files.cancel)];
  const starts = readLines<TicketStart>(files.starts);
  const pinned = exists(files.pin) ? { pinned: true as const } : {};
  return { ticket, paths: files, starts, ...(end ? { end } : {}), ...(cancel ? { cancel } : {}), ...pinned };
}

/** A run that must be there; `"latest"` is the newest one. */
export function readTicket(paths: WorkflowPaths, id: string): TicketState {
  const ids = ticketIds(paths);
  const found = maybeTicket(paths, id === "latest" ? ids.at(-1) ?? id : id);
  if (found) return found;
  const meant = nearest(id, ids);
  throw new DuctaflowError(`The workflow "${paths.name}" has no run "${id}"`, {
    code: "run-not-found",
    hint: meant ? `Did you mean "${meant}"?` : ids.length > 0 ? `The newest is "${ids.at(-1)}"` : "It never ran",
  });
}

/** How a run stands now, without its record. */
export function statusOf({ end, paths }: TicketState): FlowRunStatus {
  return end ? end.status : isLocked(paths.lock) ? "running" : "queued";
}

/** Notes that a run ended; what was noted first stays. */
export async function endTicket(paths: TicketPaths, end: TicketEnd): Promise<boolean> {
  return await createOnce(paths.end, jsonText(end));
}

/** Asks a run to end. Whoever runs it looks now and then; one that waits never begins. */
export async function requestCancel(paths: TicketPaths, reason: string, now: number): Promise<boolean> {
  return await createOnce(paths.cancel, jsonText({ reason, at: new Date(now).toISOString() }));
}

/** Pins a run, or takes the pin away; false when that is so already. */
export async function pinTicket({ pin }: TicketPaths, isPinned: boolean, now: number): Promise<boolean> {
  if (isPinned) return await createOnce(pin, jsonText({ at: new Date(now).toISOString() }));
  if (!exists(pin)) return false;
  await Deno.remove(pin);
  return true;
}

/** Notes that a run begins. */
export function noteStart({ starts }: TicketPaths, start: TicketStart): void {
  appendLine(starts, start);
}

/** Opens a run that ended to be run again; how it ended is kept. The lock of the run must be held. */
export function reopenTicket(paths: TicketPaths, now: number): void {
  noteStart(paths, { at: new Date(now).toISOString(), resumed: true });
  const ends = entriesOf(paths.dir).filter(({ name }) => /^end-\d+\.json$/.test(name)).length;
  for (const path of [paths.cancel, paths.after]) if (exists(path)) Deno.removeSync(path);
  if (exists(paths.end)) Deno.renameSync(paths.end, join(paths.dir, `end-${ends + 1}.json`));
}

/** Starts since the run was asked for, resumed, or left in good order. */
export function startsSoFar(starts: TicketStart[]): TicketStart[] {
  return starts.slice(starts.findLastIndex(({ resumed, left }) => resumed || left) + 1);
}

/** Adds a line to a file of JSON lines. */
export function appendLine(path: string, value: object): void {
  if (!exists(dirname(path))) return;
  using file = openMakingFolder(path, { create: true, append: true });
  writeAll(file, new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

/** The lines of such a file; one that was cut short is passed over. */
export function readLines<T>(path: string): T[] {
  return (maybeText(path) ?? "").split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function readJson<T>(path: string): T | undefined {
  const text = maybeText(path);
  return text === undefined ? undefined : JSON.parse(text);
}
