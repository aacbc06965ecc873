/**
 * A published conductor as the plan of a run: one cell, the whole script, in a process that has what conductors need.
 * From here on it is executed and recorded as any instance is.
 * @module
 */
import { writeFileAtomic } from "../../base/atomic_file.ts";
import { writeOnce } from "../../base/create_once.ts";
import { sha256 } from "../../base/hash.ts";
import type { JsonObject } from "../../base/json.ts";
import { exists } from "../../base/maybe_file.ts";
import { join, toFileUrl } from "../../deps/path.ts";
import type { Flow } from "../../notebook/flow.ts";
import { highlightCode } from "../../report/highlight.ts";
import type { Build, StoredBuild } from "../../step/build.ts";
import { maybeBuiltFlow } from "../../step/build.ts";
import { computeGrant, type Grant } from "../../step/grant.ts";
import { readHost } from "../../step/host/read_host.ts";
import { type InstancePaths, instancePaths } from "../../step/instance_paths.ts";
import { hashConfig, type RunPlan } from "../../step/plan_run.ts";
import { projectOfFlow } from "../../step/project.ts";
import { readCodeGraph } from "../../step/read_code_graph.ts";
import type { WorkflowVersion } from "../publish/version.ts";
import type { Ticket, TicketPaths } from "../ticket.ts";
import { versionPaths, type WorkflowPaths } from "../workflow_paths.ts";

const preloadName = "_ductaflow_conductor.ts";

/** Makes the plan of a run of a conductor. Nothing of it runs. */
export async function planConductor(
  paths: WorkflowPaths,
  version: WorkflowVersion,
  ticket: Ticket,
  files: TicketPaths,
): Promise<Omit<RunPlan, "workflow">> {
  const { source } = versionPaths(paths, version.version);
  const entry = join(source, version.entry);
  const instance = instancePaths(paths.runsDir, paths.name, ticket.id);
  const built = await buildConductor(entry, instance.buildDir);
  const { flow } = built;
  const grant = conductorGrant(flow, instance, version);
  const project = projectOfFlow(flow);
  const context = {
    workflow: paths.name,
    version: version.version,
    run: ticket.id,
    params: ticket.params,
    ...(ticket.scheduledFor === undefined ? {} : { scheduledFor: ticket.scheduledFor }),
    journal: files.steps,
    sources: { origin: version.origin, frozen: source },
    ...(version.call || version.graph ? { call: true } : {}),
  };
  const build: Build = {
    ...built,
    project,
    graph: await readCodeGraph(flow, toFileUrl(entry).href, project),
    main: entry,
    copyUrl: toFileUrl(entry).href,
    edits: [],
    conductor: { preload: join(built.folder, preloadName), orders: { cwd: version.cwd, context } },
  };
  return {
    paths: instance,
    build,
    bound: boundParameters(version, ticket.params),
    configHash: await hashConfig(ticket.params),
    grant,
    grantHash: await sha256(JSON.stringify(grant)),
  };
}

/** What reads the folder after a crash finds the script in it; what starts the process finds the module before it. */
async function buildConductor(entry: string, buildDir: string) {
  const text = Deno.readTextFileSync(entry);
  const preload = `${await readHost()}\nstartConductor();\n`;
  const key = (await sha256(`${entry}\n${text}\n${preload}`)).slice(0, 16);
  const folder = join(buildDir, `conductor-${key}`);
  const known = exists(join(folder, preloadName)) ? maybeBuiltFlow(folder) : undefined;
  if (known) return { ...known, folder };
  const flow = await scriptAsFlow(entry, text);
  const highlighted: [string, string][] = [[text, await highlightCode(text, "typescript")]];
  Deno.mkdirSync(folder, { recursive: true });
  writeOnce(join(folder, preloadName), preload);
  const stored: StoredBuild = { flow, edits: [], highlighted, code: [[preloadName, await sha256(preload)]] };
  writeFileAtomic(join(folder, "build.json"), JSON.stringify(stored));
  return { flow, highlighted: new Map(highlighted), folder };
}

async function scriptAsFlow(entry: string, source: string): Promise<Flow> {
  const file = entry.split(/[\\/]/).at(-1)!;
  return {
    url: toFileUrl(entry).href,
    name: file.replace(/\.[^.]*$/, ""),
    source,
    hash: await sha256(source),
    header: { title: file, permissions: {}, raw: {}, warnings: [] },
    cells: [{ index: 0, type: "code", title: file, metadata: {}, tags: [], line: 1, source }],
    parameters: [],
  };
}

/** What conductors need, unless its publisher said otherwise; the toolkit's own folder is open to them. */
function conductorGrant(flow: Flow, instance: InstancePaths, { permissions, cwd }: WorkflowVersion): Grant {
  const options = {
    ...permissions,
    read: permissions.read ?? true,
    write: Array.isArray(permissions.write) || permissions.write === undefined
      ? [instance.runsDir, ...permissions.write ?? []]
      : permissions.write,
    run: permissions.run ?? ["deno"],
  };
  return { ...computeGrant(flow, instance, options, cwd), closed: { read: [], write: [] } };
}

function boundParameters(version: WorkflowVersion, params: JsonObject): RunPlan["bound"] {
  const parameters = version.parameters.map(({ name, default: value = null, type }) => ({
    name,
    type: type ?? "any",
    value: params[name] ?? value,
    source: JSON.stringify(params[name]) === JSON.stringify(value) ? "default" as const : "config" as const,
    line: 1,
  }));
  return { config: params, values: {}, globals: {}, parameters, warnings: [], secrets: [] };
}
