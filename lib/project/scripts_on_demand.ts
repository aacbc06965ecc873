/**
 * Scripts made of flows, for conductors that may never make one: parsers and the bundler are loaded on the first call.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { CreatedScript, ScriptOptions } from "./script_options.ts";

/**
 * Makes `{flow}_run.ts`, a conductor of one recorded instance that takes `--config`, `--set` and `--instance`, and
 * `{flow}_config.json`, unless that is there already.
 *
 * @param flow a path, a URL, or a bare name that stands for `flows/{name}.ts`
 * @param config what the config file holds; the defaults of the flow unless given
 * @throws {DuctaflowError} of code `file-exists` when a file is in the way that the toolkit did not make
 *
 * @example
 * ```ts
 * import { createFlowRunScript } from "./scripts_on_demand.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * const flow = new URL("../../flows/delay_model.ts", import.meta.url);
 * const { files } = await createFlowRunScript(flow, undefined, { dir });
 * assertEquals(files, [`${dir}/delay_model_run.ts`, `${dir}/delay_model_config.json`]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function createFlowRunScript(
  flow: string | URL,
  config?: object,
  options?: ScriptOptions,
): Promise<CreatedScript> {
  return await (await onDemand<typeof import("./run_script.ts")>("lib/project/run_script.ts")).createFlowRunScript(
    flow,
    config,
    options,
  );
}

/**
 * Makes `{flow}_standalone.js`, one file with the flow and all that it imports, and `{flow}_config.json`. The script runs
 * with `deno run` on a machine without network and without this toolkit, and binds its config as a step does.
 *
 * @param flow a path, a URL, or a bare name that stands for `flows/{name}.ts`
 * @param config what the config file holds; the defaults of the flow unless given
 * @throws {DuctaflowError} of code `bad-config` when the config does not fit, `file-exists` when a file is in the way that
 * the toolkit did not make, `cannot-bundle` when the flow cannot be made one file
 *
 * @example
 * ```ts
 * import { createStandaloneScript } from "./scripts_on_demand.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/count.ts`, `// %% tags=["parameters"]\nlet n = 1;\n`);
 * await createStandaloneScript(`${dir}/count.ts`, { n: 2 }, { dir });
 * assertEquals(JSON.parse(await Deno.readTextFile(`${dir}/count_config.json`)), { n: 2 });
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function createStandaloneScript(
  flow: string | URL,
  config?: object,
  options?: ScriptOptions,
): Promise<CreatedScript> {
  return await (await onDemand<typeof import("./standalone_script.ts")>("lib/project/standalone_script.ts"))
    .createStandaloneScript(flow, config, options);
}

/**
 * Makes `run_{flow}.sh` and `run_{flow}.bat`, which run the flow once: a standalone script in a temporary folder, that is
 * removed afterwards, also after Ctrl-C. `{flow}_config.json` beside them is their config.
 *
 * @param flow a path, a URL, or a bare name that stands for `flows/{name}.ts`
 * @param config what the config file holds; the defaults of the flow unless given
 * @throws {DuctaflowError} of code `bad-config` when the config does not fit, `file-exists` when a file is in the way that
 * the toolkit did not make
 *
 * @example
 * ```ts
 * import { createFlowRunner } from "./scripts_on_demand.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/count.ts`, `// %% tags=["parameters"]\nlet n = 1;\n`);
 * const { files } = await createFlowRunner(`${dir}/count.ts`, { n: 2 }, { dir });
 * assertEquals(files.slice(0, 2), [`${dir}/run_count.sh`, `${dir}/run_count.bat`]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function createFlowRunner(
  flow: string | URL,
  config?: object,
  options?: ScriptOptions,
): Promise<CreatedScript> {
  return await (await onDemand<typeof import("./flow_runner.ts")>("lib/project/flow_runner.ts")).createFlowRunner(
    flow,
    config,
    options,
  );
}

/**
 * Makes an executable of a flow with `deno compile`, and `{flow}_config.json` beside it. It binds its config as a
 * standalone script does.
 *
 * @param flow a path, a URL, or a bare name that stands for `flows/{name}.ts`
 * @param config what the config file holds; the defaults of the flow unless given
 * @throws {DuctaflowError} of code `cannot-compile`, where Deno cannot fetch its runtime, and as `createStandaloneScript`
 *
 * @example
 * ```ts
 * import { compileFlow } from "./scripts_on_demand.ts";
 *
 * /** Makes the executable `dist/delay_model`. *\/
 * async function release(): Promise<string> {
 *   const { command } = await compileFlow("delay_model", { lateMinutes: 20 }, { dir: "dist" });
 *   return command;
 * }
 * ```
 */
export async function compileFlow(
  flow: string | URL,
  config?: object,
  options?: ScriptOptions,
): Promise<CreatedScript> {
  return await (await onDemand<typeof import("./compile_flow.ts")>("lib/project/compile_flow.ts")).compileFlow(
    flow,
    config,
    options,
  );
}
