/**
 * `triggerFlow`: one run of a workflow, now.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { StepEvent } from "../step/step_options.ts";
import type { FlowRun } from "./flow_run.ts";
import type { TicketState } from "./ticket.ts";
import type { WorkflowPlace } from "./workflow_paths.ts";

/** How a run is triggered. */
export interface TriggerOptions extends WorkflowPlace {
  /** Values of parameters; the others have their defaults. */
  params?: object;
  /** The parameters whose values are text to be converted, as from a command line. */
  textParams?: string[];
  /** The version to run. Default: the latest. */
  version?: number;
  /** False only asks for the run: the scheduler runs it. Default: this process does. */
  run?: boolean;
  /** Cancels it. */
  signal?: AbortSignal;
  /** Told what happens while it happens. */
  onEvent?: (event: StepEvent) => void;
  /** Told the run once it was asked for. */
  onTicket?: (run: FlowRun) => void;
}

/**
 * Runs a workflow once, with these parameters. It gives the run however it ended: look at `status`.
 *
 * @throws {DuctaflowError} before anything runs: `workflow-not-found`, `bad-config`, and `locked` when a run goes on and
 * the setting `overlap` is `"skip"`
 *
 * @example
 * ```ts
 * import { publishFlow } from "./publish_flow.ts";
 * import { triggerFlow } from "./trigger_flow.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * const runsDir = `${dir}/runs`;
 * await Deno.writeTextFile(`${dir}/greet.ts`, '// %% tags=["parameters"]\nlet name = "you";\n// %%\nconsole.log(name);');
 * await publishFlow("greetings", { flow: `${dir}/greet.ts`, runsDir });
 * const run = await triggerFlow("greetings", { params: { name: "Ada" }, runsDir });
 * assertEquals([run.status, run.params], ["succeeded", { name: "Ada" }]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function triggerFlow(name: string, options: TriggerOptions = {}): Promise<FlowRun> {
  const [{ trigger }, { makeFlowRun }, { publishedPaths }] = await Promise.all([
    onDemand<typeof import("./run/trigger.ts")>("lib/workflow/run/trigger.ts"),
    onDemand<typeof import("./run/make_flow_run.ts")>("lib/workflow/run/make_flow_run.ts"),
    onDemand<typeof import("./workflow_paths.ts")>("lib/workflow/workflow_paths.ts"),
  ]);
  const paths = publishedPaths(name, options);
  const onTicket = (asked: TicketState) => options.onTicket?.(makeFlowRun(paths, asked));
  return makeFlowRun(paths, await trigger(paths, { ...options, onTicket }));
}
