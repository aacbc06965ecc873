/**
 * What came of a batch: for people the failures and how to go on, for programs all of it.
 * @module
 */
import { isDuctaflowError, messageOf } from "../base/error.ts";
import { shortPath } from "../base/short_path.ts";
import type { Batch, BatchFailure } from "../batch/batch.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import type { Run } from "../step/run.ts";
import { cutText, oneLine, type Paint, plainText } from "./style.ts";

const shownFailures = 5;
const longestText = 300;

/** A batch as `--json` prints it. Lists are in the order of the rows, paths are absolute. */
export interface BatchJson {
  step: string;
  durationMs: number;
  counts: { ran: number; fresh: number; failed: number; skipped: number };
  runs: Pick<Run, "instance" | "status" | "cached" | "dir">[];
  failed: FailureJson[];
  /** Names of instances that were not started. */
  skipped: string[];
}

/** A failure as `--json` prints it. */
export interface FailureJson extends Pick<BatchFailure, "instance" | "index" | "status"> {
  message: string;
  code?: string;
  hint?: string;
  /** Index of the cell, from 0. */
  cell?: number;
  /** Line in the flow, from 1. */
  line?: number;
  report?: string;
}

/** The whole of a batch as plain data. */
export function batchJson({ step, durationMs, runs, succeeded, failed, cached, skipped }: Batch): BatchJson {
  return {
    step,
    durationMs,
    counts: {
      ran: succeeded.length - cached.length,
      fresh: cached.length,
      failed: failed.length,
      skipped: skipped.length,
    },
    runs: runs.map(({ instance, status, cached, dir }) => ({ instance, status, cached, dir })),
    failed: failed.map(failureJson),
    skipped,
  };
}

function failureJson(failure: BatchFailure): FailureJson {
  const { instance, index, status, error, run } = failure;
  const { cell, line } = run?.record.error ?? {};
  const hint = run ? run.record.error?.hint : isDuctaflowError(error) ? error.hint : undefined;
  return {
    instance,
    index,
    status,
    message: run?.record.statusText ?? messageOf(error),
    ...(isDuctaflowError(error) ? { code: error.code } : {}),
    ...(hint === undefined ? {} : { hint }),
    ...(cell === undefined ? {} : { cell }),
    ...(line === undefined ? {} : { line }),
    ...(run ? { report: run.reportPath } : {}),
  };
}

/** The first failures, those with the same message together, and what to type next; empty when all is well. */
export function batchSummary({ failed, skipped }: Batch, paint: Paint, resume: string): string {
  if (failed.length + skipped.length === 0) return "";
  const groups = new Map<string, BatchFailure[]>();
  for (const failure of failed.filter(({ status }) => status !== "cancelled")) {
    const text = plainText(failure.run?.record.statusText ?? messageOf(failure.error));
    const group = groups.get(text);
    if (group) group.push(failure);
    else groups.set(text, [failure]);
  }
  const shown = [...groups].slice(0, shownFailures);
  const rest = [...groups.values()].slice(shownFailures).reduce((sum, group) => sum + group.length, 0);
  const lines = shown.flatMap(([text, group]) => failureLines(text, group, paint));
  if (rest > 0) lines.push(`  … and ${rest} more`);
  return `${[...lines, `${paint("cyan", "To go on:")} ${resume}`].join("\n")}\n`;
}

function failureLines(text: string, [first, ...others]: BatchFailure[], paint: Paint): string[] {
  const { instance, run, error } = first;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  const lines = [`  ${paint("red", instance)}${more}: ${cutText(oneLine(text), longestText)}`];
  const place = run?.record.error;
  if (run && place?.line !== undefined) {
    lines.push(`    at ${flowLocation(run.record.flow.url, place.line, place.column)}`);
  }
  const hint = run ? place?.hint : isDuctaflowError(error) ? error.hint : undefined;
  if (hint) lines.push(`    ${paint("cyan", "Hint:")} ${oneLine(hint)}`);
  if (run) lines.push(`    ${paint("dim", "report")} ${shortPath(run.reportPath)}`);
  return lines;
}
