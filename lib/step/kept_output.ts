/**
 * The outputs of cells in bounded memory: heads and tails of texts, the first and the last rich outputs, and notices of
 * what lies between.
 * @module
 */
import type { Output } from "../notebook/ipynb.ts";
import { BoundedText } from "./bounded_text.ts";

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

/** What is kept of the outputs of one cell. */
export interface CellOutputs {
  items: (TextItem | RichItem | GapItem)[];
  /** Its last execute_result, which is not dropped to make room. */
  result?: RichItem;
  stderr: BoundedText;
}

/** Keeps the outputs of all cells of a run within its limits. */
export class KeptOutput {
  /** Rich outputs that were not kept. */
  droppedDisplays = 0;
  #limits: CaptureLimits;
  #headRoom: number;
  #displayRoom: number;
  #tails = 0;

  constructor(limits: CaptureLimits) {
    this.#limits = limits;
    this.#headRoom = limits.runText;
    this.#displayRoom = limits.displays;
  }

  /** A cell that has shown nothing yet. */
  newCell(): CellOutputs {
    return { items: [], stderr: this.#newText() };
  }

  /** Takes bytes of a stream; returns the part that counts as head. */
  text(cell: CellOutputs, name: "stdout" | "stderr", bytes: Uint8Array): Uint8Array {
    if (name === "stdout") return this.#push(this.#stdoutOf(cell), bytes);
    const head = cell.stderr.push(bytes);
    this.#headRoom -= head.length;
    return head;
  }

  /** Takes a rich output; a notice only says that something too large was dropped. */
  rich(cell: CellOutputs, output: Exclude<Output, { output_type: "stream" | "error" }>, isNotice: boolean): void {
    if (isNotice) this.droppedDisplays++;
    const item: RichItem = { t: "rich", output, size: JSON.stringify(output.data).length, isNotice };
    const isResult = output.output_type === "execute_result";
    if (!this.#makeRoom(cell, item.size, isResult)) return this.#drop(cell, item);
    this.#displayRoom -= item.size;
    cell.items.push(item);
    if (isResult) cell.result = item;
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
  #stdoutOf(cell: CellOutputs): TextItem {
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

  /** Drops what the cell showed between its first and its last outputs until one more fits, if that is possible. */
  #makeRoom(cell: CellOutputs, size: number, isResult: boolean): boolean {
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
  #drop(cell: CellOutputs, { isNotice }: RichItem): void {
    if (!isNotice) this.droppedDisplays++;
    cell.items.push({ t: "gap", dropped: 1 });
    this.#foldAround(cell, cell.items.length - 1);
  }

  #evict(cell: CellOutputs, item: RichItem): void {
    if (!item.isNotice) this.droppedDisplays++;
    this.#displayRoom += item.size;
    const index = cell.items.indexOf(item);
    cell.items[index] = { t: "gap", dropped: 1 };
    this.#foldAround(cell, index);
  }

  /** Between two outputs that are kept: one piece of text, one gap, one piece of text. */
  #foldAround({ items }: CellOutputs, index: number): void {
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
}

/** The outputs as a notebook has them. */
export function outputsOf(cell: CellOutputs): Output[] {
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

/** Bytes of text that were not kept. */
export function droppedIn(cell: CellOutputs): number {
  return cell.items.reduce((sum, item) => sum + (item.t === "text" ? item.text.dropped : 0), cell.stderr.dropped);
}
