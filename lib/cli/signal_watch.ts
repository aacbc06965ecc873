/**
 * Ctrl-C and its kin while a command runs a step. Before the run begins a signal ends the command; then the run itself
 * listens: it is cancelled and recorded, and the summary and the exit code are still to come.
 * @module
 */
import type { Effects } from "./effects.ts";
import { InterruptedError, signalCode } from "./exit.ts";

/** Watches for signals from now until the process ends. */
export interface SignalWatch {
  /** Aborted by a signal that comes before the run begins. */
  signal: AbortSignal;
  /** From now on the run listens for itself. */
  leaveToRun(): void;
  /** The first signal that came. */
  received(): Deno.Signal | undefined;
}

/** A run is cancelled by the first signal, killed by the second, and repeats one of them when it is recorded. */
const patience = { before: 1, during: 3 };

/** Starts to watch. Nothing is ever unwatched: the run repeats its signal, which must not end the process early. */
export function watchSignals(effects: Pick<Effects, "onSignal" | "exit">): SignalWatch {
  const controller = new AbortController();
  let first: Deno.Signal | undefined;
  let count = 0;
  let running = false;
  effects.onSignal((signal) => {
    first ??= signal;
    if (++count > (running ? patience.during : patience.before)) effects.exit(signalCode(first));
    if (!running) controller.abort(new InterruptedError(signal));
  });
  return { signal: controller.signal, leaveToRun: () => running = true, received: () => first };
}
