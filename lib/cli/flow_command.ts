/**
 * The command line of one flow: what `createFlowRunScript` writes calls it.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";

/** What a flow's own command line has besides the flow. */
export interface FlowCommandOptions {
  /** A config file that counts unless `--config` is given: a path or a `file:` URL. It need not exist. */
  config?: string | URL;
  /** The name of the step instead of the flow's own, unless `--step` is given. */
  step?: string;
  /** The arguments; those of the process unless given. */
  args?: string[];
}

/**
 * Runs a flow as the command `run` does, with the arguments of the process: `--config`, `--set`, `--instance` and all
 * other options of that command. Ends the process with its exit code.
 *
 * @param flow a path, a URL, or a bare name that stands for `flows/{name}.ts`
 *
 * @example
 * ```ts
 * import { runFlowCommand } from "./flow_command.ts";
 *
 * /** The whole of a script that is run as `deno run -A delay_model_run.ts --set lateMinutes=20`. *\/
 * async function script(): Promise<void> {
 *   await runFlowCommand("delay_model", { config: "delay_model_config.json" });
 * }
 * ```
 */
export async function runFlowCommand(flow: string | URL, options: FlowCommandOptions = {}): Promise<void> {
  const { runFlowAndExit } = await onDemand<typeof import("./run_flow.ts")>("lib/cli/run_flow.ts");
  await runFlowAndExit(flow, options);
}
