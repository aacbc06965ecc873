/**
 * What holds for graphs of calls: which call needs which, in which order they run, what their steps are called.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { checkName, suggestName } from "../base/names.ts";
import type { Arg, Call, Graph } from "./graph.ts";

/** The calls that a call needs the results of, each once. */
export function needsOf(graph: Graph, { args }: Call): string[] {
  const needs = new Set<string>();
  const walk = (arg: Arg): void => {
    if ("artifact" in arg) needs.add(graph.artifacts.get(arg.artifact)!.call);
    else if ("list" in arg) arg.list.forEach(walk);
    else if ("object" in arg) Object.values(arg.object).forEach(walk);
  };
  args.forEach(walk);
  return [...needs];
}

/** Calls with all that they need, what is needed first, else in the order in which they were added. */
export function orderCalls(graph: Graph, targets: Iterable<string>): string[] {
  const done = new Set<string>();
  const open = new Set<string>();
  for (const target of targets) visit(target);
  return [...done];

  /** With a stack of its own: a chain may have thousands of calls. */
  function visit(target: string): void {
    const stack = [{ id: target, needs: listOf(target) }];
    if (done.has(target)) return;
    while (stack.length > 0) {
      const { id, needs } = stack.at(-1)!;
      open.add(id);
      const next = needs.pop();
      if (next === undefined) {
        stack.pop();
        open.delete(id);
        done.add(id);
      } else if (open.has(next)) throw cycle(graph, next);
      else if (!done.has(next)) stack.push({ id: next, needs: listOf(next) });
    }
  }

  function listOf(id: string): string[] {
    return needsOf(graph, graph.calls.get(id)!).reverse();
  }
}

function cycle(graph: Graph, id: string): DuctaflowError {
  return new DuctaflowError(`The call "${graph.calls.get(id)!.label}" needs its own result`, { code: "graph-cycle" });
}

/** The metrics and checks that look at nothing but these calls, in the order in which they were added. */
export function watchersOf(graph: Graph, calls: Iterable<string>): string[] {
  const known = new Set(calls);
  const found: string[] = [];
  for (const call of graph.calls.values()) {
    if (known.has(call.id) || !["metric", "check", "system"].includes(call.kind)) continue;
    const needs = needsOf(graph, call);
    // A metric of a metric, and a bound on that: what was added later may look at what was found before.
    if (needs.length === 0 || !needs.every((id) => known.has(id))) continue;
    known.add(call.id);
    found.push(call.id);
  }
  return found;
}

/** The saves of the results of these calls. */
export function savesOf(graph: Graph, calls: Iterable<string>): string[] {
  const known = new Set(calls);
  return [...graph.calls.values()].filter((call) => {
    return call.kind === "save" && needsOf(graph, call).every((id) => known.has(id));
  }).map(({ id }) => id);
}

/**
 * What each call is called: its name, or its label, numbered from the second of a label on. Names that were given are
 * unique; a label steps aside for a name.
 */
export function keysOf(graph: Graph, calls: Iterable<string>): Map<string, string> {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  const list = [...calls].map((id) => graph.calls.get(id)!);
  for (const { id, name } of list) {
    if (name === undefined) continue;
    if (taken.has(name.toLowerCase())) throw sameName(name);
    taken.add(name.toLowerCase());
    keys.set(id, name);
  }
  const counts = new Map<string, number>();
  for (const { id, name, label } of list) {
    if (name !== undefined) continue;
    let count = counts.get(label) ?? 0;
    let key: string;
    do key = ++count === 1 ? label : `${label}-${count}`; while (taken.has(key.toLowerCase()));
    counts.set(label, count);
    taken.add(key.toLowerCase());
    keys.set(id, key);
  }
  for (const { id, formerNames = [] } of list) {
    const twice = formerNames.find((former) => taken.has(former.toLowerCase()));
    if (twice !== undefined) throw nameInUse(keys.get(id)!, twice);
  }
  return keys;
}

/** The steps that a call had under its former names. */
export function formerSteps(workflow: string, { formerNames = [] }: Call): string[] {
  return formerNames.map((name) => stepName(workflow, name));
}

function nameInUse(name: string, former: string): DuctaflowError {
  return new DuctaflowError(`"${name}" is renamed from "${former}", which another call of the workflow is named`, {
    code: "bad-name",
    hint: "A history goes on under one name: rename the other one too, or leave renamedFrom out",
  });
}

function sameName(name: string): DuctaflowError {
  return new DuctaflowError(`Two artifacts of one workflow are named "${name}"`, {
    code: "bad-name",
    hint: "Give each its own name: the history of an artifact is kept by its name",
  });
}

/** The name of a step of a workflow. */
export function stepName(workflow: string, key: string): string {
  return checkName("step", `${suggestName(workflow)}.${suggestName(key)}`);
}
