/**
 * Reads from outside systems as artifacts: what resources use.
 * @module
 */
import type { Artifact } from "./artifact.ts";
import { makeArtifact } from "./artifact_handle.ts";
import type { ReadCall } from "./external.ts";
import { external, externalCall } from "./external_calls.ts";
import { addCall, type CallSettings, conductorGraph } from "./graph.ts";

/** Settings of a read that are no affair of the resource. */
export type ReadSettings = Partial<Pick<CallSettings, "workflow" | "runsDir" | "cache" | "concurrency" | "onEvent">>;

/** A read as an artifact. */
export function readArtifact<T>(call: ReadCall, settings: ReadSettings = {}): Artifact<T> {
  const graph = conductorGraph();
  const { freshFor } = call;
  const node = addCall(graph, {
    ...externalCall(call, { workflow: call.resource, ...settings }),
    kind: "read",
    settings: {
      ...external(call, { workflow: call.resource, ...settings }),
      ...(freshFor === undefined ? {} : { freshFor }),
    },
  });
  return makeArtifact(graph, node) as Artifact<T>;
}
