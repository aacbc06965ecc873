/**
 * A comparison of two runs for people, and cut down to what differs.
 * @module
 */
import type { ComparedRun, RunComparison } from "../batch/compare_runs.ts";
import { isDifferent } from "../batch/comparison/difference.ts";
import { formatDuration } from "../base/duration.ts";
import { diffSections } from "./diff_sections.ts";
import { cutText, oneLine, type Paint, plainText } from "./style.ts";
import { localTime, statusText } from "./summary.ts";

/** How much to show. */
export interface DiffTextOptions {
  /** What is equal too, and everything in full length. */
  all: boolean;
  /** Columns of the terminal. */
  width: number;
}

/** The comparison without what is equal. */
export function differencesOnly(comparison: RunComparison): RunComparison {
  const lists = Object.entries(comparison).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.filter(isDifferent) : value,
  ]);
  const code = Object.entries(comparison.code).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.filter(isDifferent) : value,
  ]);
  return { ...Object.fromEntries(lists), code: Object.fromEntries(code) };
}

/** The comparison as text: the two runs, then a section for each kind of thing that differs. */
export function diffText(comparison: RunComparison, paint: Paint, options: DiffTextOptions): string {
  const { before, after, same } = comparison;
  const head = [...runLines("-", before, paint, options), ...runLines("+", after, paint, options)].join("\n");
  const sections = diffSections(comparison, paint, options)
    .map(({ title, text }) => `\n${paint("bold", title)}\n${text}`);
  const verdict = same ? [`\n${paint("green", "No differences")}\n`] : [];
  return `${head}\n${[...verdict, ...sections].join("")}`;
}

function runLines(sign: "-" | "+", run: ComparedRun, paint: Paint, { all, width }: DiffTextOptions): string[] {
  const name = `${run.step}/${run.instance}`;
  const room = width - name.length - 6;
  const said = oneLine(plainText(run.statusText));
  const took = run.status === "running" || run.status === "interrupted"
    ? ""
    : `, took ${formatDuration(run.durationMs)}`;
  return [
    `${paint(sign === "-" ? "red" : "green", sign)} ${paint("bold", name)}  ${
      statusText(run.status, all ? said : cutText(said, Math.max(20, room)), paint)
    }`,
    paint("dim", `  ${localTime(run.startedAt)}${took}, run ${run.id}`),
  ];
}
