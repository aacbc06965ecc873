/**
 * The error that a failed run throws.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import type { RunStatus } from "../base/record.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import type { Run } from "./run.ts";

/** A run that did not succeed. The run is recorded all the same, and its report shows what happened. */
export class StepFailedError extends DuctaflowError {
  /** The run with its record and partial outputs. */
  readonly run: Run;
  /** How the run ended. */
  readonly status: RunStatus;
  /** Index of the cell where it happened, from 0; undefined when no cell was reached. */
  readonly cell?: number;
  /** Line in the flow, from 1, when it is known. */
  readonly line?: number;
  /** Absolute path of the HTML report. */
  readonly reportPath: string;

  /** Makes the error from a run that is on disk. */
  constructor(run: Run) {
    const { record } = run;
    const place = record.error?.line === undefined ? "" : `\n  at ${flowLocation(record.flow.url, record.error.line)}`;
    const hint = record.error?.hint ? `${record.error.hint}. ` : "";
    super(`${run.step}/${run.instance}: ${record.statusText}${place}`, {
      code: `step-${record.status}`,
      hint: `${hint}The report is ${run.reportPath}`,
    });
    this.name = "StepFailedError";
    this.run = run;
    this.status = record.status;
    this.cell = record.error?.cell;
    this.line = record.error?.line;
    this.reportPath = run.reportPath;
  }
}
