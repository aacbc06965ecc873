/**
 * The command `import`: a workflow with its runs from a file.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { importWorkflow } from "../workflow/archive/archive.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, parseOptions, usageError } from "./options.ts";
import { placeOf, workflowOptions } from "./workflow_arguments.ts";

/** The command `import`. */
export const command: Command = {
  name: "import",
  usage: "<file> [options]",
  description:
    `Reads a workflow with its runs from a file that export wrote. It arrives paused, and nothing that is there
already is overwritten.`,
  options: workflowOptions,
  examples: [
    ["import nightly.tar.gz", "into runs/"],
    ["import nightly.tar.gz --runs /srv/runs", "into another folder of runs"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...workflowOptions, ...commonOptions });
    const [file, more] = positionals;
    if (file === undefined) throw usageError("Which file?", "Write import <file>");
    if (more !== undefined) throw usageError(`"${more}" is one argument too many`);
    const archive = await importWorkflow(file, placeOf(values));
    stderr.write(`${archive.workflow}: ${archive.runs} runs in ${archive.files} files; it is paused\n`);
    stdout.write(values.json ? jsonText(archive) : `${archive.workflow}\n`);
    return exitCodes.done;
  },
};
