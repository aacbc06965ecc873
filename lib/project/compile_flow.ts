/**
 * A flow as one executable, by `deno compile`.
 * @module
 */
import { basename, join } from "../deps/path.ts";
import { DuctaflowError } from "../base/error.ts";
import { exists } from "../base/maybe_file.ts";
import { shellWords } from "../base/shell_words.ts";
import { shortPath } from "../base/short_path.ts";
import { runDeno } from "../step/run_deno.ts";
import { secretsOfFile } from "./script_needs.ts";
import { configText } from "./example_config.ts";
import { writeGenerated } from "./generated_file.ts";
import { scriptFlags } from "./script_flags.ts";
import { configName, type CreatedScript, inTarget, type ScriptOptions, scriptTarget } from "./script_options.ts";
import { standaloneText } from "./standalone_script.ts";

/** Makes the executable `{flow}` and `{flow}_config.json`; see `compileFlow` of `mod.ts`. */
export async function compileFlow(
  flowPath: string | URL,
  config?: object,
  options: ScriptOptions = {},
): Promise<CreatedScript> {
  const { flow, dir } = await scriptTarget(flowPath, options);
  const path = join(dir, flow.name + (Deno.build.os === "windows" ? ".exe" : ""));
  if (!options.force && exists(path)) {
    throw new DuctaflowError(`"${shortPath(path)}" is there already`, {
      code: "file-exists",
      hint: "Add --force to replace it, or choose another folder with --dir",
    });
  }
  const settings = configText(flow, config);
  const keep = config === undefined;
  const configPath = join(dir, configName(flow));
  const secrets = secretsOfFile(configPath, settings, keep);
  const [{ text, warnings }, folder] = await inTarget(dir, async () => [
    await standaloneText(flow, { dir, command: [`./${basename(path)}`] }),
    Deno.makeTempDirSync({ dir, prefix: ".ductaflow-" }),
  ]);
  try {
    const script = join(folder, `${flow.name}.js`);
    Deno.writeTextFileSync(script, text);
    const flags = [
      "--quiet",
      "--no-config",
      "--no-lock",
      "--no-remote",
      "--no-npm",
      ...await scriptFlags(flow, { secrets }),
    ];
    const output = await runDeno(["compile", ...flags, `--output=${path}`, script], dir);
    if (!output.ok) throw explain(output.stderr.trim());
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  const file = { path: configPath, text: settings, keep };
  const written = await inTarget(dir, () => writeGenerated([file], options.force));
  const short = shortPath(path);
  return {
    files: [path, ...written.files],
    kept: written.kept,
    warnings,
    command: shellWords([short.startsWith("/") ? short : `./${short}`]),
  };
}

function explain(said: string): DuctaflowError {
  return new DuctaflowError(`Cannot compile the flow: ${said.replace(/^error: /, "")}`, {
    code: "cannot-compile",
    hint:
      "deno compile fetches Deno's own runtime from the web; where that cannot be reached, make a standalone script",
  });
}
