/**
 * The sections of a comparison as text, one for each kind of thing.
 * @module
 */
import type { PermissionDifference } from "../batch/comparison/compare_access.ts";
import type { ArtifactDifference } from "../batch/comparison/compare_artifacts.ts";
import type { ConfigDifference } from "../batch/comparison/compare_config.ts";
import type { RunComparison } from "../batch/compare_runs.ts";
import { type Difference, isDifferent, type NumberDifference } from "../batch/comparison/difference.ts";
import { formatDuration } from "../base/duration.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { CheckRecord, InputRecord } from "../base/record.ts";
import { shortPath } from "../base/short_path.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { formatBytes, formatCount, formatNumber, shortHash } from "../report/format.ts";
import type { DiffTextOptions } from "./diff_text.ts";
import { changeRows, hunkLines, sideText, signOf } from "./diff_rows.ts";
import { columns, cutText, oneLine, type Paint } from "./style.ts";

/** One section. */
export interface DiffSection {
  title: string;
  text: string;
}

/** The sections in which something differs; with `all`, those that hold anything. */
export function diffSections(comparison: RunComparison, paint: Paint, options: DiffTextOptions): DiffSection[] {
  const { config, metrics, checks, artifacts, inputs, code, permissions, environment, durations } = comparison;
  const shown = <T extends Difference<unknown>>(list: T[]) => options.all ? list : list.filter(isDifferent);
  const changes = <T>(list: Difference<T>[], show: (value: T, item: Difference<T>) => string) =>
    changeRows<T, Difference<T>>(shown(list), (value, item) => oneLine(show(value, item)), paint, options);
  const modules = code.modules.map((item) => ({ ...item, name: flowLocation(item.name) }));
  const source = code.source ? hunkLines(code.source, paint, { ...options, most: 40 }) : "";
  const sections = {
    Config: configText(shown(config), paint, options),
    Metrics: numbersText(shown(metrics), paint, (value, exact) => exact ? String(value) : formatNumber(value)),
    Checks: checksText(shown(checks), paint, options),
    Files: shown(artifacts).map((item) => artifactText(item, paint, options)).join(""),
    Inputs: inputsText(shown(inputs), paint),
    Code: `${changes([...modules, ...code.settings], shortHash)}${source}`,
    Packages: changes(code.packages, String),
    Permissions: permissionsText(shown(permissions), paint, options),
    Environment: changes(environment, (value, { name }) => name === "commit" ? value.slice(0, 12) : value),
    Durations: options.all ? numbersText(durations, paint, formatDuration) : "",
  };
  return Object.entries(sections).filter(([, text]) => text !== "").map(([title, text]) => ({ title, text }));
}

function configText(list: ConfigDifference[], paint: Paint, options: DiffTextOptions): string {
  const isDefault = ({ defaults }: ConfigDifference, side: "before" | "after") =>
    defaults?.includes(side) ? " (default)" : "";
  const show = (value: Json, item: ConfigDifference, side: "before" | "after") =>
    oneLine(`${runName(value) ?? canonicalJson(value)}${isDefault(item, side)}`);
  return changeRows(list, show, paint, options);
}

/** `step/instance` for a reference to a run. */
function runName(value: Json): string | undefined {
  const { step, instance } = ((value as { $run?: unknown } | null)?.$run ?? {}) as Record<string, unknown>;
  return typeof step === "string" && typeof instance === "string" ? `${step}/${instance}` : undefined;
}

function numbersText(
  list: NumberDifference[],
  paint: Paint,
  format: (value: number, exact: boolean) => string,
): string {
  const rows = list.map((item) => {
    const { before, after, change, difference, ratio, unit } = item;
    // Numbers that look the same although they differ are shown in full.
    const exact = change === "changed" && format(before!, false) === format(after!, false);
    const text = (value: number | undefined) => value === undefined ? "" : format(value, exact);
    const sign = difference !== undefined && difference < 0 ? "−" : "+";
    const changed = change === "changed" && difference !== undefined;
    return [
      `${signOf(item, paint)} ${oneLine(item.name)}`,
      text(before),
      change === "changed" ? "→" : "",
      text(after),
      unit && unit !== "ms" ? oneLine(unit) : "",
      changed ? `${sign}${format(Math.abs(difference), exact)}` : "",
      changed && ratio !== undefined ? paint("dim", `×${ratio.toPrecision(3)}`) : "",
    ];
  });
  return columns(dropEmptyColumns(rows), { right: numberColumns(rows), indent: "  " });
}

