/**
 * What a run says, on disk as it says it: one JSON line an event, appended. After a crash the outputs up to that point
 * are here; a short last line is what a kill leaves and is passed over.
 * @module
 */
import { maybeText, openMakingFolder } from "../base/maybe_file.ts";
import { writeAll } from "../base/write_all.ts";
import type { MimeBundle } from "../notebook/ipynb.ts";

/** One thing that happened in a run. `ms` counts from the start of the flow's process. */
export type RunEvent =
  | { t: "start"; id: string; at: string; build: string }
  | { t: "cell"; cell: number; ms: number; rss: number }
  | { t: "text"; name: "stdout" | "stderr"; cell: number; text: string }
  /** Something shown; `cell` is the one that showed it, which may have ended by then. */
  | { t: "out"; kind: "result" | "display"; data: MimeBundle; cell?: number; dropped?: boolean }
  | { t: "metric"; name: string; value: number; unit?: string; description?: string }
  | { t: "check"; name: string; ok: boolean; severity?: "warning" | "error"; message?: string }
  | { t: "progress"; done: number; total: number; label?: string }
  /** The flow went to another folder, named as it named it. */
  | { t: "folder"; path: string }
  | { t: "error"; late?: boolean; error: ThrownError; ms: number; rss: number }
  | { t: "done"; ms: number; rss: number };

/** A thrown value as the flow's process describes it. */
export interface ThrownError {
  /** The name of the error, such as `TypeError`; `Thrown value` for what is no error. */
  name: string;
  /** Its message. */
  message: string;
  /** Its stack, naming the flow's own file. */
  stack?: string;
  /** What it says caused it. */
  cause?: ThrownError;
}

/** An open event log. */
export interface EventLog {
  /** Adds an event; it is on its way to the disk with the next `flush`. */
  append(event: RunEvent): void;
  /** Writes what was added. What cannot be written is lost, and the error thrown. */
  flush(): void;
  /** Writes what was added, as far as that is possible, and closes the file. */
  close(): void;
}

const encoder = new TextEncoder();

/** Starts an empty log. */
export function openEventLog(path: string): EventLog {
  const file = openMakingFolder(path, { write: true, create: true, truncate: true });
  let added = "";
  const flush = () => {
    const text = added;
    added = "";
    if (text !== "") writeAll(file, encoder.encode(text));
  };
  return {
    append: (event) => void (added += `${JSON.stringify(event)}\n`),
    flush,
    close() {
      try {
        flush();
      } finally {
        file.close();
      }
    },
  };
}

/** The events in a log, as far as it was written; none when there is no log. */
export function readEventLog(path: string): RunEvent[] {
  const events: RunEvent[] = [];
  for (const line of (maybeText(path) ?? "").split("\n")) {
    try {
      const event = JSON.parse(line);
      if (isRunEvent(event)) events.push(event);
    } catch {
      // A line that was cut short.
    }
  }
  return events;
}

/** What each kind of event cannot be without. */
const shapes: Record<RunEvent["t"], { [key: string]: string }> = {
  start: { id: "string", at: "string", build: "string" },
  cell: { cell: "number", ms: "number", rss: "number" },
  text: { name: "string", cell: "number", text: "string" },
  out: { kind: "string", data: "object" },
  metric: { name: "string", value: "number" },
  check: { name: "string", ok: "boolean" },
  progress: { done: "number", total: "number" },
  folder: { path: "string" },
  error: { error: "object", ms: "number", rss: "number" },
  done: { ms: "number", rss: "number" },
};

/** Whether a value that came from outside is an event. */
export function isRunEvent(value: unknown): value is RunEvent {
  const event = value as { [key: string]: unknown } | null;
  if (typeof event?.t !== "string" || !Object.hasOwn(shapes, event.t)) return false;
  const shape = Object.entries(shapes[event.t as RunEvent["t"]]);
  return shape.every(([key, type]) => typeof event[key] === type && event[key] !== null);
}
