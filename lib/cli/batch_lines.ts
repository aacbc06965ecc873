/**
 * How a batch looks on a terminal: one line for the whole of it, one for each instance that runs.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import type { BatchEvent } from "../batch/batch.ts";
import { formatCount } from "../report/format.ts";
import type { BatchCounts, BatchWatch, Pace, RunningInstance } from "./batch_watch.ts";
import type { FlowProgress } from "./run_state.ts";
import { bar, barWidths, cellPlace, cellTitle, formatElapsed, progressText } from "./progress.ts";
import { cutName, cutText, oneLine, padText, type Paint, textWidth } from "./style.ts";

/** The room on a terminal. */
export interface Room {
  width: number;
  height: number;
}

/** A line in two pieces, as the first is painted in another way. */
export interface Line {
  head: string;
  tail: string;
}

const barSteps = [barWidths.most, 16, barWidths.least];
const shortestTitle = 6;
const nameWidths = { least: 12, share: 0.3 };

/** The line of the whole batch: what does not fit is left out, the least needed first. */
export function batchLine(watch: BatchWatch, { spin, width }: { spin: string; width: number }): string {
  const { batch, counts, done } = watch;
  if (!batch) return `${spin} checking the rows`;
  const name = cutName(batch.step, Math.max(nameWidths.least, Math.floor(width / 4)));
  const count = `${formatCount(done)} of ${formatCount(batch.total)}`;
  const pace = watch.pace();
  const [rate, left, shortLeft] = [rateText(pace), leftText(pace), leftText(pace).replace(/^about /, "")];
  const tally = tallyText(counts);
  const choices = [
    [name, count, tally, rate, left],
    [name, count, tally, left],
    [name, count, tally, shortLeft],
    [count, tally, shortLeft],
    [count, tally],
    [count],
  ];
  const room = (parts: string[]) => width - textWidth([spin, ...parts].join("  ")) - 1;
  const fitted = choices.map((parts) => parts.filter((part) => part !== ""));
  const parts = fitted.find((parts) => room(parts) >= barWidths.least) ?? [count];
  // In steps, so that it does not breathe with every digit that comes or goes.
  const drawn = bar(done / batch.total, barSteps.find((columns) => columns <= room(parts)) ?? barWidths.least);
  const at = parts[0] === name ? 1 : 0;
  return `${spin} ${[...parts.slice(0, at), drawn, ...parts.slice(at)].join("  ")}`;
}

/** `24 ran, 12 fresh, 1 failed`; what is none is left out. */
export function tallyText({ fresh, ran, failed, cancelled }: Omit<BatchCounts, "warned">): string {
  return countsText([[ran, "ran"], [fresh, "fresh"], [failed, "failed"], [cancelled, "cancelled"]]);
}

function countsText(counts: [count: number, what: string][]): string {
  return counts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`).join(", ");
}

/** `3.2/s`, `14/min`, `2.5/h`; empty while nobody knows. */
export function rateText(pace: Pace | undefined): string {
  if (!pace || pace.perSecond === 0) return "";
  const [factor, unit] = pace.perSecond >= 1 ? [1, "s"] : pace.perSecond * 60 >= 1 ? [60, "min"] : [3600, "h"];
  const rate = pace.perSecond * factor;
  return `${rate < 10 ? rate.toFixed(1) : formatCount(rate)}/${unit}`;
}

/** `about 8 s left`; empty while nobody knows. */
export function leftText(pace: Pace | undefined): string {
  return pace?.leftMs === undefined ? "" : `about ${formatElapsed(Math.max(1000, pace.leftMs))} left`;
}

/** The columns that names of instances get, the widest of which takes `widest`. */
export function nameColumns(widest: number, width: number): number {
  return Math.min(widest, Math.max(nameWidths.least, Math.floor(width * nameWidths.share)));
}

/** A line an instance that runs: its name, how long, which cell and how far that is. No more than there are rows for. */
export function runningLines(
  running: RunningInstance[],
  now: number,
  { width, height, names }: Room & { names: number },
): Line[] {
  const shown = running.length <= height ? running : running.slice(0, Math.max(0, height - 1));
  const times = shown.map(({ since }) => formatElapsed(now - since));
  const timeWidth = Math.max(4, ...times.map(textWidth));
  const lines = shown.map(({ instance, watch: { state } }, i) => {
    const head = `  ${padText(cutName(instance, names), names)}  ${padText(times[i], timeWidth, "right")}  `;
    return { head, tail: stateText(state, now, width - textWidth(head)) };
  });
  const hidden = running.length - shown.length;
  return hidden > 0 && height > 0 ? [...lines, { head: "", tail: `  … and ${hidden} more` }] : lines;
}

function stateText(state: RunningInstance["watch"]["state"], now: number, width: number): string {
  if (state.phase === "waiting") return "waiting for another process, which runs it";
  if (state.phase === "retrying") return "failed, will be tried again";
  if (state.phase === "finishing") return "writing notebook and report";
  if (state.current < 0) return "starting";
  const place = cellPlace(state);
  const progress = progressIn(state.progress, now, width - textWidth(place));
  const title = cellTitle(state);
  const room = width - textWidth(place + progress) - textWidth(` ""`);
  const isShown = title !== "" && room >= Math.min(shortestTitle, textWidth(title));
  return `${place}${isShown ? ` "${cutText(title, room)}"` : ""}${progress}`;
}

/** The flow's own word, without its label where there is no room for it. */
function progressIn(progress: FlowProgress | undefined, now: number, width: number): string {
  if (!progress) return "";
  const full = `  ${progressText(progress, now)}`;
  return textWidth(full) <= width ? full : `  ${progressText({ ...progress, label: undefined }, now)}`;
}

/** One line on an instance that failed. */
export function failureLine(
  { instance, status, statusText }: Extract<BatchEvent, { t: "ended" }>,
  paint: Paint,
  width: number,
): string {
  const name = cutName(instance, Math.max(nameWidths.least, Math.floor(width / 2)));
  const text = statusText === "" ? status : oneLine(statusText.split("\n", 1)[0]);
  const cut = cutText(`${name}: ${text}`, width - 2);
  return `${paint("red", "✘")} ${cut}`;
}

/** What came of a batch, in one line. */
export function endLine(
  step: string,
  { t: _, durationMs, ...end }: Extract<BatchEvent, { t: "end" }>,
  { warned, cancelled }: BatchCounts,
  paint: Paint,
): string {
  const failed = end.failed - cancelled;
  const text = countsText([
    [end.succeeded - end.cached, warned > 0 ? `ran (${formatCount(warned)} with warnings)` : "ran"],
    [end.cached, "fresh"],
    [failed, "failed"],
    [cancelled, "cancelled"],
    [end.skipped, "not started"],
  ]);
  const sign = failed > 0
    ? paint("red", `✘ ${step}:`)
    : cancelled + end.skipped > 0
    ? paint("yellow", `■ ${step}:`)
    : paint("green", `✔ ${step}:`);
  return `${sign} ${text || "nothing to do"} in ${formatDuration(durationMs)}`;
}
