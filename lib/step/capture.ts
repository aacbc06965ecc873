/**
 * Turns what a flow's process says into cells with outputs, in bounded memory.
 *
 * Within a cell the order of stdout text and rich outputs is the order in which they were written; stderr is a stream
 * of its own and comes after them. Output belongs to the cell that was running when it was written; a value that takes
 * time to show itself belongs to the cell that showed it, after what that cell had shown by then.
 * @module
 */
import type { CellRecord, CheckRecord, MetricRecord } from "../base/record.ts";
import type { ExecutedCell } from "../notebook/executed_notebook.ts";
import type { Flow } from "../notebook/flow.ts";
import type { MimeBundle, Output } from "../notebook/ipynb.ts";
import { isSkipped } from "../notebook/skipped_cells.ts";
import type { RunEvent, ThrownError } from "./event_log.ts";
import {
  type CaptureLimits,
  captureLimits,
  type CellOutputs,
  droppedIn,
  KeptOutput,
  outputsOf,
} from "./kept_output.ts";

/** All that a run said. */
export interface Captured {
  cells: ExecutedCell[];
  metrics: MetricRecord[];
  checks: CheckRecord[];
  /** The folders that the flow went to, as it named them. */
  folders: string[];
  /** The first error that the flow's process reported. */
  error?: { thrown: ThrownError; cell: number; late: boolean };
  /** Whether the end of the last cell was reached. */
  done: boolean;
  /** The cell that ran last, or undefined when none was reached. */
  lastCell?: number;
  droppedBytes: number;
  droppedDisplays: number;
}

interface OpenCell extends CellOutputs {
  startMs: number;
  endMs?: number;
  rss?: number;
  count: number;
}

const encoder = new TextEncoder();

/** Collects the events of one run. The same collector serves a live run and a log that a crash left. */
export class Capture {
  #flow: Flow;
  #open = new Map<number, OpenCell>();
  #current = -1;
  #stderrCell = -1;
  #count = 0;
  #kept: KeptOutput;
  #metrics = new Map<string, MetricRecord>();
  #checks = new Map<string, CheckRecord>();
  #folders: string[] = [];
  #error?: Captured["error"];
  #done = false;

  constructor(flow: Flow, limits: CaptureLimits = captureLimits) {
    this.#flow = flow;
    this.#kept = new KeptOutput(limits);
  }

  /** The cell that runs now, or -1 before the first. */
  get currentCell(): number {
    return this.#current;
  }

  /** Takes bytes of a stream; returns the part that is worth logging, with the cell that it belongs to. */
  text(name: "stdout" | "stderr", bytes: Uint8Array): { cell: number; head: Uint8Array } {
    const index = name === "stdout" ? this.#current : this.#stderrCell;
    const cell = this.#cell(index);
    return { cell: index, head: this.#kept.text(cell, name, bytes) };
  }

  /** On stderr a cell mark only moves the stream to the next cell. */
  stderrCell(index: number): void {
    this.#stderrCell = index;
  }

  /** Takes one event; texts of a log come this way too. */
  event(event: RunEvent): void {
    switch (event.t) {
      case "cell":
        return this.#startCell(event);
      case "text":
        if (event.name === "stderr") this.#stderrCell = event.cell;
        return void this.text(event.name, encoder.encode(event.text));
      case "out":
        return this.#display(event);
      case "metric": {
        const { t: _, ...metric } = event;
        return void this.#metrics.set(event.name, { ...metric, ...this.#here() });
      }
      case "check": {
        const { t: _, ...check } = event;
        return this.#check({ ...check, severity: check.severity ?? "warning", ...this.#here() });
      }
      case "folder":
        return void this.#folders.push(event.path);
      case "error":
        this.#endCell(event);
        this.#error ??= { thrown: event.error, cell: this.#current, late: event.late ?? false };
        return;
      case "done":
        this.#endCell(event);
        this.#done = true;
    }
  }

  /** What did not hold once does not hold, whatever is said later under the same name. */
  #check(check: CheckRecord): void {
    const former = this.#checks.get(check.name);
    if (!former || former.ok) return void this.#checks.set(check.name, check);
    if (check.ok) return;
    if (check.severity === "error") former.severity = "error";
    if (check.message !== undefined) former.message ??= check.message;
  }

