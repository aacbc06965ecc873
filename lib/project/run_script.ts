/**
 * A conductor of one instance, as a file to run and to go on from.
 * @module
 */
import { basename, join } from "../deps/path.ts";
import { nameProblem, suggestName } from "../base/names.ts";
import { shellWords } from "../base/shell_words.ts";
import { shortPath } from "../base/short_path.ts";
import { configText } from "./example_config.ts";
import { hashMark, writeGenerated } from "./generated_file.ts";
import { projectOfFlow } from "../step/project.ts";
import { maybeToolkitName, placeFrom, toolkitFrom } from "./place_from.ts";
import { configName, type CreatedScript, inTarget, type ScriptOptions, scriptTarget } from "./script_options.ts";

/** Makes `{flow}_run.ts` and `{flow}_config.json`; see `createFlowRunScript` of `mod.ts`. */
export async function createFlowRunScript(
  flowPath: string | URL,
  config?: object,
  options: ScriptOptions = {},
): Promise<CreatedScript> {
  const { flow, dir } = await scriptTarget(flowPath, options);
  const path = join(dir, `${flow.name}_run.ts`);
  const configFile = configName(flow);
  const project = projectOfFlow(flow);
  const toolkit = await maybeToolkitName(dir, project) ?? toolkitFrom(dir, project.root);
  const files = [
    {
      path,
      text: scriptText({
        toolkit,
        flow: placeFrom(dir, flow.url),
        config: configFile,
        name: flow.name,
        step: nameProblem(flow.name) === undefined ? undefined : suggestName(flow.name),
        file: basename(path),
      }),
    },
    { path: join(dir, configFile), text: configText(flow, config), keep: config === undefined },
  ];
  const written = await inTarget(dir, () => writeGenerated(files, options.force));
  return { ...written, warnings: [], command: shellWords(["deno", "run", "-A", shortPath(path)]) };
}

interface ScriptParts {
  /** What the toolkit is imported from. */
  toolkit: string;
  /** The flow, from the script. */
  flow: string;
  config: string;
  name: string;
  /** Where the flow's name cannot be that of a step. */
  step?: string;
  file: string;
}

function scriptText({ toolkit, flow, config, name, step, file }: ScriptParts): string {
  const command = shellWords(["deno", "run", "-A", file]).replaceAll("*/", "* /");
  return `/**
 * Runs the flow "${name.replaceAll("*/", "* /")}" as one recorded instance, with the config in "${
    config.replaceAll("*/", "* /")
  }":
 *
 *   ${command}
 *   ${command} --set key=value --instance name
 *   ${command} --help
 *
 * ${hashMark} (as long as this file is not edited, it may be made again)
 */
import { runFlowCommand } from ${JSON.stringify(toolkit)};

await runFlowCommand(new URL(${JSON.stringify(flow)}, import.meta.url), {
  config: new URL(${JSON.stringify(encodeURIComponent(config))}, import.meta.url),${
    step === undefined ? "" : `\n  step: ${JSON.stringify(step)},`
  }
});
`;
}
