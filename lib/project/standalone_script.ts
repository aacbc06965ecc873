/**
 * A flow as one file that needs nothing but Deno: no network, no package, none of this toolkit.
 * @module
 */
import { basename, join } from "../deps/path.ts";
import { embedded } from "../base/embedded.ts";
import { shellWords } from "../base/shell_words.ts";
import { shortPath } from "../base/short_path.ts";
import { version } from "../base/version.ts";
import type { Flow } from "../notebook/flow.ts";
import { projectOfFlow } from "../step/project.ts";
import { bundle } from "./bundle.ts";
import { secretsOfFile } from "./script_needs.ts";
import { configText } from "./example_config.ts";
import { hashMark, writeGenerated } from "./generated_file.ts";
import { placeFrom } from "./place_from.ts";
import { relocate } from "./relocate.ts";
import { scriptFlags } from "./script_flags.ts";
import { configName, type CreatedScript, inTarget, type ScriptOptions, scriptTarget } from "./script_options.ts";
import type { StandaloneFlow } from "./standalone/host.ts";

/** Makes `{flow}_standalone.js` and `{flow}_config.json`; see `createStandaloneScript` of `mod.ts`. */
export async function createStandaloneScript(
  flowPath: string | URL,
  config?: object,
  options: ScriptOptions = {},
): Promise<CreatedScript> {
  const { flow, dir } = await scriptTarget(flowPath, options);
  const path = join(dir, `${flow.name}_standalone.js`);
  const configPath = join(dir, configName(flow));
  // A config that does not fit is refused before anything is made.
  const settings = configText(flow, config);
  const keep = config === undefined;
  const command = ["deno", "run", ...await scriptFlags(flow, { secrets: secretsOfFile(configPath, settings, keep) })];
  const { text, warnings } = await inTarget(
    dir,
    () => standaloneText(flow, { dir, command: [...command, basename(path)] }),
  );
  const files = [
    { path, text: `#!/usr/bin/env -S ${shellWords(command)}\n${text}`, executable: true },
    { path: configPath, text: settings, keep },
  ];
  const written = await inTarget(dir, () => writeGenerated(files, options.force));
  return { ...written, warnings, command: shellWords([...command, shortPath(path)]) };
}

/** Where the text of a script will stand, and how it will be started. */
export interface StandaloneTarget {
  /** Absolute path of its folder. */
  dir: string;
  command: string[];
}

/** The text of a standalone script. */
export async function standaloneText(
  flow: Flow,
  { dir, command }: StandaloneTarget,
): Promise<{ text: string; warnings: string[] }> {
  Deno.mkdirSync(dir, { recursive: true });
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ dir, prefix: ".ductaflow-" }));
  const write = (name: string, text: string) => Deno.writeTextFileSync(join(folder, name), text);
  const project = projectOfFlow(flow);
  const placeOf = (url: string) => placeFrom(dir, url);
  try {
    const { main, warnings } = await relocate(flow, { project, folder, placeOf });
    const about: StandaloneFlow = {
      flow: { ...flow, url: "" },
      place: placeOf(flow.url),
      command: shellWords(command),
      configFile: configName(flow),
    };
    write("host.ts", hostText());
    write(
      "main.ts",
      `import { runStandalone } from "./host.ts";
await runStandalone(${JSON.stringify(about)}, import.meta.url, () => import(${JSON.stringify(main)}));\n`,
    );
    const code = await bundle("main.ts", { folder, project });
    return { text: header(flow, shellWords(command)) + code, warnings };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A module that exports `runStandalone`. */
function hostText(): string {
  const url = import.meta.resolve("./standalone/host.ts");
  return embedded?.standaloneHost ?? `export { runStandalone } from ${JSON.stringify(url)};\n`;
}

function header(flow: Flow, command: string): string {
  return `// The flow "${flow.name}" with all that it imports, made by ductaflow ${version}. It needs nothing but Deno:
//   ${command} --help
// ${hashMark} (as long as this file is not edited, it may be made again)
// deno-lint-ignore-file
// deno-fmt-ignore-file
`;
}
