/**
 * All that belongs to some artifacts, found out before anything of it runs: what they need, what watches that, the saves,
 * what each call is called, and the parameters.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { join, resolve } from "../deps/path.ts";
import { stepDefaults } from "../step/step_options.ts";
import { artifactId } from "./call_arguments.ts";
import { describeOperator } from "./describe_module.ts";
import { paramsOf } from "./get_artifact.ts";
import { type Call, type CallKind, conductorGraph, type Graph } from "./graph.ts";
import { keysOf, needsOf, orderCalls, savesOf, watchersOf } from "./graph_rules.ts";
import type { Param } from "./param.ts";
import type { AnyArtifact } from "./workflow.ts";

/** The plan of a workflow. */
export interface WorkflowPlan {
  graph: Graph;
  /** The ids of the calls that compute, in an order in which they can run. */
  compute: string[];
  /** The ids of the saves, done at last. */
  saves: string[];
  /** What each call is called. */
  keys: Map<string, string>;
  params: Param<unknown>[];
}

/** One call of a workflow, for people and pages. */
export interface PlannedCall {
  /** What it is called in the workflow. */
  name: string;
  /** The exported function. */
  op: string;
  /** What it does. */
  kind: CallKind;
  /** The names of the calls whose results it takes. */
  needs: string[];
  /** What it is for, as its module says or, of a read, a save and a ready-made check, what is done. */
  description?: string;
  /** What it was called before. */
  formerNames?: string[];
  /** Where a save goes. */
  target?: string;
}

/** Plans a workflow. Nothing of it runs. Throws for two artifacts of one name, or one place that is saved to twice. */
export async function planWorkflow(
  workflow: string,
  artifacts: Iterable<AnyArtifact>,
  { runsDir = stepDefaults.runsDir }: { runsDir?: string },
  cwd: string,
): Promise<WorkflowPlan> {
  const graph = conductorGraph();
  const targets = [...artifacts].map((artifact) => callOf(graph, artifact, workflow));
  const needed = orderCalls(graph, targets);
  // Whether a function is a metric or a check, its module says; asked are those that might watch something here.
  const known = new Set(needed);
  for (const call of graph.calls.values()) {
    const needs = needsOf(graph, call);
    if (known.has(call.id) || needs.length === 0 || !needs.every((id) => known.has(id))) continue;
    if (call.kind === "op") call.kind = await kindOf(call, resolve(cwd, runsDir));
    if (call.kind !== "op") known.add(call.id);
  }
  const compute = [...needed, ...watchersOf(graph, needed)];
  const saves = savesOf(graph, compute);
  refuseSameTarget(graph, saves);
  const ids = [...compute, ...saves];
  return { graph, compute, saves, keys: keysOf(graph, ids.toSorted(byAddition(graph))), params: paramsOf(graph, ids) };
}

/** The calls of a plan as data. Throws an error of code `no-operator` for a function that its module does not export. */
export async function outlineOf(
  { graph, compute, saves, keys }: WorkflowPlan,
  runsDir: string,
): Promise<PlannedCall[]> {
  return await Promise.all([...compute, ...saves].map(async (id) => {
    const call = graph.calls.get(id)!;
    const { kind, description = call.about?.title } = await descriptionOf(call, runsDir);
    return {
      name: keys.get(id)!,
      op: call.export,
      kind,
      needs: needsOf(graph, call).map((need) => keys.get(need)!),
      ...(description === undefined ? {} : { description }),
      ...(call.formerNames ? { formerNames: call.formerNames } : {}),
      ...(call.target === undefined ? {} : { target: call.target }),
    };
  }));
}

/** Whether a function is an operator, a metric or a check. */
async function kindOf(call: Call, runsDir: string): Promise<CallKind> {
  return (await descriptionOf(call, runsDir)).kind;
}

async function descriptionOf({ module, export: name, settings, kind }: Call, runsDir: string) {
  if (settings.isBuiltIn) return { kind, description: undefined };
  const described = await describeOperator(module, name, join(runsDir, ".ductaflow", "ops", "modules"));
  return { kind: kind === "op" ? described.kind : kind, description: described.description };
}

function callOf(graph: Graph, artifact: AnyArtifact, workflow: string): string {
  const id = (artifact as { [artifactId]?: string } | undefined)?.[artifactId];
  const node = id === undefined ? undefined : graph.artifacts.get(id);
  if (node) return node.call;
  throw new TypeError(
    `The workflow "${workflow}" is given ${
      Deno.inspect(artifact, { depth: 0 })
    } as an artifact, accepted is what calls of ` +
      "operators and queries give",
  );
}

function refuseSameTarget(graph: Graph, saves: string[]): void {
  const places = new Set<string>();
  for (const id of saves) {
    const { target = id } = graph.calls.get(id)!;
    if (places.has(target)) {
      throw new DuctaflowError(`Two artifacts of the workflow are saved to ${target}`, {
        code: "bad-save",
        hint: "Save them to places of their own, or save one of them only",
      });
    }
    places.add(target);
  }
}

/** What is added to a graph later must not change the names of what was there. */
function byAddition(graph: Graph): (a: string, b: string) => number {
  const places = new Map([...graph.calls.keys()].map((id, i) => [id, i]));
  return (a, b) => places.get(a)! - places.get(b)!;
}
