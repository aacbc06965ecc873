/**
 * Many instances of one step, run together: a control table in, a batch out.
 * @module
 */
import type { StepOptions } from "../step/step_options.ts";
import type { Batch, BatchEvent } from "./batch.ts";
import type { RowOptions } from "./batch_rows.ts";

/** Options of a batch: those of each step, and how rows become instances and run together. */
export interface BatchOptions<R extends object = object>
  extends RowOptions<R>, Omit<StepOptions, "textConfig" | "onEvent"> {
  /** How many run at a time. Default: the number of cores. */
  concurrency?: number;
  /** After a failure go on with the other rows (default), or start no more. */
  onFailure?: "continue" | "stop";
  /**
   * Goes on with the last batch of the step where it was interrupted or failed: what it left green of the same config is
   * kept without another look, only failed, interrupted and missing instances run. After a batch that left all green
   * there is nothing to go on with, so that freshness decides as ever. Default false.
   */
  resume?: boolean;
  /** Told what happens while it happens; `terminalProgress()` shows it to people. */
  progress?: (event: BatchEvent) => void;
}

/**
 * Runs one instance of a flow for every row. All rows are checked before anything starts. What would come out the same
 * as last time is not run again. A failure does not stop the others, and the result tells of it: see `throwIfFailed`.
 *
 * @param flow a path, a URL, or a bare step name that stands for `flows/{name}.ts`
 * @param rows objects with a value a column, such as `grid` and `readTable` give
 * @throws {DuctaflowError} before anything ran: `bad-rows` with all problems of all rows, or as `runStepFlow`
 * @throws {BatchFailedError} when it was cancelled, by its signal or by Ctrl-C
 *
 * @example
 * ```ts
 * import { runInstances } from "./run_instances.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/add.ts`, '// %% tags=["parameters"]\nlet a = 0;\nlet b = 0;\n// %% Add\na + b\n');
 * const rows = [{ a: 1, b: 2 }, { a: 3, b: 4 }];
 * const options = { instance: "{a}_{b}", runsDir: `${dir}/runs` };
 * const batch = await runInstances(`${dir}/add.ts`, rows, options);
 * batch.throwIfFailed();
 * assertEquals(batch.runs.map((run) => run.instance), ["1_2", "3_4"]);
 * assertEquals((await runInstances(`${dir}/add.ts`, rows, options)).cached.length, 2);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function runInstances<R extends object>(
  flow: string | URL,
  rows: Iterable<R>,
  options: BatchOptions<R>,
): Promise<Batch> {
  const cwd = Deno.cwd();
  const { runBatch } = await import("./run_batch.ts");
  return await runBatch(flow, rows, options, cwd);
}
