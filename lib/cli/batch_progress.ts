/**
 * Tells people how a batch goes: a bar and a line a running instance on a terminal, calm lines elsewhere.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import type { BatchEvent } from "../batch/batch.ts";
import { plural } from "../report/format.ts";
import {
  batchLine,
  endLine,
  failureLine,
  leftText,
  nameColumns,
  rateText,
  runningLines,
  tallyText,
} from "./batch_lines.ts";
import { BatchWatch } from "./batch_watch.ts";
import type { Effects } from "./effects.ts";
import { LiveBlock } from "./live_block.ts";
import { calmProgressMs, frameMs, spinner } from "./progress.ts";
import { cutText, oneLine, painter } from "./style.ts";

/** What is shown of a batch while it goes on. */
export interface BatchProgress {
  event(event: BatchEvent): void;
  /** Ends the display. */
  stop(): void;
}

/** What the display needs of the world. */
export type ProgressEffects = Pick<Effects, "stderr" | "now" | "every">;

/** Rows that are left to what stood there before, to the line of the whole and to the cursor. */
const rowsKept = 3;
const longestLine = 300;

/** Starts the display on stderr; `verbose` shows what the flows print, too. */
export function showBatchProgress(effects: ProgressEffects, options: { verbose?: boolean } = {}): BatchProgress {
  return effects.stderr.live ? liveProgress(effects, options) : calmProgress(effects, options);
}

function liveProgress(effects: ProgressEffects, { verbose = false }: { verbose?: boolean }): BatchProgress {
  const { stderr } = effects;
  const paint = painter(stderr.color);
  const block = new LiveBlock(stderr);
  let above: string[] = [];
  const onLine = (line: string, instance: string) => void above.push(paint("dim", `${instance} │ ${line}`));
  const watch = new BatchWatch(effects.now, verbose ? onLine : undefined);
  let frame = 0;
  let widest = 0;

  function draw(): void {
    const width = stderr.width() - 1;
    const { running } = watch;
    // It only grows, so that the columns do not move to and fro.
    widest = Math.max(widest, ...running.map(({ instance }) => instance.length));
    const names = nameColumns(widest, width);
    const height = Math.max(0, stderr.height() - rowsKept);
    const lines = runningLines(running, effects.now(), { width, height, names });
    const first = batchLine(watch, { spin: spinner[frame], width });
    flush([first, ...lines.map(({ head, tail }) => head + tail)], (line, i) => {
      if (i > 0) return line.slice(0, lines[i - 1].head.length) + paint("dim", line.slice(lines[i - 1].head.length));
      return paint("cyan", line.slice(0, 1)) + line.slice(1).replace(/\d[\d,]* failed/, (text) => paint("red", text));
    });
  }

  /** One write for what goes above and what is redrawn, however much happened since the last. */
  function flush(lines: string[], paintLine?: (line: string, index: number) => string): void {
    const printed = above;
    above = [];
    block.draw(lines, paintLine, printed);
  }

  const end = effects.every(frameMs, () => {
    frame = (frame + 1) % spinner.length;
    if (!watch.isCancelled) draw();
  });
  return {
    event(event) {
      watch.event(event);
      if (isFailure(event)) above.push(failureLine(event, paint, stderr.width() - 1));
      else if (event.t === "end" && watch.batch) above.push(endLine(watch.batch.step, event, watch.counts, paint));
      // The signal that cancelled a batch ends its conductor next: nothing must stay half drawn.
      if (event.t === "end" || watch.isCancelled) flush([]);
    },
    stop() {
      end();
      flush([]);
    },
  };
}

function calmProgress(effects: ProgressEffects, { verbose = false }: { verbose?: boolean }): BatchProgress {
  const { stderr } = effects;
  const paint = painter(stderr.color);
  const say = (line: string) => stderr.write(`${line}\n`);
  const watch = new BatchWatch(effects.now, verbose ? (line, instance) => say(`${instance} │ ${line}`) : undefined);
  const end = effects.every(calmProgressMs, () => {
    const { batch, done, counts } = watch;
    if (!batch || watch.isCancelled) return;
    const pace = watch.pace();
    const parts = [`${done} of ${batch.total}`, tallyText(counts), rateText(pace), leftText(pace)];
    say(`${batch.step}: ${parts.filter((part) => part !== "").join("; ")}`);
  });
  return {
    event(event) {
      watch.event(event);
      if (event.t === "batch") say(startLine(event));
      else if (isFailure(event)) say(failureLine(event, paint, longestLine));
      else if (event.t === "step" && event.event.t === "retrying") {
        const { statusText, delayMs } = event.event;
        const why = cutText(oneLine(statusText), longestLine);
        say(`  ${event.instance}: ${why}; trying again in ${formatDuration(delayMs)}`);
      } else if (event.t === "end" && watch.batch) say(endLine(watch.batch.step, event, watch.counts, paint));
    },
    stop: end,
  };
}

function startLine({ step, total, fresh, concurrency, estimateMs }: Extract<BatchEvent, { t: "batch" }>): string {
  const all = `${step}: ${plural(total, "instance")}`;
  if (total === fresh) return `${all}, all fresh`;
  const time = estimateMs === undefined ? "" : `, about ${formatDuration(estimateMs)}`;
  const some = fresh > 0 ? `, ${fresh} fresh, ${total - fresh} to run` : "";
  return `${all}${some}, ${concurrency} at a time${time}`;
}

/** What was cancelled is no failure of its own: the counts tell of it. */
function isFailure(event: BatchEvent): event is Extract<BatchEvent, { t: "ended" }> {
  return event.t === "ended" && !["succeeded", "warned", "cancelled"].includes(event.status);
}
