/** Batches in a temporary project, with flows that note each of their executions, so that tests can count them. */
import { type Batch, type BatchOptions, planInstances, runInstances } from "../../mod.ts";
import { flowOf, type FlowParts, type Project } from "./project.ts";

/** Where flows note their executions; a project with such flows needs it. */
export const executionsFolder = { "executions/.keep": "" };

/** What a counted flow has besides its code. */
export interface CountedParts extends FlowParts {
  /** The expression for the name under which an execution is noted. Default: the parameter `name`. */
  as?: string;
}

/** A flow of one cell that notes its execution at its start. */
export function countedFlow(code: string, { permissions = [], parameters = "", as }: CountedParts = {}): string {
  const note = `Deno.writeTextFileSync("../../../executions/" + ${as ?? "name"}, "x", { append: true });`;
  return flowOf(`${note}\n${code}`, {
    permissions: [...permissions, "write: [../executions]"],
    parameters: as ? parameters : `let name = "";\n${parameters}`,
  });
}

/** How often each instance was executed since the counting began. */
export function executions({ dir }: { dir: string }): Record<string, number> {
  const names = [...Deno.readDirSync(`${dir}/executions`)].map(({ name }) => name).filter((name) => name !== ".keep");
  return Object.fromEntries(names.sort().map((name) => [name, Deno.statSync(`${dir}/executions/${name}`).size]));
}

/** What was executed since the last look, sorted. */
export function executedSince({ dir }: { dir: string }): string[] {
  const counts = executions({ dir });
  for (const name of Object.keys(counts)) Deno.removeSync(`${dir}/executions/${name}`);
  return Object.entries(counts).flatMap(([name, count]) => Array<string>(count).fill(name));
}

type Options<R extends object> = Partial<BatchOptions<R>>;

/** Runs a batch in this process; instances are named by the column `name`. */
export function runBatch<R extends object>(
  project: Project,
  flow: string,
  rows: Iterable<R>,
  options: Options<R> = {},
): Promise<Batch> {
  return runInstances(project.path(flow), rows, inProject(project, options));
}

/** Names of what a batch would run. */
export async function planned<R extends object>(
  project: Project,
  flow: string,
  rows: Iterable<R>,
  options: Options<R> = {},
): Promise<string[]> {
  const { stale } = await planInstances(project.path(flow), rows, inProject(project, options));
  return stale.map(({ instance }) => instance);
}

function inProject<R extends object>({ runsDir }: Project, options: Options<R>): BatchOptions<R> {
  return { instance: "{name}", runsDir, timeout: "20s", concurrency: 2, ...options };
}
