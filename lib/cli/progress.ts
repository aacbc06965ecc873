/**
 * Tells people how a run goes: a spinner and a bar on a terminal, calm lines elsewhere.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { describeHolder } from "../base/lock.ts";
import type { StepEvent } from "../step/step_options.ts";
import type { Effects } from "./effects.ts";
import { LiveBlock } from "./live_block.ts";
import { type FlowProgress, type RunState, RunWatch } from "./run_state.ts";
import { cutText, oneLine, painter, textWidth } from "./style.ts";

/** What is shown of a run while it goes on. */
export interface Progress {
  event(event: StepEvent): void;
  /** Ends the display. */
  stop(): void;
}

/** The frames of the sign that something goes on. */
export const spinner = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
/** Milliseconds between two frames on a terminal. */
export const frameMs = 100;
const calmMs = 1000;
/** How often there is a line on how far it is where nothing can be redrawn. */
export const calmProgressMs = 10_000;
/** Columns of a bar. */
export const barWidths = { least: 8, most: 24 };
const longestReason = 120;

/** Starts the display for `name`, such as `delay_model/am`, on stderr. */
export function showProgress(name: string, effects: Effects, options: { verbose?: boolean } = {}): Progress {
  return effects.stderr.live ? liveProgress(name, effects, options) : calmProgress(name, effects, options);
}

function liveProgress(name: string, effects: Effects, { verbose = false }: { verbose?: boolean }): Progress {
  const { stderr } = effects;
  const paint = painter(stderr.color);
  const block = new LiveBlock(stderr);
  const watch = new RunWatch(effects.now, (line, stream) => {
    if (verbose) block.print([`${paint(stream === "stderr" ? "yellow" : "dim", "│")} ${paint("dim", line)}`]);
  });
  let frame = 0;
  const draw = () => {
    const lines = statusLines(name, watch.state, effects.now(), { spin: spinner[frame], width: stderr.width() - 1 });
    block.draw(lines, (line, i) => i === 0 ? paint("cyan", line.slice(0, 1)) + line.slice(1) : paint("dim", line));
  };
  const end = effects.every(frameMs, () => {
    frame = (frame + 1) % spinner.length;
    draw();
  });
  return {
    event(event) {
      watch.event(event);
      if (event.t === "waiting") block.print([waitingLine(name, event)]);
      // Texts and numbers come by the thousand; the next frame shows them.
      if (event.t === "running" || event.t === "waiting" || event.t === "retrying") draw();
    },
    stop() {
      end();
      watch.flush();
      block.clear();
    },
  };
}

function calmProgress(name: string, effects: Effects, { verbose = false }: { verbose?: boolean }): Progress {
  const say = (line: string) => effects.stderr.write(`${line}\n`);
  const watch = new RunWatch(effects.now, (line) => verbose && say(`│ ${line}`));
  let said = "";
  let saidAt = effects.now();
  const end = effects.every(calmMs, () => {
    const { phase, current, progress } = watch.state;
    if (phase !== "running" || current < 0) return;
    const cell = `${name}: ${cellText(watch.state)}`;
    const since = effects.now() - saidAt;
    if (cell === said && (!progress || since < calmProgressMs)) return;
    said = cell;
    saidAt = effects.now();
    say(progress ? `${cell}, ${progressText(progress, effects.now())}` : cell);
  });
  return {
    event(event) {
      watch.event(event);
      if (event.t === "waiting") say(waitingLine(name, event));
      else if (event.t === "running") {
        const why = event.reasons.length > 0 ? `: ${cutText(oneLine(event.reasons[0]), longestReason)}` : "";
        const more = event.reasons.length > 1 ? `, and ${event.reasons.length - 1} more reasons` : "";
        say(`${name}: running${why}${more}`);
      } else if (event.t === "retrying") {
        say(`${name}: ${oneLine(event.statusText)}; trying again in ${formatDuration(event.delayMs)}`);
      }
    },
    stop() {
      end();
      watch.flush();
    },
  };
}

function waitingLine(name: string, { holder }: Extract<StepEvent, { t: "waiting" }>): string {
  return `${name}: waiting for ${describeHolder(holder)}, which runs it`;
}

/** The live lines of a run, its bar as wide as there is room for. */
export function statusLines(
  name: string,
  state: RunState,
  now: number,
  { spin, width }: { spin: string; width: number },
): string[] {
  const elapsed = formatElapsed(now - state.since);
  if (state.phase === "preparing" || state.phase === "waiting") return [`${spin} ${name}  ${state.phase}  ${elapsed}`];
  if (state.phase === "retrying") return [`${spin} ${name}  failed, will be tried again  ${elapsed}`];
  const { cells, current } = state;
  const finishing = state.phase === "finishing";
  const code = cells.filter((cell) => cell.type === "code");
  const done = finishing ? code.length : code.filter((cell) => cell.index < current).length;
  const what = finishing ? "writing notebook and report" : current < 0 ? "starting" : cellText(state);
  const room = width - textWidth(`${spin} ${name}   ${elapsed}  ${what}`);
  const barWidth = Math.min(barWidths.most, Math.max(barWidths.least, room));
  const line = `${spin} ${name}  ${bar(done / code.length, barWidth)} ${elapsed}  ${what}`;
  return state.progress && !finishing ? [line, `  ${progressText(state.progress, now)}`] : [line];
}

/** A bar of which a share, from 0 to 1, is filled. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share || 0)) * width);
  return "━".repeat(filled) + "─".repeat(width - filled);
}

/** How far a cell is, and how long it will take if it goes on like this. */
export function progressText({ done, total, label, since, first }: FlowProgress, now: number): string {
  const share = total > 0 ? ` (${Math.floor(Math.min(1, done / total) * 100)} %)` : "";
  const spent = now - since;
  const left = done > first && spent > 2000 && done < total ? spent / (done - first) * (total - done) : undefined;
  const eta = left === undefined ? "" : `, about ${formatElapsed(left)} left`;
  return `${label ? `${oneLine(label)}: ` : ""}${done} of ${total}${share}${eta}`;
}

/** Whole seconds below a minute, so that the line does not flicker. */
export function formatElapsed(ms: number): string {
  return ms < 60_000 ? `${Math.floor(Math.max(0, ms) / 1000)} s` : formatDuration(ms);
}

/** `cell 3 of 8 "Load"`, counted as messages and reports count. */
function cellText(state: RunState): string {
  const title = cellTitle(state);
  return title === "" ? cellPlace(state) : `${cellPlace(state)} "${title}"`;
}

/** `cell 3 of 8`. */
export function cellPlace({ cells, current }: RunState): string {
  return `cell ${current + 1} of ${cells.length}`;
}

/** The title of the running cell; empty when it has none. */
export function cellTitle({ cells, current }: RunState): string {
  return oneLine(cells[current]?.title ?? "");
}
