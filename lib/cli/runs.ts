/**
 * The command `runs`: the runs of workflows, and the removal of single ones.
 * @module
 */
import { jsonText } from "../base/json.ts";
import { getFlow, listFlows } from "../workflow/get_flow.ts";
import { flowRunJson } from "../workflow/run/make_flow_run.ts";
import type { WorkflowPlace } from "../workflow/workflow_paths.ts";
import type { FlowRunStatus } from "../workflow/ticket.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseCount, parseOptions, usageError } from "./options.ts";
import { painter, statusStyles } from "./style.ts";
import { placeOf, workflowOptions } from "./workflow_arguments.ts";
import { runsText } from "./workflow_text.ts";

const options = {
  limit: { value: "count", help: "At most so many, 20 unless given" },
  status: {
    value: "status",
    many: true,
    choices: [...Object.keys(statusStyles), "queued", "skipped"],
    help: "Only runs of this status",
  },
  delete: { value: "run", many: true, help: "Remove this run with all it left" },
  pin: { value: "run", many: true, help: "Let the setting keep never remove this run" },
  unpin: { value: "run", many: true, help: "Take the pin of this run away" },
  ...workflowOptions,
} satisfies OptionTable;

const shown = 20;

/** The command `runs`. */
export const command: Command = {
  name: "runs",
  usage: "[workflow] [options]",
  description: "Lists the runs of a workflow, or of all, the newest first: those that wait, go on and ended.",
  options,
  examples: [
    ["runs", "of all workflows"],
    ["runs nightly --status failed --limit 5", "the last ones that failed"],
    ["runs nightly --delete 20261122T050000000-tick", "one run less"],
    ["runs nightly --pin 20261122T050000000-tick", "one that stays, whatever keep says"],
  ],
  async run(args, { stdout, stderr }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const [name, more] = positionals;
    if (more !== undefined) throw usageError(`"${more}" is one argument too many`);
    const place = placeOf(values);
    if (values.delete.length > 0) {
      if (name === undefined) throw usageError("--delete needs the workflow", "Write runs <workflow> --delete <run>");
      const flow = await getFlow(name, place);
      const runs = await Promise.all(values.delete.map((id) => flow.run(id)));
      for (const run of runs) {
        await run.delete();
        stderr.write(`${name}/${run.id} is removed\n`);
      }
      if (values.json) stdout.write(jsonText({ removed: runs.map(({ id }) => id) }));
      return exitCodes.done;
    }
    await pin(name, values, place);
    const limit = parseCount(values.limit, "limit") ?? shown;
    const status = values.status.length > 0 ? values.status as FlowRunStatus[] : undefined;
    const names = name === undefined ? (await listFlows(place)).map(({ name }) => name) : [name];
    const lists = await Promise.all(names.map(async (each) => (await getFlow(each, place)).runs({ limit, status })));
    const runs = lists.flat().sort((a, b) => a.requestedAt < b.requestedAt ? 1 : -1).slice(0, limit);
    const width = stdout.width();
    const text = () => runsText(runs, painter(stdout.color), { width, many: name === undefined });
    stdout.write(values.json ? jsonText(runs.map(flowRunJson)) : text());
    return exitCodes.done;
  },
};

async function pin(
  name: string | undefined,
  { pin, unpin }: { pin: string[]; unpin: string[] },
  place: WorkflowPlace,
): Promise<void> {
  const option = pin.length > 0 ? "--pin" : "--unpin";
  if (pin.length + unpin.length === 0) return;
  if (name === undefined) throw usageError(`${option} needs the workflow`, `Write runs <workflow> ${option} <run>`);
  const flow = await getFlow(name, place);
  const runs = await Promise.all([...pin, ...unpin].map((id) => flow.run(id)));
  for (const [i, run] of runs.entries()) await (i < pin.length ? run.pin() : run.unpin());
}
