/**
 * A file that runs a flow once and leaves nothing but its outputs: for a double click, or a scheduler.
 * @module
 */
import { join } from "../deps/path.ts";
import { shellWords } from "../base/shell_words.ts";
import { shortPath } from "../base/short_path.ts";
import { projectOfFlow } from "../step/project.ts";
import { configText } from "./example_config.ts";
import { hashMark, writeGenerated } from "./generated_file.ts";
import { placeFrom, toolkitFrom } from "./place_from.ts";
import { configName, type CreatedScript, inTarget, type ScriptOptions, scriptTarget } from "./script_options.ts";

/** Makes `run_{flow}.sh`, `run_{flow}.bat` and `{flow}_config.json`; see `createFlowRunner` of `mod.ts`. */
export async function createFlowRunner(
  flowPath: string | URL,
  config?: object,
  options: ScriptOptions = {},
): Promise<CreatedScript> {
  const { flow, dir } = await scriptTarget(flowPath, options);
  const [sh, bat] = ["sh", "bat"].map((ending) => join(dir, `run_${flow.name}.${ending}`));
  const parts = {
    name: flow.name,
    toolkit: toolkitFrom(dir, projectOfFlow(flow).root),
    flow: placeFrom(dir, flow.url),
    config: `./${configName(flow)}`,
  };
  const files = [
    { path: sh, text: shellText(parts), executable: true },
    { path: bat, text: batchText(parts).replaceAll("\n", "\r\n") },
    { path: join(dir, configName(flow)), text: configText(flow, config), keep: config === undefined },
  ];
  const written = await inTarget(dir, () => writeGenerated(files, options.force));
  const path = shortPath(Deno.build.os === "windows" ? bat : sh);
  const command = Deno.build.os === "windows" || path.startsWith("/") ? path : `./${path}`;
  return { ...written, warnings: [], command: shellWords([command]) };
}

/** Places are URLs, or seen from the runner. */
interface RunnerParts {
  name: string;
  toolkit: string;
  flow: string;
  config: string;
}

const about = (name: string) => [
  `Runs the flow "${name}" once: a standalone script is made in a temporary folder, run, and removed.`,
  "Outputs go to the current folder, or to that of --out. The config is the file beside this one.",
  "Values: --set key=value. All options: --help.",
  `${hashMark} (as long as this file is not edited, it may be made again)`,
];

function shellText({ name, toolkit, flow, config }: RunnerParts): string {
  const word = (place: string) => {
    const path = maybeRelative(place);
    return path === undefined ? shellWords([place]) : `"$here"/${shellWords([path])}`;
  };
  return `#!/bin/sh
${about(oneLine(name)).map((line) => `# ${line}\n`).join("")}script=$(readlink -f -- "$0" 2>/dev/null) || script=$0
here=$(CDPATH= cd -- "$(dirname -- "$script")" && pwd) || exit 1
exec deno run --quiet -A --no-config --no-lock ${word(toolkit)} standalone ${word(flow)} \\
  --run --config ${word(config)} -- "$@"
`;
}

function batchText({ name, toolkit, flow, config }: RunnerParts): string {
  const word = (place: string) => {
    const path = maybeRelative(place);
    // A percent sign begins a variable, also between quotes.
    return path === undefined ? `"${place.replaceAll("%", "%%")}"` : `"%~dp0${path.replaceAll("%", "%%")}"`;
  };
  return `@echo off
rem Names in this file may have any letters.
chcp 65001 >nul
${
    about(oneLine(name)).map((line) => `rem ${line.replaceAll("%", "%%")}\n`).join("")
  }deno run --quiet -A --no-config --no-lock ${word(toolkit)} standalone ${word(flow)} --run --config ${
    word(config)
  } -- %*
set code=%errorlevel%
rem After a double click the window stays until a key is pressed.
echo %cmdcmdline% | find /i "%~nx0" >nul && pause
exit /b %code%
`;
}

/** The path of what lies on this machine, from the folder of the runner. */
function maybeRelative(place: string): string | undefined {
  if (/^https?:/.test(place)) return undefined;
  return place.startsWith("file:") ? undefined : decodeURIComponent(place.replace(/^\.\//, ""));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
