/**
 * What is known of a batch while it goes on, from its events.
 * @module
 */
import type { BatchEvent } from "../batch/batch.ts";
import { RunWatch } from "./run_state.ts";

/** An instance that is running. */
export interface RunningInstance {
  instance: string;
  /** When it started. */
  since: number;
  watch: RunWatch;
}

/** How many instances ended how. They add up to what is done. */
export interface BatchCounts {
  /** Reused, as they need not run. */
  fresh: number;
  /** Ran and succeeded, `warned` of them with warnings. */
  ran: number;
  warned: number;
  failed: number;
  cancelled: number;
}

/** How fast it goes. */
export interface Pace {
  /** Instances that ran, a second. */
  perSecond: number;
  /** Milliseconds that the rest will take. */
  leftMs?: number;
}

/** No share of an instance that still runs counts as more than this. */
const mostRunning = 0.9;

/** Follows one batch. `onLine` is given every whole line that its flows print. */
export class BatchWatch {
  /** The batch once its rows are checked. */
  batch?: Extract<BatchEvent, { t: "batch" }>;
  readonly counts: BatchCounts = { fresh: 0, ran: 0, warned: 0, failed: 0, cancelled: 0 };
  #now: () => number;
  #onLine?: (line: string, instance: string) => void;
  #since = 0;
  #spentMs = 0;
  /** One place a line, so that a line stays where it is while its instance runs. */
  #places: (number | undefined)[] = [];
  #running = new Map<number, RunningInstance>();

  constructor(now: () => number, onLine?: (line: string, instance: string) => void) {
    this.#now = now;
    this.#onLine = onLine;
  }

  /** Takes one event. */
  event(event: BatchEvent): void {
    if (event.t === "batch") {
      this.batch = event;
      this.#since = this.#now();
      this.counts.fresh = event.fresh;
    } else if (event.t === "step") this.#step(event);
    else if (event.t === "ended") this.#ended(event);
  }

  /** How many instances are done, however they ended. */
  get done(): number {
    const { fresh, ran, failed, cancelled } = this.counts;
    return fresh + ran + failed + cancelled;
  }

  /** True when it was cancelled and nothing of it runs any more. */
  get isCancelled(): boolean {
    return this.counts.cancelled > 0 && this.#running.size === 0;
  }

  /** The running instances, each in the place that it has had from its start. */
  get running(): RunningInstance[] {
    return this.#places.flatMap((index) => index === undefined ? [] : this.#running.get(index) ?? []);
  }

  /** The pace of what really ran; before anything did, the time left is that of the estimate. */
  pace(): Pace | undefined {
    const { batch, counts: { ran, failed } } = this;
    const left = (batch?.total ?? 0) - this.done;
    if (!batch || left === 0) return undefined;
    const elapsed = this.#now() - this.#since;
    const ended = ran + failed;
    if (ended === 0 || elapsed === 0) {
      const { estimateMs } = batch;
      return estimateMs === undefined ? undefined : { perSecond: 0, leftMs: Math.max(0, estimateMs - elapsed) };
    }
    // What runs counts in part: else the first of eight that end together would make the rest seem to take eight times as long.
    const usual = Math.max(1, this.#spentMs / ended);
    const under = this.running.reduce(
      (sum, { since }) => sum + Math.min(mostRunning, (this.#now() - since) / usual),
      0,
    );
    return { perSecond: ended / elapsed * 1000, leftMs: (left - under) * elapsed / (ended + under) };
  }

  #step({ instance, index, event }: Extract<BatchEvent, { t: "step" }>): void {
    if (event.t === "text" && !this.#onLine) return;
    const running = this.#running.get(index) ?? this.#start(index, instance);
    running.watch.event(event);
  }

  #start(index: number, instance: string): RunningInstance {
    const onLine = this.#onLine;
    const watch = new RunWatch(this.#now, onLine && ((line) => onLine(line, instance)));
    const running = { instance, since: this.#now(), watch };
    this.#running.set(index, running);
    // An instance whose notebook is being written gives its place to the next.
    const isFree = (held: number | undefined) =>
      held === undefined || this.#running.get(held)?.watch.state.phase === "finishing";
    const free = this.#places.findIndex(isFree);
    this.#places[free < 0 ? this.#places.length : free] = index;
    return running;
  }

  #ended({ index, status, cached, durationMs }: Extract<BatchEvent, { t: "ended" }>): void {
    this.#running.get(index)?.watch.flush();
    this.#running.delete(index);
    const place = this.#places.indexOf(index);
    if (place >= 0) this.#places[place] = undefined;
    const { counts } = this;
    if (cached) counts.fresh++;
    else if (status === "cancelled") counts.cancelled++;
    else {
      this.#spentMs += durationMs;
      if (status === "succeeded" || status === "warned") counts.ran++;
      else counts.failed++;
      if (status === "warned") counts.warned++;
    }
  }
}
