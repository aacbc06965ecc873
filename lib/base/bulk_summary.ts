/**
 * The summary of many runs, `bulk_summary.json`: one entry a run with what tells it from the others. Plain JSON,
 * described for other programs by `docs/bulk-summary.schema.json`.
 * @module
 */
import type { JsonObject } from "./json.ts";
import type { Config, RunStatus } from "./record.ts";

/** The schema number that this version writes. */
export const bulkSummarySchema = 1;

/** Many runs in one file. Times are ISO 8601 in UTC, durations milliseconds, sizes bytes. */
export interface BulkSummary {
  /** The version of this format. */
  schema: typeof bulkSummarySchema;
  /** The version of the toolkit that wrote it. */
  toolkit: string;
  /** What the collection is called. */
  title: string;
  /** When it was made. */
  madeAt: string;
  /** How many runs there are. */
  counts: BulkCounts;
  /** How long the runs took, added up; reused ones count with the time they once took. */
  durationMs: number;
  /** The names of the steps, in the order in which they first occur. */
  steps: string[];
  /** The keys of all configs, nested ones as `a.b`. */
  columns: BulkColumns;
  /** The runs, in the order given. */
  runs: BulkRun[];
}

/** How many runs there are. */
export interface BulkCounts {
  /** All of them. */
  total: number;
  /** Those that were reused, not executed. */
  cached: number;
  /** Those of each status. */
  status: Record<RunStatus, number>;
}

/** Which keys of the configs tell runs apart. */
export interface BulkColumns {
  /** Keys whose values differ between runs of the steps that have them. */
  varying: string[];
  /** Value by key where all runs of the steps that have the key agree. */
  common: JsonObject;
}

/** One run. What its folder no longer tells is absent, and `note` says so. */
export interface BulkRun {
  /** The name of the step. */
  step: string;
  /** The name of the instance. */
  instance: string;
  /** The id in the run's record. */
  id?: string;
  /** How it stands. */
  status: RunStatus;
  /** The status as a sentence. */
  statusText?: string;
  /** Whether it was reused, not executed. */
  cached: boolean;
  /** When it started. */
  startedAt?: string;
  /** When it ended. */
  endedAt?: string;
  /** How long it took when it was executed. */
  durationMs?: number;
  /** The config as it was given. */
  config: Config;
  /** Values of declared parameters that the config left to their defaults. */
  defaults: JsonObject;
  /** The numbers that it reported, by name. */
  metrics: Record<string, BulkMetric>;
  /** The yes-or-no answers that it reported. */
  checks: BulkCheck[];
  /** The files that it left. */
  artifacts: BulkArtifact[];
  /** The address of its report, relative to this file. */
  report?: string;
  /** What is missing of it, as a sentence. */
  note?: string;
}

/** A number that a run reported. */
export interface BulkMetric {
  /** The number. */
  value: number;
  /** Its unit, such as `min`. */
  unit?: string;
}

/** A yes or no that a run reported. */
export interface BulkCheck {
  /** What was checked. */
  name: string;
  /** Whether it holds. */
  ok: boolean;
  /** Whether the run warns or fails when it does not hold. */
  severity: "warning" | "error";
  /** A sentence for when it does not hold. */
  message?: string;
}

/** A file that a run left. */
export interface BulkArtifact {
  /** Path below the run folder, with `/`. */
  name: string;
  /** MIME type. */
  type: string;
  /** Its size. */
  size: number;
  /** SHA-256 of its bytes. */
  hash: string;
}

/** The summary as text, one line a run, so that two of them can be compared line by line. */
export function bulkSummaryText({ runs, ...head }: BulkSummary): string {
  const top = JSON.stringify(head, null, 2).slice(0, -2);
  const lines = runs.map((run) => `    ${JSON.stringify(run)}`);
  return `${top},\n  "runs": [${lines.length === 0 ? "" : `\n${lines.join(",\n")}\n  `}]\n}\n`;
}
