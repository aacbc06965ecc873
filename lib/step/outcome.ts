/**
 * How a run ended, from all that is known: the exit of the process, what the flow's process reported, the checks. A run
 * is green only if the process exited 0 and the end of the last cell was reached.
 * @module
 */
import { shorten } from "../base/shown_text.ts";
import { formatDuration } from "../base/duration.ts";
import { maybeSignature } from "../base/file_signature.ts";
import type { ErrorRecord, RunStatus } from "../base/record.ts";
import type { Flow } from "../notebook/flow.ts";
import type { Attempt } from "./attempt.ts";
import type { Captured } from "./capture.ts";
import { hintFor } from "./error_hints.ts";
import type { InstancePaths } from "./instance_paths.ts";
import {
  causesOf,
  cellAtLine,
  firstCodeCell,
  firstPosition,
  positionsIn,
  stderrOf,
  withWorkerError,
} from "./thrown_error.ts";
import { isWritten, userPlace } from "./user_place.ts";

/** How a run ended. */
export interface Outcome {
  status: RunStatus;
  /** A sentence for people, without a final period. */
  statusText: string;
  error?: ErrorRecord;
  /** The cell to mark as failed. */
  failedCell?: number;
}

const listedChecks = 8;
const neverResolved = "error: Top-level await promise never resolved";

/** Decides how an attempt ended. */
export function decideOutcome(flow: Flow, paths: InstancePaths, attempt: Attempt, timeoutMs?: number): Outcome {
  const { captured, stopped } = attempt;
  const where = cellPhrase(flow, captured.lastCell);
  if (stopped) return stoppedOutcome(stopped, where, captured.lastCell, timeoutMs);
  if (captured.error) return thrownOutcome(flow, paths, captured);
  const early = exitOutcome(flow, attempt, where) ?? incompleteOutcome(flow, paths, captured);
  return early ?? checkedOutcome(captured);
}

/** A cell in words: `cell 3 "Load"`, counted from 1 as people do. */
export function cellPhrase(flow: Flow, index: number | undefined): string {
  if (index === undefined) return "before the first cell";
  const title = flow.cells[index]?.title;
  return `in cell ${index + 1}${title ? ` "${title}"` : ""}`;
}

function stoppedOutcome(
  stopped: NonNullable<Attempt["stopped"]>,
  where: string,
  cell: number | undefined,
  timeoutMs = 0,
): Outcome {
  const killed = stopped.killed ? "; it did not stop when asked and was killed" : "";
  if (stopped.status === "timed-out") {
    const message = `Timed out after ${formatDuration(timeoutMs)} ${where}${killed}`;
    return failure(
      "timed-out",
      message,
      { name: "Timeout", message, hint: "Give the run more time with timeout" },
      cell,
    );
  }
  const why = stopped.why ? ` (${stopped.why})` : "";
  const message = `Cancelled ${where}${why}${killed}`;
  return failure("cancelled", message, { name: "Cancelled", message }, cell);
}

function thrownOutcome(flow: Flow, paths: InstancePaths, captured: Captured): Outcome {
  const { cell, late } = captured.error!;
  const thrown = withWorkerError(captured);
  const thrownAt = firstPosition(flow, thrown);
  const at = thrownAt ? cellAtLine(flow, thrownAt.line) : undefined;
  // While imports load no cell has begun; an error that names a line belongs to that line's cell.
  const failed = late && captured.done ? cell : cell >= 0 ? cell : at ?? firstCodeCell(flow);
  // A function of an earlier cell may have thrown: the line in the cell that failed is the one that called it.
  const place = positionsIn(flow, thrown.stack).find(({ line }) => cellAtLine(flow, line) === failed) ?? thrownAt;
  const elsewhere = place !== undefined && thrownAt!.line !== place.line && at !== failed;
  const line = place ? `, line ${place.line}${elsewhere ? ` (thrown in line ${thrownAt!.line})` : ""}` : "";
  const what = firstLine(
    thrown.name === "Thrown value" ? `Threw ${thrown.message}` : `${thrown.name}: ${thrown.message}`,
  );
  const written = isWritten(flow.url) ? userPlace(thrown.stack) ?? userPlace(thrown.cause?.stack) : undefined;
  const text = written !== undefined
    ? `Failed at ${written}: ${what}`
    : !late
    ? `Failed ${cell >= 0 ? cellPhrase(flow, failed) : "while it loaded its imports"}${line}: ${what}`
    : captured.done
    ? `Failed after the last cell, by an error that nothing waited for${line}: ${what}`
    : `Failed ${cellPhrase(flow, failed)} by an error that nothing waited for${line}: ${what}`;
  const error: ErrorRecord = {
    name: thrown.name,
    message: thrown.message,
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
    ...place,
    ...optional("hint", hintFor(flow, paths, thrown)),
    ...optional("causes", causesOf(thrown)),
  };
  return failure("failed", text, error, failed);
}

