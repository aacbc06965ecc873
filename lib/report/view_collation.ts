/**
 * What the page over many runs shows: plain texts and numbers, as its template and its script read them.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { setOwn } from "../base/json.ts";
import { collationColumns, type Column, metricNames, mostColumns, valueText } from "./collation_columns.ts";
import { configValue, flatValues } from "./config_columns.ts";
import { showControls } from "./escape.ts";
import { formatTime, plural } from "./format.ts";
import { isAllowedLink } from "./links.ts";
import { type Timeline, timeline } from "./timeline.ts";
import { type StatusView, viewStatus } from "./view.ts";

import type { BulkCheck, BulkRun, BulkSummary } from "../base/bulk_summary.ts";

/** The pictures of one name, over all runs. */
export interface Thumbnails {
  /** The name or pattern that they were found by. */
  name: string;
  /** One entry a run; undefined where it has no such picture. */
  pictures: (Picture | undefined)[];
}

/** A picture of a run. */
export interface Picture {
  /** Its name in the run folder. */
  name: string;
  /** The address of the file, relative to the page. */
  href: string;
  /** The picture as a `data:` address; absent when it was not taken into the page. */
  src?: string;
  /** Whether it takes the colours of the page, and needs no paper under it. */
  themed?: boolean;
}

/** One run, as the page's script reads it. */
export interface RowData {
  instance: string;
  /** Index into `statuses`. */
  status: number;
  /** What the status alone does not say. */
  said?: string;
  reused?: true;
  href?: string;
  note?: string;
  /** How many checks hold. */
  ok: number;
  /** Those that do not: severity, name, message. */
  failing: [kind: "warn" | "bad", name: string, message: string][];
}

/** What the page's script reads. */
export interface CollationData {
  statuses: (StatusView & { count: number })[];
  rows: RowData[];
  columns: Column[];
  /** Names of the thumbnails. */
  thumbnails: string[];
  timeline: Timeline;
}

/** What the page's template fills in. */
export interface CollationView {
  title: string;
  steps: string[];
  facts: string[];
  statuses: CollationData["statuses"];
  /** `where` names the steps, if not all have the key. */
  common: { key: string; value: string; where?: string }[];
  notes: string[];
}

/** The data of the page's script. */
export function collationData(summary: BulkSummary, thumbnails: Thumbnails[]): CollationData {
  const counts = new Map<string, number>();
  // In this order; a status that this version does not know comes after the others.
  for (const name of Object.keys(summary.counts.status)) counts.set(name, 0);
  for (const { status } of summary.runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  const names = [...counts.keys()].filter((name) => counts.get(name)! > 0);
  const statuses = names.map((name) => {
    const { kind, sign, label } = name === "warned" ? { ...viewStatus(name), label: "Warned" } : viewStatus(name);
    return { kind, sign, label: showControls(label), count: counts.get(name)! };
  });
  return {
    statuses,
    rows: summary.runs.map((run) => viewRow(run, names.indexOf(run.status))),
    columns: collationColumns(summary),
    thumbnails: thumbnails.map(({ name }) => showControls(name)),
    timeline: timeline(summary.runs),
  };
}

function viewRow(run: BulkRun, status: number): RowData {
  const isPlain = run.status === "succeeded" || run.status === "warned";
  const failing = run.checks.filter(({ ok }) => !ok);
  const row: RowData = {
    instance: showControls(run.instance),
    status,
    ok: run.checks.length - failing.length,
    failing: failing.map(viewCheck),
  };
  if (run.statusText && !isPlain) row.said = showControls(run.statusText);
  if (run.cached) row.reused = true;
  if (run.report !== undefined && isLink(run.report)) row.href = run.report;
  const note = run.note ?? (run.report === undefined ? "No report" : undefined);
  if (note !== undefined) row.note = showControls(note);
  return row;
}

function isLink(href: string): boolean {
  return href.isWellFormed() && isAllowedLink(href);
}

function viewCheck({ name, severity, message }: BulkCheck): RowData["failing"][number] {
  return [severity === "warning" ? "warn" : "bad", showControls(name), showControls(message ?? "")];
}

/** The parts of the page that need no script. */
export function collationView(
  summary: BulkSummary,
  data: CollationData,
  thumbnails: Thumbnails[],
  wanted: string[] = [],
): CollationView {
  return {
    title: summary.title,
    steps: summary.steps,
    facts: viewFacts(summary, data.timeline),
    statuses: data.statuses,
    common: viewCommon(summary),
    notes: [...viewOmitted(summary), ...viewUnembedded(thumbnails), ...viewMissing(thumbnails, wanted)],
  };
}

/** Pictures that somebody asked for by a name that is wrong leave no trace otherwise. */
function viewMissing(thumbnails: Thumbnails[], wanted: string[]): string[] {
  const found = new Set(thumbnails.map(({ name }) => name));
  return wanted.filter((name) => !found.has(name)).map((name) => `No run has a picture "${showControls(name)}"`);
}

function viewFacts({ counts, durationMs, madeAt }: BulkSummary, { length, bars, breaks }: Timeline): string[] {
  const facts = [plural(counts.total, "run")];
  if (counts.total > 0) facts.push(`${formatDuration(durationMs)} of running time`);
  // Over days the time from first to last says nothing about how long the work takes.
  if (bars.length > 1 && breaks.length === 0) facts.push(`done in ${formatDuration(length)}`);
  return [...facts, `made ${formatTime(madeAt)}`];
}

function viewCommon({ steps, columns, runs }: BulkSummary): CollationView["common"] {
  // All runs of a step agree on these keys, so the first run of each step speaks for it.
  const firsts = steps.map((step) => runs.find((run) => run.step === step)!);
  const values = firsts.map(({ config }) => flatValues(config));
  return Object.entries(columns.common).map(([key, value]) => {
    const having = steps.filter((_, i) => configValue(firsts[i], values[i], key) !== undefined);
    const where = having.length < steps.length ? having.join(", ") : undefined;
    return { key, value: valueText(value), where };
  });
}

/** What was left out of the table. */
function viewOmitted({ columns, runs }: BulkSummary): string[] {
  const omitted = (all: number, what: string) =>
    all > mostColumns ? [`${all - mostColumns} of ${all} ${what} are not in the table, but in bulk_summary.json`] : [];
  return [
    ...omitted(columns.varying.length, "config columns that differ"),
    ...omitted(metricNames(runs).length, "metrics"),
  ];
}

function viewUnembedded(thumbnails: Thumbnails[]): string[] {
  const pictures = thumbnails.flatMap(({ pictures }) => pictures.filter((picture) => picture !== undefined));
  const left = pictures.filter(({ src }) => src === undefined).length;
  if (left === 0) return [];
  return [
    `${left} of ${plural(pictures.length, "picture")} are linked, not shown: together they are too large for one page`,
  ];
}

/** The pictures of each run, as the page's script reads them when the gallery is opened. */
export function pictureData(runs: number, thumbnails: Thumbnails[]): { [run: number]: (Picture | null)[] } {
  const data = {};
  for (let run = 0; run < runs; run++) {
    const pictures = thumbnails.map(({ pictures }) => pictures[run] ?? null);
    if (pictures.some((picture) => picture !== null)) setOwn(data, String(run), pictures.map(viewPicture) as never);
  }
  return data;
}

function viewPicture(picture: Picture | null): Picture | null {
  if (picture === null || !isLink(picture.href)) return null;
  return { ...picture, name: showControls(picture.name) };
}
