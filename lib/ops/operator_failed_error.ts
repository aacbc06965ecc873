/**
 * The error of an operator that failed: it names the user's own line, shows what the function was called with, and has the
 * command that calls it again.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { shortPath } from "../base/short_path.ts";
import type { RunStatus } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import { userStack } from "../step/user_place.ts";
import { detailLines, type FailedCall } from "./failed_call.ts";

/** A call that did not succeed. Its step is recorded all the same; the report shows its arguments. */
export class OperatorFailedError extends DuctaflowError {
  /** The run of the call, with its record. */
  readonly run: Run;
  /** How it ended. */
  readonly status: RunStatus;
  /** The exported function. */
  readonly op: string;
  /** Where the user's code failed: the innermost line that is none of the toolkit's. */
  readonly place?: string;
  /** What the function was called with, a line an argument: the first row of a table, the beginning of other values. */
  readonly inputs: string[];
  /** A command that runs the call again with the same arguments and permissions. */
  readonly reproduce: string;
  /** Absolute path of the HTML report. */
  readonly reportPath: string;

  /** Makes the error from a run that is on disk. */
  constructor(run: Run, call: FailedCall) {
    const { op, what, place, inputs, reproduce, stack } = call;
    const hint = run.record.error?.hint ? `${run.record.error.hint}. ` : "";
    super(`${op} failed${place ? ` at ${place}` : ""} (step ${run.step}/${run.instance}): ${what}`, {
      code: `step-${run.status}`,
      hint: `${hint}Its arguments are shown in ${shortPath(run.reportPath)}; to run it again: ${reproduce}`,
    });
    this.name = "OperatorFailedError";
    this.run = run;
    this.status = run.status;
    this.op = op;
    if (place !== undefined) this.place = place;
    this.inputs = inputs;
    this.reproduce = reproduce;
    this.reportPath = run.reportPath;
    // Shown as it is where nobody catches it: the user's own frames, and what a hint would say.
    const lines = [`${this.name}: ${this.message}`, ...stack, ...conductorFrames(), ...detailLines(call, run)];
    this.stack = lines.join("\n");
  }
}

/** Where the user's conductor waited. Asked of another object: the stack of an error that was looked at is not replaced. */
function conductorFrames(): string[] {
  const here: { stack?: string } = {};
  // Most frames are the toolkit's own.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  Error.captureStackTrace(here);
  const { stack = "" } = here;
  Error.stackTraceLimit = limit;
  return userStack(stack).split("\n").filter((line) => /^ +at .*\w+:\/\//.test(line));
}
