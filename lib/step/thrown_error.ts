/**
 * What a flow threw, and which place in the flow that was: from the stacks of the error and its causes, and for workers
 * from what stands on stderr.
 * @module
 */
import type { ErrorRecord } from "../base/record.ts";
import type { Flow } from "../notebook/flow.ts";
import type { Output } from "../notebook/ipynb.ts";
import type { Captured } from "./capture.ts";
import type { ThrownError } from "./event_log.ts";

/** A place in a flow, from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Of an error in a worker Deno tells the flow only that there was one, or null; what it was stands on stderr. */
export function withWorkerError(captured: Captured): ThrownError {
  const { thrown } = captured.error!;
  const isBare = thrown.message.startsWith("Unhandled error in child worker") ||
    thrown.name === "Thrown value" && thrown.message === "null";
  const said = isBare ? stderrOf(captured).map(({ text }) => text).join("") : "";
  const [, message] = /Uncaught \(in worker "[^"]*"\) (?:\(in promise\) )?(.+)/.exec(said) ?? [];
  return message ? { name: "Error", message: `In a worker: ${message}`, cause: { name: "Error", message } } : thrown;
}

/** Where an error was thrown, by its own stack or, without one, by those of its causes. */
export function firstPosition(flow: Flow, thrown: ThrownError): Position | undefined {
  for (let error: ThrownError | undefined = thrown; error; error = error.cause) {
    const [place] = positionsIn(flow, error.stack);
    if (place) return place;
  }
  return undefined;
}

/** The places in the flow's own file that a stack names, innermost first. */
export function positionsIn(flow: Flow, stack: string | undefined): Position[] {
  const parts = (stack ?? "").split(`${flow.url}:`).slice(1);
  return parts.flatMap((part) => {
    const [, line, column] = /^(\d+):(\d+)/.exec(part) ?? [];
    return line === undefined ? [] : [{ line: Number(line), column: Number(column) }];
  });
}

/** The cell that a line is in; undefined before the first. */
export function cellAtLine(flow: Flow, line: number): number | undefined {
  return flow.cells.findLast((cell) => (cell.markerLine ?? cell.line) <= line)?.index;
}

/** The index of the first code cell. */
export function firstCodeCell(flow: Flow): number | undefined {
  return flow.cells.find((cell) => cell.type === "code")?.index;
}

/** What led to an error, as the record tells it. */
export function causesOf(thrown: ThrownError): ErrorRecord["causes"] {
  const causes = [];
  for (let cause = thrown.cause; cause; cause = cause.cause) {
    const { name, message, stack } = cause;
    causes.push({ name, message, ...(stack === undefined ? {} : { stack }) });
  }
  return causes.length > 0 ? causes : undefined;
}

/** What the cells wrote to stderr. */
export function stderrOf(captured: Captured): Extract<Output, { output_type: "stream" }>[] {
  return captured.cells.flatMap((cell) => cell.outputs).filter((output) =>
    output.output_type === "stream" && output.name === "stderr"
  ) as Extract<Output, { output_type: "stream" }>[];
}
