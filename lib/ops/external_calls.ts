/**
 * Reads from and saves to outside systems as calls of a graph.
 * @module
 */
import { argsOf } from "./call_arguments.ts";
import type { ExternalCall, SaveTarget } from "./external.ts";
import { addCall, type ArtifactNode, type Call, type CallSettings, type Graph } from "./graph.ts";

/** Adds a save of an artifact. */
export function addSave(graph: Graph, node: ArtifactNode, target: SaveTarget): void {
  if (typeof target?.saveCall !== "function") {
    throw new TypeError(
      `An artifact is saved to ${Deno.inspect(target)}, accepted is a target such as db.table("name")`,
    );
  }
  const call = target.saveCall();
  const { workflow, runsDir, concurrency, onEvent } = graph.calls.get(node.call)!.settings;
  const made = externalCall(call, { workflow, runsDir, concurrency, onEvent });
  addCall(graph, {
    ...made,
    kind: "save",
    args: [{ artifact: node.id, file: true }, ...made.args],
    target: call.target,
  });
}

/** A call of a resource as one of a graph. */
export function externalCall(call: ExternalCall, settings: CallSettings): Omit<Call, "id" | "kind"> {
  const { op, module, description } = call;
  return {
    module,
    export: call.export,
    label: op,
    args: argsOf(call.args, op),
    settings: external(call, settings),
    ...(description === undefined ? {} : { about: { title: description } }),
  };
}

/** The settings of such a call. */
export function external({ permissions, timeout, retries }: ExternalCall, settings: CallSettings): CallSettings {
  return { ...settings, permissions, timeout, retries, isBuiltIn: true };
}