function checksText(list: Difference<CheckRecord>[], paint: Paint, { all, width }: DiffTextOptions): string {
  const word = ({ ok, severity }: CheckRecord) => ok ? "holds" : `does not hold (${severity})`;
  const lines = columns(list.map((item) => [`${signOf(item, paint)} ${oneLine(item.name)}`, sideText(item, word)]), {
    indent: "  ",
  }).split("\n");
  return list.map(({ after }, i) => {
    const message = after?.ok === false && after.message ? oneLine(after.message) : "";
    const fitting = all ? message : cutText(message, width - 6);
    return `${lines[i]}\n${message ? `      ${paint("dim", fitting)}\n` : ""}`;
  }).join("");
}

function artifactText(item: ArtifactDifference, paint: Paint, options: DiffTextOptions): string {
  const { before, after, table, text, change } = item;
  const sizes = [before, after].filter((side) => side !== undefined).map(({ size }) => formatBytes(size));
  const size = sizes.length === 2 && sizes[0] === sizes[1]
    ? `${sizes[0]}${change === "changed" ? ", other content" : ""}`
    : sizes.join(" → ");
  const facts = [size];
  if (before && after && before.type !== after.type) facts.push(`${before.type} → ${after.type}`);
  if (table && isDifferent(table.rows)) facts.push(`rows ${sideText(table.rows, formatCount)}`);
  const columnFacts = (table?.columns ?? []).map((column) =>
    `column ${signOf(column, paint)} ${oneLine(column.name)}${
      column.change === "changed" ? ` ${sideText(column, String)}` : ""
    }`
  );
  const line = `  ${signOf(item, paint)} ${oneLine(item.name)}  ${facts.join(", ")}\n`;
  const more = columnFacts.length === 0 ? "" : `      ${columnFacts.slice(0, options.all ? Infinity : 8).join(", ")}\n`;
  return `${line}${more}${text ? hunkLines(text, paint, { ...options, most: 12 }) : ""}`;
}

function inputsText(list: Difference<InputRecord>[], paint: Paint): string {
  const rows = list.map((item) => {
    const { before, after } = item;
    const from = (after ?? before)?.from;
    return [
      `${signOf(item, paint)} ${oneLine(shortPath(item.name))}`,
      inputNote(item),
      paint("dim", from ? `from ${from.step}/${from.instance}` : ""),
    ];
  });
  return columns(rows, { indent: "  " });
}

function inputNote({ before, after, change }: Difference<InputRecord>): string {
  if (change !== "changed" || !before || !after) return (after ?? before)?.kind === "missing" ? "missing" : "";
  if (before.kind !== after.kind) {
    return after.kind === "missing" ? "missing now" : before.kind === "missing" ? "was missing" : `now a ${after.kind}`;
  }
  if (before.kind === "directory") return "other names in it";
  const [a, b] = [formatBytes(before.size), formatBytes(after.size)];
  return a === b ? "other content" : `${a} → ${b}`;
}

function permissionsText(list: PermissionDifference[], paint: Paint, { all }: DiffTextOptions): string {
  // What was read stands among the inputs.
  const rows = list.filter(({ list, kind }) => all || list !== "used" || kind !== "read").flatMap((item) => {
    const { list, kind, added, removed, change } = item;
    const label = `  ${list} ${kind}`;
    if (change === "equal") return [[label, item.after === true ? "all" : (item.after ?? []).map(place).join(", ")]];
    const values = [
      ...removed.map((value) => paint("red", `- ${place(value)}`)),
      ...added.map((value) => paint("green", `+ ${place(value)}`)),
    ];
    const shown = all || values.length <= 8 ? values : [...values.slice(0, 8), `and ${values.length - 8} more`];
    return shown.map((value, i) => [i === 0 ? label : "", value]);
  });
  return columns(rows, { indent: "" });
}

function place(value: string): string {
  return oneLine(value.startsWith("/") ? shortPath(value) : value);
}

function dropEmptyColumns(rows: string[][]): string[][] {
  const used = usedColumns(rows);
  return rows.map((row) => row.filter((_, i) => used.includes(i)));
}

/** Columns of numbers after empty ones were dropped. */
function numberColumns(rows: string[][]): number[] {
  return usedColumns(rows).flatMap((column, i) => [1, 3, 5, 6].includes(column) ? [i] : []);
}

function usedColumns(rows: string[][]): number[] {
  return [0, 1, 2, 3, 4, 5, 6].filter((i) => rows.some((row) => row[i] !== ""));
}
