/**
 * The graph of operator calls as plain data: two maps by id, in the order in which things were added. Its rules are in
 * `graph_rules.ts`.
 * @module
 */
import type { Duration } from "../base/duration.ts";
import type { PermissionOptions } from "../step/grant.ts";
import type { RetryOptions, StepEvent } from "../step/step_options.ts";
import type { Bounds } from "./bounds.ts";
import type { Param } from "./param.ts";

/** All calls, and what they give. */
export interface Graph {
  calls: Map<string, Call>;
  artifacts: Map<string, ArtifactNode>;
  /** Ids of calls by what they are: the same call twice is one call. */
  known: Map<string, string>;
}

/** What a call does: `system` reads what the record of another call says. */
export type CallKind = "op" | "metric" | "check" | "read" | "save" | "system";

/** One call of an exported function. */
export interface Call {
  id: string;
  kind: CallKind;
  /** URL of the module. */
  module: string;
  export: string;
  /** What steps are named after unless `name` is set. */
  label: string;
  name?: string;
  /** What it was called before: its history goes on. */
  formerNames?: string[];
  args: Arg[];
  settings: CallSettings;
  /** Said of a metric or check. */
  about?: { unit?: string; severity?: "warning" | "error"; title?: string };
  /** Where a save goes. */
  target?: string;
}

/** An argument: JSON with tags, or what stands for a value that is not there yet. */
export type Arg =
  | { value: unknown }
  | { artifact: string; file?: true }
  | { param: Param<unknown> }
  | { list: Arg[] }
  | { object: Record<string, Arg> }
  /** The value of an artifact in the version before, or that of several before, or null. */
  | { previous: string; vs: NonNullable<Bounds["vs"]> }
  /** A number from the record of the call that makes an artifact. */
  | { system: "runtime" | "memory"; artifact: string };

/** A result, or a part of one. */
export interface ArtifactNode {
  id: string;
  call: string;
  /** Keys that lead into the result. */
  path: string[];
  name?: string;
}

/** What a conductor says about calls. Options on the export itself hold where it says nothing. */
export interface CallSettings {
  /** The name of the workflow when a single artifact is asked for. */
  workflow: string;
  /** The folder of all runs. */
  runsDir?: string;
  /** The word on the permissions that operators ask for; it wins. */
  permissions?: PermissionOptions;
  /** The time limit of one try. */
  timeout?: Duration;
  /** How often, or how, a failed call is tried again. */
  retries?: number | RetryOptions;
  /** As in `runStepFlow`. */
  cache?: "auto" | "existing" | "off";
  /** How many processes run at a time. */
  concurrency?: number;
  /** Whether an artifact may have another type than in the run before. */
  allowTypeChange?: boolean;
  /** Whether its value goes when the run of a workflow has ended green. */
  isEphemeral?: boolean;
  /** How long a result counts at most. */
  freshFor?: Duration;
  /** Options on the export are not looked for: the module is none of the user's. */
  isBuiltIn?: boolean;
  /** Told what happens while calls run. */
  onEvent?: (event: StepEvent, call: { op: string; name: string }) => void;
}

/** An empty graph. */
export function newGraph(): Graph {
  return { calls: new Map(), artifacts: new Map(), known: new Map() };
}

/** Adds a call, or finds it when it is there already, and gives its result. */
export function addCall(graph: Graph, call: Omit<Call, "id">): ArtifactNode {
  const { name: _, ...what } = call;
  const key = JSON.stringify(what, keyed);
  const known = graph.known.get(key);
  if (known !== undefined) return addArtifact(graph, known, []);
  const id = `c${graph.calls.size + 1}`;
  graph.calls.set(id, { id, ...call });
  graph.known.set(key, id);
  return addArtifact(graph, id, []);
}

/** A parameter is itself, not what it holds. */
function keyed(_: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && "isParam" in value
    ? { param: (value as unknown as Param<unknown>).name }
    : value;
}

/** The result of a call, or the part of it that a path leads to. */
export function addArtifact(graph: Graph, call: string, path: string[]): ArtifactNode {
  const id = path.length === 0 ? call : `${call}.${path.map(encodeURIComponent).join(".")}`;
  let node = graph.artifacts.get(id);
  if (!node) graph.artifacts.set(id, node = { id, call, path });
  return node;
}

/** The same call once more, to be kept apart under a name of its own. */
export function copyCall(graph: Graph, id: string, name: string): ArtifactNode {
  const copy = { ...graph.calls.get(id)!, id: `c${graph.calls.size + 1}`, name };
  graph.calls.set(copy.id, copy);
  return addArtifact(graph, copy.id, []);
}

const shared = newGraph();

/** The graph that all operators of a conductor share, so that those of several modules and resources fit together. */
export function conductorGraph(): Graph {
  return shared;
}
