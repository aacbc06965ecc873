/**
 * What Ctrl-C, a terminal that closes or a polite kill does while runs are going on: the first signal cancels them, the
 * second kills them; when they are recorded, the signal takes its usual effect on the conductor.
 * @module
 */

/** Something that a signal stops. */
export interface Stoppable {
  /** Ends it in good order. */
  cancel(reason: string): void;
  /** Ends it at once. */
  kill(): void;
}

const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
const running = new Set<Stoppable>();
let received: Deno.Signal | undefined;

/** How long a signal that the conductor sends to itself may take to end it; longer, and it has its own listener. */
const deathMs = 300;

/**
 * Puts something under the signals until the returned function is called. When a signal came, that function resolves
 * only if the conductor survives it.
 */
export function stopOnSignals(target: Stoppable): () => Promise<void> {
  if (running.size === 0) { for (const signal of signals) Deno.addSignalListener(signal, handlers[signal]!); }
  running.add(target);
  if (received) target.cancel(received);
  return async () => {
    if (!running.delete(target) || running.size > 0) return;
    for (const signal of signals) Deno.removeSignalListener(signal, handlers[signal]!);
    const again = received;
    received = undefined;
    // Nothing of ours listens any more, so this ends the conductor as it would any other program.
    if (!again) return;
    Deno.kill(Deno.pid, again);
    // It arrives a little later; until then the conductor must not start the next step.
    await new Promise((resolve) => setTimeout(resolve, deathMs));
  };
}

const handlers: Partial<Record<Deno.Signal, () => void>> = Object.fromEntries(
  signals.map((signal) => [signal, () => {
    for (const target of running) {
      if (received) target.kill();
      else target.cancel(signal);
    }
    received ??= signal;
  }]),
);
