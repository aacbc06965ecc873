/**
 * Makes the objects by which a conductor handles artifacts. What runs or reads is loaded when it is asked for.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { Artifact, GetOptions } from "./artifact.ts";
import { artifactId } from "./call_arguments.ts";
import type { SaveTarget } from "./external.ts";
import { addArtifact, type ArtifactNode, type CallSettings, copyCall, type Graph } from "./graph.ts";
import { addBound, addTableCheck, addTableMetric, systemMetric } from "./ready_calls.ts";
import { addSave } from "./external_calls.ts";

type Method = (...args: never[]) => unknown;

/** The handle of an artifact. Properties that are no methods are its parts. */
export function makeArtifact(graph: Graph, node: ArtifactNode): Artifact<unknown> {
  const methods = methodsOf(graph, node);
  const handle = new Proxy(methods, {
    get(target, key) {
      if (key === artifactId) return node.id;
      if (key === Symbol.iterator) return () => eachPart();
      if (key === Symbol.for("Deno.customInspect")) return () => `Artifact ${nameOf(graph, node)}`;
      // `then` would make it a promise; `toJSON` would be called with nothing to show.
      if (typeof key !== "string" || key === "then" || key === "toJSON") return undefined;
      return target[key] ? callablePart(target[key], key) : part(key);
    },
    has: (_, key) => key === artifactId || key in methods,
    ownKeys: () => [],
  });
  return handle as unknown as Artifact<unknown>;

  function part(key: string): Artifact<unknown> {
    return makeArtifact(graph, addArtifact(graph, node.call, [...node.path, key]));
  }

  /** A method that is also the part of its name: which of the two is meant shows when it is called, or not. */
  function callablePart(method: Method, key: string): Method {
    let found: Artifact<unknown> | undefined;
    const own = () => (found ??= part(key)) as unknown as Record<PropertyKey, unknown>;
    return new Proxy(method, {
      get: (_, name) => own()[name],
      has: (_, name) => name === artifactId || name in own(),
    });
  }

  /** Without an end: destructuring takes as many as it has names for. */
  function* eachPart() {
    for (let i = 0;; i++) yield part(String(i));
  }
}

/** What an artifact is called, for people. */
export function nameOf(graph: Graph, { call, path, name }: ArtifactNode): string {
  const { name: own, label } = graph.calls.get(call)!;
  return name ?? [own ?? label, ...path].join(".");
}

function methodsOf(graph: Graph, node: ArtifactNode): Record<string, Method> {
  const same = () => makeArtifact(graph, node);
  const run = () => onDemand<typeof import("./get_artifact.ts")>("lib/ops/get_artifact.ts");
  const methods: Record<string, Method> = {
    get: async (options: GetOptions = {}) => await (await run()).getArtifact(graph, node, options),
    head: async (count?: number, options: GetOptions = {}) => await (await run()).headOf(graph, node, count, options),
    why: async (options: GetOptions = {}) => await (await run()).whyOf(graph, node, options),
    history: async (options = {}) =>
      await (await onDemand<typeof import("./history.ts")>("lib/ops/history.ts")).historyOf(graph, node, options),
    named: (name: string, options: { renamedFrom?: string | string[] } = {}) =>
      makeArtifact(graph, rename(graph, node, name, options.renamedFrom)),
    save: (target: SaveTarget) => (addSave(graph, node, target), same()),
    allowTypeChange: () => (setOfCall(graph, node, { allowTypeChange: true }), same()),
    ephemeral: () => (setOfCall(graph, node, { isEphemeral: true }), same()),
    output: (key: string | number) => makeArtifact(graph, addArtifact(graph, node.call, [...node.path, String(key)])),
    runtime: () => makeArtifact(graph, systemMetric(graph, node, "runtime")),
    memory: () => makeArtifact(graph, systemMetric(graph, node, "memory")),
    bound: (bounds: object, settings?: object) => (addBound(graph, node, bounds, settings), same()),
  };
  for (const metric of ["rows", "missing", "min", "max", "mean", "std", "quantile"]) {
    methods[metric] = (...args: unknown[]) => makeArtifact(graph, addTableMetric(graph, node, metric, args));
  }
  for (const check of ["unique", "notNull", "between", "inSet", "matches"]) {
    methods[check] = (...args: unknown[]) => (addTableCheck(graph, node, check, args), same());
  }
  return Object.assign(Object.create(null), methods);
}

function setOfCall(graph: Graph, { call: id }: ArtifactNode, more: Partial<CallSettings>): void {
  const call = graph.calls.get(id)!;
  call.settings = { ...call.settings, ...more };
}

/** Names an artifact, and with it its call; a call that has another name already is made once more. */
function rename(graph: Graph, node: ArtifactNode, name: string, before: string | string[] = []): ArtifactNode {
  checkName(name);
  const formerNames = [before].flat();
  formerNames.forEach(checkName);
  if (node.path.length > 0) {
    if (formerNames.length > 0) {
      throw new TypeError(`A part has the history of the call that it is of: say renamedFrom where that is named`);
    }
    node.name = name;
    return node;
  }
  const call = graph.calls.get(node.call)!;
  const named = call.name !== undefined && call.name !== name ? copyCall(graph, call.id, name) : node;
  const mine = graph.calls.get(named.call)!;
  mine.name = name;
  if (formerNames.length > 0) mine.formerNames = formerNames;
  else if (mine !== call) delete mine.formerNames;
  return named;
}

function checkName(name: unknown): void {
  if (typeof name === "string" && /\w/.test(name) && name.length <= 80) return;
  throw new TypeError(`The name of an artifact is ${Deno.inspect(name)}, accepted is text of 1 to 80 characters`);
}
