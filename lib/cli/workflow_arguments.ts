/**
 * What the commands about workflows have in common: how a workflow and a run are named.
 * @module
 */
import type { FlowRun } from "../workflow/flow_run.ts";
import type { WorkflowHandle } from "../workflow/get_flow.ts";
import { type OptionTable, usageError } from "./options.ts";

/** Options that all of them have. */
export const workflowOptions = {
  runs: { value: "folder", help: `Folder of all runs, "runs" unless given` },
  json: { help: "Print it as JSON" },
} satisfies OptionTable;

/** Where the options say that the runs are. */
export function placeOf({ runs }: { runs: string | undefined }): { runsDir?: string } {
  return runs === undefined ? {} : { runsDir: runs };
}

/** The one workflow that a command is about. */
export function oneWorkflow(positionals: string[], command: string): string {
  const [name, more] = positionals;
  if (name === undefined) throw usageError(`Which workflow?`, `Write ${command} <workflow>; "flows" lists them`);
  if (more !== undefined) throw usageError(`"${more}" is one argument too many`);
  return name;
}

const hasBegun = ({ status }: FlowRun) => status !== "skipped";

/**
 * The run that somebody means who names none: the newest that the first of the words says yes to, else the next, else the
 * newest of all. A tick that was passed over while another run went on is hardly ever it.
 */
export async function meantRun(flow: WorkflowHandle, id: string, words = [hasBegun]): Promise<FlowRun> {
  if (id !== "latest") return await flow.run(id);
  const runs = await flow.runs();
  for (const word of words) {
    const found = runs.find(word);
    if (found) return found;
  }
  return await flow.run(id);
}

/** A run: `nightly` is its newest one, `nightly/20261122T…` or `nightly 20261122T…` that one. */
export function oneRun(positionals: string[], command: string): { workflow: string; run: string } {
  const [first = "", ...rest] = positionals;
  const [workflow, ...ids] = [...first.split("/"), ...rest];
  if (workflow === "") throw usageError(`Which workflow?`, `Write ${command} <workflow> [run]; "flows" lists them`);
  if (ids.length > 1) throw usageError(`"${ids[1]}" is one argument too many`);
  return { workflow, run: ids[0] || "latest" };
}
