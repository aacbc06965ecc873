/**
 * The command `from-ipynb`: notebooks as flows and conductors.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { shortPath } from "../base/short_path.ts";
import { textOfNotebook } from "../step/notebook_of_flow.ts";
import type { Command } from "./command.ts";
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
import { flowBeside, syncPair } from "./notebook_pair.ts";
import { commonOptions, parseOptions } from "./options.ts";

/** The command `from-ipynb`. */
export const command: Command = {
  name: "from-ipynb",
  usage: "<notebook>... [options]",
  description:
    `Makes a flow or a conductor of a notebook, beside it: a .ts file in Jupytext's percent format. Cells that a
run added, such as injected parameters, are left out. What cannot stand in a file of many cells is spelled in another
way, with a warning, or refused. A file that is there is never replaced without --force; --sync changes only what was
edited in the notebook.`,
  options: conversionOptions,
  examples: [
    ["from-ipynb analysis.ipynb", "analysis.ts"],
    ["from-ipynb --sync flows/*.ipynb", "bring over what was edited, in either direction"],
    ["from-ipynb runs/delay_model/am/flow.ipynb -o -", "the cells of a run as text"],
  ],
  async run(args, effects) {
    const { values, positionals } = parseOptions(args, { ...conversionOptions, ...commonOptions });
    const plan = planConversion(positionals, values, (name) => `${name.replace(/\.ipynb$/, "")}.ts`, true);
    const done: Conversion[] = [];
    for (const source of plan.sources) {
      const target = values.output === undefined && source !== "-" ? flowBeside(source) : plan.targetOf(source);
      const conversion = values.sync
        ? await syncPair({ flow: target, notebook: source }, values.force ? "notebook" : undefined, effects)
        : await convert(source, target, values.force, effects);
      tellConversion(conversion, effects);
      done.push(conversion);
    }
    if (values.json) effects.stdout.write(jsonText(done));
    else tellNext(done, effects);
    return exitCodes.done;
  },
};

async function convert(source: string, target: string, force: boolean, effects: Effects): Promise<Conversion> {
  checkFree(target, force);
  const given = source === "-" ? await readStdin() : source;
  const { text, warnings } = await textOfNotebook(given, target === "-" ? {} : { path: target });
  writeConverted(target, text, effects);
  return { from: source, to: target, action: "written", warnings };
}

function tellNext(done: Conversion[], { stderr, program }: Effects): void {
  const written = done.find(({ to, action }) => action === "written" && to !== "-");
  if (written) stderr.write(`Next: ${program} inspect ${shortPath(written.to)}\n`);
}
