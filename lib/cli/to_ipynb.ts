/**
 * The command `to-ipynb`: flows and conductors as Jupyter notebooks.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { shortPath } from "../base/short_path.ts";
import { convertToNotebook } from "../notebook/convert.ts";
import { readFlow } from "../notebook/read_flow.ts";
import { serializeNotebook } from "../notebook/serialize_notebook.ts";
import { fileUrl, notebookOfFlow } from "../step/notebook_of_flow.ts";
import { flowPath } from "../step/plan_step.ts";
import { refuseSlips } from "../step/setting_slips.ts";
import type { Command } from "./command.ts";
import { type ConfigInput, readConfigInput } from "../step/config_input.ts";
import type { Effects } from "./effects.ts";
import { exitCodes } from "./exit.ts";
import {
  checkFree,
  type Conversion,
  conversionOptions,
  planConversion,
  readStdin,
  tellConversion,
  writeConverted,
} from "./notebook_file.ts";
import { syncPair } from "./notebook_pair.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { stepArguments } from "./step_arguments.ts";

// -f is --force here.
const { config: { short: _file, ...config }, set, secret } = stepArguments;
const options = { ...conversionOptions, config, set, secret } satisfies OptionTable;

/** The command `to-ipynb`. */
export const command: Command = {
  name: "to-ipynb",
  usage: "<flow>... [options]",
  description: `Makes a Jupyter notebook of a flow or a conductor, for Deno's own kernel, beside it. Nothing of it runs.
With --config or --set, the notebook gets the values in a cell behind the parameters, as papermill would put them
there; a secret is read from the environment when the cell runs. A notebook that is there is never replaced without --force; --sync keeps its outputs and cell ids.`,
  options,
  examples: [
    ["to-ipynb flows/delay_model.ts", "flows/delay_model.ipynb"],
    ["to-ipynb --sync flows/*.ts", "bring over what was edited, in either direction"],
    ["to-ipynb delay_model --set lateMinutes=30 -o runs/delay_model/try/try.ipynb", "one scenario, ready to run"],
    ["to-ipynb flows/delay_model.ts -o - | jq .cells[0]", "to another program"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const plan = planConversion(
      positionals,
      values,
      (name) => `${name.replace(/(.)\.[cm]?[jt]sx?$/, "$1")}.ipynb`,
      false,
    );
    const input = values.config.length + values.set.length + values.secret.length > 0
      ? await readConfigInput(values.config, values.set, { secrets: values.secret })
      : undefined;
    if (input && values.sync) {
      throw usageError("--sync and a config exclude each other", "Write to another file with --output");
    }
    const done: Conversion[] = [];
    for (const source of plan.sources) {
      const path = source === "-" ? source : String(flowPath(source));
      const target = plan.targetOf(path);
      if (values.set.length > 0 && source !== "-") refuseSlips(await readFlow(path), values.set);
      const conversion = values.sync
        ? await syncPair({ flow: path, notebook: target }, values.force ? "flow" : undefined, effects)
        : await convert(path, target, values.force, input, effects);
      tellConversion(conversion, effects);
      done.push(conversion);
    }
    if (values.json) effects.stdout.write(jsonText(done));
    else tellNext(done, effects);
    return exitCodes.done;
  },
};

async function convert(
  source: string,
  target: string,
  force: boolean,
  input: ConfigInput | undefined,
  effects: Effects,
): Promise<Conversion> {
  checkFree(target, force);
  const path = target === "-" ? undefined : target;
  if (source === "-" && input) throw usageError("A config needs a flow in a file", "Save it, and give its path");
  const { notebook, warnings } = source === "-"
    ? await convertToNotebook(await readStdin(), fileUrl("stdin.ts"), { notebookUrl: fileUrl(path ?? "stdin.ipynb") })
    : await notebookOfFlow(source, { path, ...(input && { config: input.config, textKeys: input.textKeys }) });
  writeConverted(target, serializeNotebook(notebook), effects);
  return { from: source, to: target, action: "written", warnings };
}

function tellNext(done: Conversion[], { stderr }: Effects): void {
  const written = done.find(({ to, action }) => action === "written" && to.endsWith(".ipynb"));
  if (written) stderr.write(`Next: jupyter lab ${shortPath(written.to)}\n`);
}
