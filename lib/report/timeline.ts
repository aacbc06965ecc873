/**
 * When many runs ran: a bar for each, packed into lanes so that none overlap, on an axis that leaves out long idle times.
 * @module
 */
import type { BulkRun } from "../base/bulk_summary.ts";

/** The runs over time. Times are milliseconds since `from`. */
export interface Timeline {
  /** When the first run started, in milliseconds since 1970. */
  from: number;
  /** When the last one ended. */
  length: number;
  /** How many ran at the same time, at most. */
  lanes: number;
  /** One bar a run, by start: index of the run, start, end, lane. */
  bars: [run: number, start: number, end: number, lane: number][];
  /** Idle times that the axis leaves out. */
  breaks: [start: number, end: number][];
  /** Runs that were reused: they ran at another time. */
  reused: number;
  /** Runs whose times are not known. */
  unknown: number;
}

/** Idle times longer than this part of the busy time are left out. */
const idlePart = 0.15;
const shortestBreakMs = 500;
const mostBreaks = 12;

/** Where each run that was executed lies in time. */
export function timeline(runs: BulkRun[]): Timeline {
  const executed = runs.map((run, index) => ({ index, run })).filter(({ run }) => !run.cached);
  const spans = executed.flatMap(({ run, index }) => {
    const start = Date.parse(run.startedAt ?? "");
    const end = Math.max(start, run.endedAt === undefined ? start + (run.durationMs ?? 0) : Date.parse(run.endedAt));
    return Number.isFinite(start) && Number.isFinite(end) ? [{ index, start, end }] : [];
  });
  spans.sort((a, b) => a.start - b.start || a.index - b.index);
  const from = spans[0]?.start ?? 0;
  const lastEnds: number[] = [];
  const bars = spans.map(({ index, start, end }): Timeline["bars"][number] => {
    const free = lastEnds.findIndex((last) => last <= start);
    const lane = free < 0 ? lastEnds.length : free;
    lastEnds[lane] = end;
    return [index, start - from, end - from, lane];
  });
  return {
    from,
    length: bars.reduce((last, [, , end]) => Math.max(last, end), 0),
    lanes: lastEnds.length,
    bars,
    breaks: findBreaks(bars),
    reused: runs.length - executed.length,
    unknown: executed.length - bars.length,
  };
}

/** The longest times when nothing ran, in order of time. */
function findBreaks(bars: Timeline["bars"]): Timeline["breaks"] {
  const gaps: Timeline["breaks"] = [];
  let busy = 0;
  let reached = 0;
  for (const [, start, end] of bars) {
    if (start > reached) gaps.push([reached, start]);
    busy += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return gaps.filter(([start, end]) => end - start > Math.max(idlePart * busy, shortestBreakMs))
    .sort((a, b) => (b[1] - b[0]) - (a[1] - a[0])).slice(0, mostBreaks)
    .sort((a, b) => a[0] - b[0]);
}
