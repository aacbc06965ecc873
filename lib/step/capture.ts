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
  /** Rich outputs of one cell; half of them the first, half the last. */
  cellDisplays: number;
}

/** What is kept unless said otherwise. */
export const captureLimits = {
  cellText: 1024 * 1024,
  runText: 16 * 1024 * 1024,
  displays: 64 * 1024 * 1024,
  cellDisplays: 200,
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

/** A piece of stdout; `head` is how much of it counts for the run's heads. */
interface TextItem {
  t: "text";
  text: BoundedText;
  head: number;
}

interface RichItem {
  t: "rich";
  output: Output;
  size: number;
  /** It only says that something too large was dropped, which is counted already. */
  isNotice: boolean;
}

/** Stands where rich outputs were dropped. */
interface GapItem {
  t: "gap";
  dropped: number;
}

/** Small tails that may exist once the room for heads is used up; then text no longer keeps its place. */
const maxTails = 2000;
const encoder = new TextEncoder();

interface OpenCell {
  items: (TextItem | RichItem | GapItem)[];
  /** Its last execute_result, which is not dropped to make room. */
  result?: RichItem;
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
  #tails = 0;
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
    if (name === "stdout") return { cell: index, head: this.#push(this.#stdoutOf(cell), bytes) };
    const head = cell.stderr.push(bytes);
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

  #push(item: TextItem, bytes: Uint8Array): Uint8Array {
    const head = item.text.push(bytes);
    item.head += head.length;
    this.#headRoom -= head.length;
    return head;
  }

  /** Text after a rich output starts a new piece. */
  #stdoutOf(cell: OpenCell): TextItem {
    const last = cell.items.at(-1);
    if (last?.t === "text") return last;
    if (this.#headRoom <= 0 && ++this.#tails > maxTails) {
      const former = cell.items.findLast((item) => item.t === "text");
      if (former) return former;
    }
    const item: TextItem = { t: "text", text: this.#newText(), head: 0 };
    cell.items.push(item);
    return item;
  }

  #display(event: Extract<RunEvent, { t: "out" }>): void {
    const cell = this.#cell(this.#shownIn(event.cell));
    const data = event.data as Extract<Output, { output_type: "display_data" }>["data"];
    const output: Output = event.kind === "display"
      ? { output_type: "display_data", data, metadata: {} }
      : { output_type: "execute_result", data, metadata: {}, execution_count: cell.count };
    const isNotice = event.dropped === true;
    if (isNotice) this.#droppedDisplays++;
    const item: RichItem = { t: "rich", output, size: JSON.stringify(data).length, isNotice };
    const isResult = event.kind === "result";
    if (!this.#makeRoom(cell, item.size, isResult)) return this.#drop(cell, item);
    this.#displayRoom -= item.size;
    cell.items.push(item);
    if (isResult) cell.result = item;
  }

  /** The cell that showed a value, if there was such a cell. */
  #shownIn(index: number | undefined): number {
    return index !== undefined && (index === -1 || this.#open.has(index)) ? index : this.#current;
  }

  /** Drops what the cell showed between its first and its last outputs until one more fits, if that is possible. */
  #makeRoom(cell: OpenCell, size: number, isResult: boolean): boolean {
    const rich = cell.items.filter((item) => item.t === "rich");
    const tail = rich.slice(Math.ceil(this.#limits.cellDisplays / 2)).filter((item) => {
      return isResult || item !== cell.result;
    });
    if (size > this.#displayRoom + tail.reduce((sum, item) => sum + item.size, 0)) return false;
    let count = rich.length;
    while (size > this.#displayRoom || count >= this.#limits.cellDisplays) {
      const oldest = tail.shift();
      if (!oldest) return false;
      this.#evict(cell, oldest);
      count--;
    }
    return true;
  }

  /** Leaves out an output that was never kept. */
  #drop(cell: OpenCell, { isNotice }: RichItem): void {
    if (!isNotice) this.#droppedDisplays++;
    cell.items.push({ t: "gap", dropped: 1 });
    this.#foldAround(cell, cell.items.length - 1);
  }

  #evict(cell: OpenCell, item: RichItem): void {
    if (!item.isNotice) this.#droppedDisplays++;
    this.#displayRoom += item.size;
    const index = cell.items.indexOf(item);
    cell.items[index] = { t: "gap", dropped: 1 };
    this.#foldAround(cell, index);
  }

  /** Between two outputs that are kept: one piece of text, one gap, one piece of text. */
  #foldAround({ items }: OpenCell, index: number): void {
    let [start, end] = [index, index + 1];
    while (start > 0 && items[start - 1].t !== "rich") start--;
    while (end < items.length && items[end].t !== "rich") end++;
    const gap: GapItem = { t: "gap", dropped: 0 };
    let [before, after]: (TextItem | undefined)[] = [];
    for (const item of items.slice(start, end)) {
      if (item.t === "gap") gap.dropped += item.dropped;
      else if (item.t === "text" && gap.dropped === 0) before = this.#joined(before, item);
      else if (item.t === "text") after = this.#joined(after, item);
    }
    items.splice(start, end - start, ...(before ? [before] : []), gap, ...(after ? [after] : []));
  }

  #joined(first: TextItem | undefined, second: TextItem): TextItem {
    if (!first) return second;
    this.#headRoom += second.head;
    first.text.dropped += second.text.dropped;
    this.#push(first, encoder.encode(second.text.toString()));
    return first;
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
    if (item.t === "rich") outputs.push(item.output);
    else if (item.t === "text") pushText(outputs, "stdout", item.text);
    else outputs.push({ output_type: "display_data", data: { "text/plain": gapText(item) }, metadata: {} });
  }
  pushText(outputs, "stderr", cell.stderr);
  return outputs;
}

function gapText({ dropped }: GapItem): string {
  return `… ${dropped.toLocaleString("en")} rich output${dropped === 1 ? "" : "s"} not kept …`;
}

function pushText(outputs: Output[], name: "stdout" | "stderr", from: BoundedText): void {
  const text = from.toString();
  if (text !== "") outputs.push({ output_type: "stream", name, text });
}

function droppedIn(cell: OpenCell): number {
  return cell.items.reduce((sum, item) => sum + (item.t === "text" ? item.text.dropped : 0), cell.stderr.dropped);
}

function round(ms: number): number {
  return Math.max(0, Math.round(ms * 1000) / 1000);
}
