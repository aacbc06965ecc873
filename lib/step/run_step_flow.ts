/**
 * One flow, run as one recorded instance: the heart of the toolkit, as the API has it. The work is in `run_step.ts`,
 * which is loaded on first use: a conductor may import all and run nothing.
 * @module
 */
import type { Freshness } from "./freshness.ts";
import type { Run } from "./run.ts";
import type { StepOptions } from "./step_options.ts";

/**
 * Runs a flow as one instance: in a process of its own, with only the permissions it was granted, recorded in
 * `{runsDir}/{step}/{instance}/`. A run that would come out the same is reused instead.
 *
 * @param flow a path, a URL, or a bare step name that stands for `flows/{name}.ts`
 * @param instance the name of the execution: letters, digits and `. _ = + -`
 * @param config becomes the flow's variables; it must be plain JSON (runs may stand in it and arrive as references)
 * @returns the run, which succeeded (perhaps with warnings)
 * @throws {StepFailedError} when the run failed, timed out or was cancelled; it is recorded all the same
 * @throws {DuctaflowError} before anything ran: `flow-not-found`, `flow-syntax`, `flow-parameters`, `bad-config`,
 * `bad-name`, `bad-grant`, `import-outside`, `no-secret`, `locked` and others
 *
 * @example
 * ```ts
 * import { runStepFlow } from "./run_step_flow.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * const cells = ['// %% tags=["parameters"]', 'let name = "you";', "// %% Greet", "console.log(name);"];
 * await Deno.writeTextFile(`${dir}/greet.ts`, cells.join("\n"));
 * const options = { runsDir: `${dir}/runs` };
 * const run = await runStepFlow(`${dir}/greet.ts`, "ada", { name: "Ada" }, options);
 * assertEquals([run.status, run.cached], ["succeeded", false]);
 * const again = await runStepFlow(`${dir}/greet.ts`, "ada", { name: "Ada" }, options);
 * assertEquals(again.cached, true);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function runStepFlow(
  flow: string | URL,
  instance: string,
  config: object = {},
  options: StepOptions = {},
): Promise<Run> {
  const cwd = Deno.cwd();
  const { runStep } = await import("./run_step.ts");
  return await runStep(flow, instance, config, { ...options, cwd });
}

/**
 * Tells whether an instance would have to run, and why, without running anything: what `why` prints. It answers for
 * `cache: "auto"`, whatever the option says.
 *
 * @returns `fresh`, and one reason for each thing that changed
 *
 * @example
 * ```ts
 * import { explainFreshness } from "./run_step_flow.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * const cells = ['// %% tags=["parameters"]', 'let name = "you";', "// %% Greet", "console.log(name);"];
 * await Deno.writeTextFile(`${dir}/greet.ts`, cells.join("\n"));
 * const { fresh, reasons } = await explainFreshness(`${dir}/greet.ts`, "ada", {}, { runsDir: `${dir}/runs` });
 * assertEquals([fresh, reasons[0].text], [false, "It never ran"]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function explainFreshness(
  flow: string | URL,
  instance: string,
  config: object = {},
  options: StepOptions = {},
): Promise<Freshness> {
  const cwd = Deno.cwd();
  const { explain } = await import("./run_step.ts");
  return await explain(flow, instance, config, { ...options, cwd });
}
