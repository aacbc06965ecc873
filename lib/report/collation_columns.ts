/**
 * The columns of a collation's table: what differs between configs, and the metrics, each as text and number a run.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { isJsonObject } from "../base/json.ts";
import { configValue, flatValues } from "./config_columns.ts";
import { showControls } from "./escape.ts";
import { formatNumber } from "./format.ts";

import type { BulkRun, BulkSummary } from "../base/bulk_summary.ts";
import type { Json } from "../base/json.ts";

/** One column, as the page's script reads it. Lists have one entry a run. */
export interface Column {
  /** Names it in the address of the page. */
  key: string;
  label: string;
  kind: "step" | "config" | "metric" | "duration";
  unit?: string;
  /** What the cells show; empty for nothing. */
  texts: string[];
  /** For columns of numbers: what they sort and draw by. */
  numbers?: (number | null)[];
  /** Indexes of runs that left the value to its default. */
  defaults?: number[];
  /** The values to choose from, where they are few. */
  choices?: string[];
}

/** More columns than this of a kind are not shown. */
export const mostColumns = 40;
const mostChoices = 20;
const longestText = 240;

/** The columns between status and checks, and after them the duration. */
export function collationColumns({ steps, columns, runs }: BulkSummary): Column[] {
  const values = runs.map((run) => flatValues(run.config));
  const varying = columns.varying.slice(0, mostColumns);
  return [
    ...steps.length > 1 ? [stepColumn(runs)] : [],
    ...varying.map((key) => configColumn(key, runs.map((run, i) => configValue(run, values[i], key)))),
    ...metricNames(runs).slice(0, mostColumns).map((name) => metricColumn(name, runs)),
    durationColumn(runs),
  ];
}

/** The names of all metrics, in the order in which they first occur. */
export function metricNames(runs: BulkRun[]): string[] {
  return [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))];
}

/** A value of a config on one line. */
export function valueText(value: Json): string {
  const text = plainText(value);
  return showControls(text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text);
}

function plainText(value: Json): string {
  if (value === "") return '""';
  if (Array.isArray(value) && value.length > 0 && !value.some(isSection)) return value.map(plainText).join(", ");
  const run = isJsonObject(value) ? value.$run : undefined;
  if (isJsonObject(run)) return `${run.step}/${run.instance}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Part of a list that needs brackets of its own. */
function isSection(value: Json): boolean {
  return Array.isArray(value) || (isJsonObject(value) && !("$run" in value));
}

function stepColumn(runs: BulkRun[]): Column {
  const texts = runs.map(({ step }) => showControls(step));
  return { key: "step", label: "Step", kind: "step", texts, choices: choicesOf(texts) };
}

function configColumn(key: string, found: ReturnType<typeof configValue>[]): Column {
  const texts = found.map((entry) => entry === undefined ? "" : valueText(entry.value));
  const present = found.filter((entry) => entry !== undefined);
  const numeric = present.length > 0 && present.every(({ value }) => typeof value === "number");
  return {
    key: `c.${key}`,
    label: showControls(key),
    kind: "config",
    texts,
    ...(numeric ? { numbers: found.map((entry) => typeof entry?.value === "number" ? entry.value : null) } : {}),
    defaults: found.flatMap((entry, i) => entry?.isDefault ? [i] : []),
    choices: choicesOf(texts),
  };
}

function metricColumn(name: string, runs: BulkRun[]): Column {
  const found = runs.map(({ metrics }) => Object.hasOwn(metrics, name) ? metrics[name] : undefined);
  const units = new Set(found.flatMap((metric) => metric === undefined ? [] : [metric.unit ?? ""]));
  const numbers = found.map((metric) => typeof metric?.value === "number" ? metric.value : null);
  const [unit] = units;
  const shared = units.size === 1;
  const texts = alignedNumbers(numbers).map((text, i) => {
    const own = shared || text === "" ? "" : found[i]?.unit;
    return showControls(own ? `${text} ${own}` : text);
  });
  const label = showControls(name);
  return {
    key: `m.${name}`,
    label,
    kind: "metric",
    texts,
    numbers,
    ...(shared && unit ? { unit: showControls(unit) } : {}),
  };
}

function durationColumn(runs: BulkRun[]): Column {
  const numbers = runs.map(({ durationMs }) => durationMs ?? null);
  const texts = numbers.map((ms) => ms === null ? "" : formatDuration(ms));
  return { key: "duration", label: "Duration", kind: "duration", texts, numbers };
}

/** Numbers of one column with the same decimals, as many as tell its values apart. */
export function alignedNumbers(numbers: (number | null)[]): string[] {
  const present = numbers.filter((value) => value !== null);
  let [low, high] = [Infinity, -Infinity];
  for (const value of present) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const size = Math.max(Math.abs(low), Math.abs(high));
  const plain = present.every(Number.isInteger);
  const digits = plain ? 0 : Math.max(0, Math.ceil(-Math.log10((high - low || size) / 500)));
  if (!(size < 1e12) || digits > 6) return numbers.map((value) => value === null ? "" : formatNumber(value));
  const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  // A value far smaller than the others would read as zero.
  const tiny = 10 ** -digits;
  return numbers.map((value) => {
    if (value === null) return "";
    return value !== 0 && Math.abs(value) < tiny ? formatNumber(value) : format.format(value);
  });
}

/** The distinct texts, in the order in which people count; undefined when there are too many to choose from. */
function choicesOf(texts: string[]): string[] | undefined {
  const distinct = new Set<string>();
  for (const text of texts) {
    distinct.add(text);
    if (distinct.size > mostChoices) return undefined;
  }
  return distinct.size < 2 ? undefined : [...distinct].sort(new Intl.Collator("en", { numeric: true }).compare);
}
