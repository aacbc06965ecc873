/**
 * Turns what a flow's process says into cells with outputs, in bounded memory.
 *
 * Within a cell the order of stdout text and rich outputs is the order in which they were written; stderr is a stream
 * of its own and comes after them. Output belongs to the cell that was running when it was written.
 * @module
 */
import type { CellRecord, CheckRecord, MetricRecord } from "../base/record.ts";
import type { ExecutedCell } from "../notebook/executed_notebook.ts";
import type { Flow } from "../notebook/flow.ts";
import type { Output } from "../notebook/ipynb.ts";
import { BoundedText } from "./bounded_text.ts";
import type { RunEvent, ThrownError } from "./event_log.ts";

/** How much output is kept. All in bytes but the count. */
export interface CaptureLimits {
  /** Text of one cell; half of it head, half tail. */
  cellText: number;
  /** Heads of all cells together; beyond it only small tails are kept. */
  runText: number;
  /** Rich outputs of the run together. */
  displays: number;
  displayCount: number;
}

/** What is kept unless said otherwise. */
export const captureLimits = {
  cellText: 1024 * 1024,
  runText: 16 * 1024 * 1024,
  displays: 64 * 1024 * 1024,
  displayCount: 2000,
} satisfies CaptureLimits;

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

interface OpenCell {
  items: (BoundedText | Output)[];
  stderr: BoundedText;
  startMs: number;
  endMs?: number;
  rss?: number;
  count: number;
}

/** Collects the events of one run. The same collector serves a live run and a log that a crash left. */
export class Capture {
  #flow: Flow;
  #limits: CaptureLimits;
  #open = new Map<number, OpenCell>();
  #current = -1;
  #stderrCell = -1;
  #count = 0;
  #headRoom: number;
  #displayRoom: number;
  #displays = 0;
  #droppedDisplays = 0;
  #metrics = new Map<string, MetricRecord>();
  #checks = new Map<string, CheckRecord>();
  #folders: string[] = [];
  #error?: Captured["error"];
  #done = false;

  constructor(flow: Flow, limits: CaptureLimits = captureLimits) {
    this.#flow = flow;
    this.#limits = limits;
    this.#headRoom = limits.runText;
    this.#displayRoom = limits.displays;
  }

  /** The cell that runs now, or -1 before the first. */
  get currentCell(): number {
    return this.#current;
  }

  /** Takes bytes of a stream; returns the part that is worth logging, with the cell that it belongs to. */
  text(name: "stdout" | "stderr", bytes: Uint8Array): { cell: number; head: Uint8Array } {
    const index = name === "stdout" ? this.#current : this.#stderrCell;
    const cell = this.#cell(index);
    const target = name === "stderr" ? cell.stderr : this.#stdoutOf(cell);
    const head = target.push(bytes);
    this.#headRoom -= head.length;
    return { cell: index, head };
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
        return void this.text(event.name, new TextEncoder().encode(event.text));
      case "out":
        return this.#display(event);
      case "metric": {
        const { t: _, ...metric } = event;
        return void this.#metrics.set(event.name, { ...metric, ...this.#here() });
      }
      case "check": {
        const { t: _, ...check } = event;
        return void this.#checks.set(event.name, { ...check, severity: check.severity ?? "warning", ...this.#here() });
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
      cell = { items: [], stderr: this.#newText(), startMs: 0, count: 0 };
      this.#open.set(index, cell);
    }
    return cell;
  }

  #newText(): BoundedText {
    const half = this.#limits.cellText / 2;
    const head = Math.max(0, Math.min(half, this.#headRoom));
    return new BoundedText(head, head === half ? half : Math.min(half, 16 * 1024));
  }

  /** Text after a rich output starts a new piece; after many pieces the last one takes the rest. */
  #stdoutOf(cell: OpenCell): BoundedText {
    const last = cell.items.at(-1);
    if (last instanceof BoundedText) return last;
    const text = this.#newText();
    cell.items.push(text);
    return text;
  }

  #display(event: { kind: "result" | "display"; data: Record<string, unknown>; dropped?: boolean }): void {
    const size = JSON.stringify(event.data).length;
    if (event.dropped) this.#droppedDisplays++;
    if (size > this.#displayRoom || this.#displays >= this.#limits.displayCount) {
      this.#droppedDisplays++;
      return;
    }
    this.#displayRoom -= size;
    this.#displays++;
    const cell = this.#cell(this.#current);
    const data = event.data as Extract<Output, { output_type: "display_data" }>["data"];
    if (event.kind === "display") cell.items.push({ output_type: "display_data", data, metadata: {} });
    else cell.items.push({ output_type: "execute_result", data, metadata: {}, execution_count: cell.count });
  }

  /** Everything so far. `failed` is the cell to be marked as failed, `running` the one that was cut off. */
  finish(end: { failed?: number; running?: number } = {}): Captured {
    const cells = this.#flow.cells.map((cell) => this.#finishCell(cell, end));
    const before = this.#open.get(-1);
    const first = cells.find((cell) => cell.record.type === "code");
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
      droppedDisplays: this.#droppedDisplays,
    };
  }

  #finishCell(cell: Flow["cells"][number], end: { failed?: number; running?: number }): ExecutedCell {
    const { index, type, title, line } = cell;
    const open = this.#open.get(index);
    const base = { index, type, ...(title === undefined ? {} : { title }), line };
    if (type !== "code") return { record: { ...base, status: "skipped" }, outputs: [], executionCount: null };
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

function outputsOf(cell: OpenCell): Output[] {
  const outputs: Output[] = [];
  for (const item of cell.items) {
    if (!(item instanceof BoundedText)) outputs.push(item);
    else pushText(outputs, "stdout", item);
  }
  pushText(outputs, "stderr", cell.stderr);
  return outputs;
}

function pushText(outputs: Output[], name: "stdout" | "stderr", from: BoundedText): void {
  const text = from.toString();
  if (text !== "") outputs.push({ output_type: "stream", name, text });
}

function droppedIn(cell: OpenCell): number {
  return cell.items.reduce((sum, item) => sum + (item instanceof BoundedText ? item.dropped : 0), cell.stderr.dropped);
}

function round(ms: number): number {
  return Math.max(0, Math.round(ms * 1000) / 1000);
}