function exitOutcome(flow: Flow, attempt: Attempt, where: string): Outcome | undefined {
  const { captured, exit } = attempt;
  const cell = captured.lastCell;
  const fail = (name: string, message: string, hint?: string) =>
    failure("failed", message, { name, message, ...optional("hint", hint) }, cell);
  if (exit.signal) {
    return fail("Killed", `Killed by ${exit.signal} ${where}`, signalHint(exit.signal));
  }
  if (captured.done && exit.code === 0) return undefined;
  if (captured.done) return fail("ExitCode", `Exited with code ${exit.code} after the last cell`);
  if (exit.code === 0) {
    return fail("ExitedEarly", `Exited early ${where}: Deno.exit(0) was called before the end of the last cell`);
  }
  if (saidOnStderr(captured, neverResolved)) {
    return fail(
      "NeverFinished",
      `Never finished ${where}: it awaits a promise that nothing can resolve any more`,
      "Look for an await in that cell whose promise is never resolved or rejected",
    );
  }
  if (cell === undefined) return fail("CannotStart", `Could not start: ${startMessage(flow, attempt)}`);
  return fail("ExitCode", `Exited early ${where} with code ${exit.code}`, codeHint(exit.code));
}

/** What a process that ended well may still lack. */
function incompleteOutcome(flow: Flow, paths: InstancePaths, captured: Captured): Outcome | undefined {
  const fail = (name: string, message: string, hint: string, cell?: number) =>
    failure("failed", message, { name, message, hint }, cell);
  if (!maybeSignature(paths.dir)) {
    const hint = "Only what a flow leaves in its run folder is kept; let it remove its own files one by one";
    return fail("FolderGone", "Its run folder was removed while it ran", hint);
  }
  const missed = captured.cells.find(({ record: { type, status }, executionCount }) =>
    type === "code" && status !== "skipped" && executionCount === null
  );
  if (!missed) return undefined;
  const { index } = missed.record;
  const hint = `The generated code may be damaged: remove "${paths.buildDir}" and run it again`;
  return fail("CellMissed", `Ended without ever being ${cellPhrase(flow, index)}`, hint, index);
}

function checkedOutcome(captured: Captured): Outcome {
  const broken = captured.checks.filter((check) => !check.ok);
  const errors = broken.filter((check) => check.severity === "error");
  const list = (checks: typeof broken) => {
    const names = checks.slice(0, listedChecks).map((check) => `"${check.name}"`).join(", ");
    return checks.length > listedChecks ? `${names} and ${checks.length - listedChecks} more` : names;
  };
  if (errors.length > 0) {
    const message = `Checks do not hold: ${list(errors)}`;
    const detail = errors.slice(0, listedChecks).map((check) => check.message).filter(Boolean).join("; ");
    const error = { name: "CheckFailed", message: detail ? `${message} (${detail})` : message };
    return failure("failed", message, error, errors[0].cell);
  }
  if (broken.length > 0) return { status: "warned", statusText: `Succeeded with warnings: ${list(broken)}` };
  return { status: "succeeded", statusText: "Succeeded" };
}

function failure(status: RunStatus, statusText: string, error: ErrorRecord, cell: number | undefined): Outcome {
  return { status, statusText, error: { ...error, ...optional("cell", cell) }, ...optional("failedCell", cell) };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : { [key]: value } as { [P in K]?: V };
}

function signalHint(signal: string): string | undefined {
  if (signal === "SIGKILL") return "Somebody killed it, or the machine ran out of memory";
  if (["SIGTRAP", "SIGABRT", "SIGILL"].includes(signal)) return "The JavaScript heap is full, or Deno itself crashed";
  return signal === "SIGSEGV" ? "Native code crashed" : undefined;
}

function codeHint(code: number): string | undefined {
  if (code === 133 || code === 134) return "The JavaScript heap is full, or Deno itself crashed";
  return code === 137 ? "Somebody killed it, or the machine ran out of memory" : undefined;
}

function firstLine(text: string): string {
  return shorten(text.split("\n", 1)[0], 200);
}

function saidOnStderr(captured: Captured, text: string): boolean {
  return stderrOf(captured).some((output) => output.text.includes(text));
}

/** What Deno said when it could not even start the flow. */
function startMessage(flow: Flow, { captured, exit, command }: Attempt): string {
  const copy = command.at(-1)?.replace(/[^/]*$/, "") ?? "";
  const text = stderrOf(captured).map((output) => output.text).join("").replace(/^error: /, "").trim();
  return text.replaceAll(`file://${copy}`, flow.url.replace(/[^/]*$/, "")) || `exit code ${exit.code}`;
}

/** Takes Deno's own last words out of the outputs where the record says the same more clearly. */
export function tidyOutputs(captured: Captured): void {
  const ends = [neverResolved, ...(captured.error?.late ? ["error: Uncaught"] : [])];
  for (const cell of captured.cells) {
    for (const output of cell.outputs) {
      if (output.output_type !== "stream" || output.name !== "stderr") continue;
      for (const end of ends) {
        const at = output.text.lastIndexOf(end);
        if (at >= 0 && (at === 0 || output.text[at - 1] === "\n")) output.text = output.text.slice(0, at);
      }
    }
    cell.outputs = cell.outputs.filter((output) => output.output_type !== "stream" || output.text !== "");
  }
}