  #here(): { cell?: number } {
    return this.#current >= 0 ? { cell: this.#current } : {};
  }

  #startCell(event: { cell: number; ms: number; rss: number }): void {
    this.#endCell(event);
    this.#current = event.cell;
    const cell = this.#cell(event.cell);
    cell.startMs = event.ms;
    cell.count = ++this.#count;
  }

  #endCell({ ms, rss }: { ms: number; rss: number }): void {
    const cell = this.#open.get(this.#current);
    if (!cell || this.#current < 0) return;
    cell.endMs = ms;
    cell.rss = rss;
  }

  #cell(index: number): OpenCell {
    let cell = this.#open.get(index);
    if (!cell) {
      cell = { ...this.#kept.newCell(), startMs: 0, count: 0 };
      this.#open.set(index, cell);
    }
    return cell;
  }

  #display(event: Extract<RunEvent, { t: "out" }>): void {
    const cell = this.#cell(this.#shownIn(event.cell));
    const data = event.data as MimeBundle;
    const output: Output = event.kind === "display"
      ? { output_type: "display_data", data, metadata: {} }
      : { output_type: "execute_result", data, metadata: {}, execution_count: cell.count };
    this.#kept.rich(cell, output, event.dropped === true);
  }

  /** The cell that showed a value, if there was such a cell. */
  #shownIn(index: number | undefined): number {
    return index !== undefined && (index === -1 || this.#open.has(index)) ? index : this.#current;
  }

  /** Everything so far. `failed` is the cell to be marked as failed, `running` the one that was cut off. */
  finish(end: { failed?: number; running?: number } = {}): Captured {
    const cells = this.#flow.cells.map((cell) => this.#finishCell(cell, end));
    const before = this.#open.get(-1);
    const first = cells.find(({ record }) => record.type === "code" && record.status !== "skipped");
    // What imports print before the first cell is shown in it.
    if (before && first) first.outputs.unshift(...outputsOf(before));
    return {
      cells,
      metrics: [...this.#metrics.values()],
      checks: [...this.#checks.values()],
      folders: this.#folders,
      error: this.#error,
      done: this.#done,
      lastCell: this.#current >= 0 ? this.#current : undefined,
      droppedBytes: [...this.#open.values()].reduce((sum, cell) => sum + droppedIn(cell), 0),
      droppedDisplays: this.#kept.droppedDisplays,
    };
  }

  #finishCell(cell: Flow["cells"][number], end: { failed?: number; running?: number }): ExecutedCell {
    const { index, type, title, line } = cell;
    const open = this.#open.get(index);
    const base = { index, type, ...(title === undefined ? {} : { title }), line };
    if (type !== "code" || isSkipped(cell)) {
      return { record: { ...base, status: "skipped" }, outputs: [], executionCount: null };
    }
    if (!open || open.count === 0) {
      const status = end.failed === index ? "failed" : "not-run";
      return { record: { ...base, status }, outputs: open ? outputsOf(open) : [], executionCount: null };
    }
    const status = end.failed === index ? "failed" : end.running === index ? "running" : "succeeded";
    const droppedBytes = droppedIn(open);
    const record: CellRecord = {
      ...base,
      status,
      ...(open.endMs === undefined ? {} : { durationMs: round(open.endMs - open.startMs) }),
      ...(open.rss === undefined ? {} : { memory: open.rss }),
      ...(droppedBytes > 0 ? { droppedBytes } : {}),
    };
    return { record, outputs: outputsOf(open), executionCount: open.count };
  }
}

function round(ms: number): number {
  return Math.max(0, Math.round(ms * 1000) / 1000);
}
