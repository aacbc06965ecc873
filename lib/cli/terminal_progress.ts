/**
 * The progress display of the command line for the batches of a conductor.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { BatchEvent } from "../batch/batch.ts";
import type { BatchProgress } from "./batch_progress.ts";

/**
 * Shows on stderr how a batch goes: on a terminal a bar with counts, pace and time left, and a line a running instance;
 * elsewhere a line for the start, each failure, every ten seconds and the end. For the option `progress` of
 * `runInstances`; each batch needs its own.
 *
 * @example
 * ```ts
 * import { terminalProgress } from "./terminal_progress.ts";
 * import { runInstances } from "../batch/run_instances.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/add.ts`, '// %% tags=["parameters"]\nlet a = 0;\n// %% Add\na + 1\n');
 * const options = { instance: "{a}", runsDir: `${dir}/runs`, progress: terminalProgress() };
 * await runInstances(`${dir}/add.ts`, [{ a: 1 }, { a: 2 }], options);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export function terminalProgress(): (event: BatchEvent) => void {
  // The display is loaded when there is something to show, so that importing the toolkit stays cheap.
  let early: BatchEvent[] | undefined;
  let progress: BatchProgress | undefined;
  const show = (event: BatchEvent) => {
    progress!.event(event);
    if (event.t === "end") progress!.stop();
  };
  const load = async () => {
    const [{ showBatchProgress }, { processEffects }] = await Promise.all([
      onDemand<typeof import("./batch_progress.ts")>("lib/cli/batch_progress.ts"),
      onDemand<typeof import("./effects.ts")>("lib/cli/effects.ts"),
    ]);
    progress = showBatchProgress({ ...processEffects(), every: everyWhileAlive });
    for (const event of early!.splice(0)) show(event);
  };
  return (event) => {
    if (progress) return show(event);
    if (!early) {
      early = [];
      load();
    }
    early.push(event);
  };
}

/** A timer that keeps no process alive that has nothing else to do. */
function everyWhileAlive(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms);
  Deno.unrefTimer(timer);
  return () => clearInterval(timer);
}
