/**
 * The command `history`: a metric over the runs of a workflow.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";
import { formatNumber } from "../report/format.ts";
import { getFlow } from "../workflow/get_flow.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, parseOptions, usageError } from "./options.ts";
import { columns, painter } from "./style.ts";
import { localTime } from "./summary.ts";
import { placeOf, workflowOptions } from "./workflow_arguments.ts";
import { workflowStatus } from "./workflow_text.ts";

/** The command `history`. */
export const command: Command = {
  name: "history",
  usage: "<workflow> <metric> [options]",
  description: "Shows the values of a metric over the runs of a workflow, from the oldest run.",
  options: workflowOptions,
  examples: [
    ["history nightly rmse", "is it getting worse?"],
    ["history nightly rmse --json", "for a chart"],
  ],
  async run(args, { stdout }) {
    const { values, positionals } = parseOptions(args, { ...workflowOptions, ...commonOptions });
    const [name, metric, more] = positionals;
    if (name === undefined || metric === undefined) {
      throw usageError("Which metric of which workflow?", "Write history <workflow> <metric>");
    }
    if (more !== undefined) throw usageError(`"${more}" is one argument too many`);
    const flow = await getFlow(name, placeOf(values));
    const entries = await flow.history(metric);
    if (entries.length === 0) {
      const known = [...new Set((await flow.runs()).flatMap((run) => Object.keys(run.metrics)))];
      const meant = nearest(metric, known);
      const hint = meant
        ? `Did you mean "${meant}"?`
        : known.length > 0
        ? `There are ${known.join(", ")}`
        : "No run reported any";
      throw usageError(`No run of "${name}" has a metric "${metric}"`, hint);
    }
    const paint = painter(stdout.color);
    const rows = entries.map(({ run, version, startedAt, status, value }) => [
      localTime(startedAt),
      formatNumber(value),
      workflowStatus(status, paint),
      `v${version}`,
      run,
    ]);
    stdout.write(values.json ? jsonText(entries) : columns(rows, { right: [1] }));
    return exitCodes.done;
  },
};
