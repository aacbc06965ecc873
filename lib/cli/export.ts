/**
 * The command `export`: a workflow with its runs as one file.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { exportWorkflow } from "../workflow/archive/archive.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, parseOptions, usageError } from "./options.ts";
import { placeOf, workflowOptions } from "./workflow_arguments.ts";

/** The command `export`. */
export const command: Command = {
  name: "export",
  usage: "<workflow> [file] [options]",
  description:
    `Writes a workflow with its versions, its settings and all its runs into a .tar.gz file: {workflow}.tar.gz
unless a name is given. Steps that a conductor shares with others are not in it.`,
  options: workflowOptions,
  examples: [
    ["export nightly", "into nightly.tar.gz"],
    ["export nightly backup/nightly-2026.tar.gz --json", "elsewhere, and tell how much it is"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...workflowOptions, ...commonOptions });
    const [name, file = `${name}.tar.gz`, more] = positionals;
    if (name === undefined) throw usageError("Which workflow?", `Write export <workflow> [file]`);
    if (more !== undefined) throw usageError(`"${more}" is one argument too many`);
    const archive = await exportWorkflow(name, file, placeOf(values));
    stderr.write(`${name}: ${archive.runs} runs in ${archive.files} files\n`);
    stdout.write(values.json ? jsonText({ file, ...archive }) : `${file}\n`);
    return exitCodes.done;
  },
};
