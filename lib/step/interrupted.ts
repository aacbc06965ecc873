/**
 * Runs whose conductor died: they say running, but nobody holds their lock. What they had said until then is in their
 * event log.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { isDuctaflowError } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { acquireLock } from "../base/lock.ts";
import type { RunRecord } from "../base/record.ts";
import { maybeBuiltFlow } from "./build.ts";
import { Capture, type Captured } from "./capture.ts";
import { maybeConfig } from "./config_file.ts";
import { emptyIfThere } from "../base/maybe_file.ts";
import { readEventLog } from "./event_log.ts";
import { gatherArtifacts, writeRun } from "./finish.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { cellPhrase } from "./outcome.ts";
import { maybeRecord } from "./record_file.ts";
import { referencesIn } from "./references.ts";

/** What is left of an interrupted run. */
export interface InterruptedRun {
  record: RunRecord;
  captured?: Captured;
  build?: ReturnType<typeof maybeBuiltFlow>;
}

/** Reads an interrupted run together from its `running` record and its event log. Writes nothing. */
export function readInterrupted(paths: InstancePaths, running: RunRecord): InterruptedRun {
  const record: RunRecord = { ...running, status: "interrupted", statusText: "Interrupted: its conductor died" };
  const events = readEventLog(paths.events);
  const start = events.find((event) => event.t === "start");
  const build = start?.id === running.id ? maybeBuiltFlow(start.build) : undefined;
  if (!build) return { record };
  const capture = new Capture(build.flow);
  for (const event of events) capture.event(event);
  const captured = capture.finish({ running: capture.currentCell });
  record.statusText = `Interrupted ${cellPhrase(build.flow, captured.lastCell)}: its conductor died`;
  record.cells = captured.cells.map((cell) => cell.record);
  record.metrics = captured.metrics;
  record.checks = captured.checks;
  return { record, captured, build };
}

/** Writes an interrupted run down as such, with notebook and report. Its lock must be held. */
export async function recordInterrupted(paths: InstancePaths, running: RunRecord): Promise<RunRecord> {
  const { record, captured, build } = readInterrupted(paths, running);
  if (!captured || !build) {
    writeFileAtomic(paths.record, jsonText(record));
    return record;
  }
  record.artifacts = await gatherArtifacts(paths, record.warnings);
  const { flow, highlighted } = build;
  const config = maybeConfig(paths.config) ?? {};
  // Only the conductor that died knew what to take out of them.
  const redact = referencesIn(config).secrets.length > 0 ? { redact: "hide" as const } : {};
  await writeRun(paths, record, { flow, highlighted, config, cells: captured.cells, ...redact });
  // Deno itself wrote it, with URLs and paths as the flow gave them.
  emptyIfThere(paths.audit);
  return record;
}

/**
 * Writes an interrupted run down where nobody did so yet, so that whoever looks finds its outputs; where it may not be
 * written, or somebody runs the instance by now, it is only told.
 */
export async function takeDownInterrupted(paths: InstancePaths, running: RunRecord): Promise<RunRecord> {
  try {
    const lock = await acquireLock(paths.lock, `${paths.step}/${paths.instance}`, { wait: false });
    try {
      const last = maybeRecord(paths) ?? running;
      return last.status === "running" ? await recordInterrupted(paths, last) : last;
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!isDuctaflowError(explainDiskError(error, "record"))) throw error;
    return readInterrupted(paths, running).record;
  }
}
