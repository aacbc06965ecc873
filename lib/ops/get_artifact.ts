/**
 * Gets single artifacts: runs what they need, and reads as much of them as is wanted.
 * @module
 */
import { resolve } from "../deps/path.ts";
import { stepDefaults } from "../step/step_options.ts";
import type { GetOptions, Head } from "./artifact.ts";
import { neededAgain } from "./ephemeral.ts";
import type { Arg, ArtifactNode, Graph } from "./graph.ts";
import { needsOf, orderCalls } from "./graph_rules.ts";
import { adHocKeys } from "./history.ts";
import { type Param, paramValues } from "./param.ts";
import { type CallResult, explainCall, type RunContext } from "./run_call.ts";
import { maybeFailure, runCalls } from "./run_graph.ts";
import { decodeValue } from "./values/decode_value.ts";
import { storedPart } from "./values/stored_value.ts";
import { textHead } from "./values/text_head.ts";
import { TableReader } from "./values/table_reader.ts";

/** The run of calls that belong to no run of a workflow. */
const adHocRun = "latest";
const defaultCount = 10;
const textCount = 2000;

/** The value of an artifact: `get`. */
export async function getArtifact(graph: Graph, node: ArtifactNode, options: GetOptions): Promise<unknown> {
  const { run, value } = await compute(graph, node, options);
  return decodeValue(value, run.dir, node.path, await arrowMaker(value));
}

/** The beginning of an artifact: `head`. Of tables and texts only that much is read. */
export async function headOf(
  graph: Graph,
  node: ArtifactNode,
  count: number | undefined,
  options: GetOptions,
): Promise<Head<unknown>> {
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
    throw new RangeError(`head() is asked for ${Deno.inspect(count)}, accepted is a count`);
  }
  const { run, value } = await compute(graph, node, options);
  const { stored, rest } = storedPart(value, node.path);
  if (stored.kind !== "parts" && stored.table && rest.length === 0) {
    using reader = new TableReader(`${run.dir}/${stored.file}`);
    const rows = reader.rows(count ?? defaultCount);
    return { value: rows, more: stored.table.rows > rows.length, table: stored.table };
  }
  if (stored.kind === "text" && !stored.shows && rest.length === 0) {
    return textHead(`${run.dir}/${stored.file}`, count ?? textCount);
  }
  const whole = decodeValue(value, run.dir, node.path);
  if (typeof whole !== "string" && !Array.isArray(whole)) return { value: whole, more: false };
  const end = count ?? (typeof whole === "string" ? textCount : defaultCount);
  return { value: whole.slice(0, end), more: whole.length > end };
}

/** What `get` would run, in order, with the reasons: `why`. */
export async function whyOf(graph: Graph, node: ArtifactNode, options: GetOptions) {
  const context = contextFor(graph, node, options);
  const results = new Map<string, CallResult>();
  const stale: { name: string; reasons: string[] }[] = [];
  const again = await neededAgain(context, [node.call], [node.call]);
  for (const id of orderCalls(graph, [node.call])) {
    const call = graph.calls.get(id)!;
    const name = context.keys.get(id)!;
    const waits = needsOf(graph, call).filter((need) => !results.has(need));
    if (waits.length > 0) {
      stale.push({ name, reasons: [`It needs ${waits.map((need) => context.keys.get(need)).join(", ")}`] });
      continue;
    }
    if (again.has(id)) {
      stale.push({ name, reasons: ["Its value was not kept"] });
      continue;
    }
    const { fresh, reasons, result } = await explainCall(context, call, results);
    if (fresh && result) results.set(id, result);
    else stale.push({ name, reasons: reasons.map(({ text }) => text) });
  }
  return stale;
}

async function compute(graph: Graph, node: ArtifactNode, options: GetOptions): Promise<CallResult> {
  const context = contextFor(graph, node, options);
  const checks = [...graph.calls.values()].filter(({ kind, args }) => {
    return kind === "check" && args.some((arg) => "artifact" in arg && arg.artifact === node.id);
  });
  const targets = [node.call, ...checks.map(({ id }) => id)];
  context.again = await neededAgain(context, targets, [node.call]);
  const { concurrency } = graph.calls.get(node.call)!.settings;
  const outcome = await runCalls(context, targets, concurrency);
  const failure = maybeFailure(outcome);
  if (failure !== undefined) throw failure;
  return outcome.results.get(node.call)!;
}

function contextFor(graph: Graph, node: ArtifactNode, { params, signal }: GetOptions): RunContext {
  const { workflow, runsDir = stepDefaults.runsDir } = graph.calls.get(node.call)!.settings;
  const needed = orderCalls(graph, [node.call]);
  const keys = adHocKeys(graph, workflow);
  // What comes from elsewhere, such as a resource, is part of this workflow here.
  for (const [id, key] of foreignKeys(graph, needed, keys)) keys.set(id, key);
  const cwd = Deno.cwd();
  return {
    graph,
    workflow,
    run: adHocRun,
    runsDir: resolve(cwd, runsDir),
    keys,
    params: paramValues(paramsOf(graph, needed), params),
    signal,
    cwd,
  };
}

function foreignKeys(graph: Graph, ids: string[], keys: Map<string, string>): [string, string][] {
  const taken = new Set(keys.values());
  return ids.filter((id) => !keys.has(id)).map((id) => {
    const { name, label } = graph.calls.get(id)!;
    let key = name ?? label;
    for (let i = 2; taken.has(key); i++) key = `${name ?? label}-${i}`;
    taken.add(key);
    return [id, key];
  });
}

/** The parameters that calls are given. */
export function paramsOf(graph: Graph, ids: Iterable<string>): Param<unknown>[] {
  const params = new Map<string, Param<unknown>>();
  const walk = (arg: Arg): void => {
    if ("param" in arg) note(arg.param);
    else if ("list" in arg) arg.list.forEach(walk);
    else if ("object" in arg) Object.values(arg.object).forEach(walk);
  };
  for (const id of ids) graph.calls.get(id)!.args.forEach(walk);
  return [...params.values()];

  function note(param: Param<unknown>): void {
    const other = params.get(param.name);
    if (other && other !== param) {
      throw new TypeError(`Two parameters are named "${param.name}": make it once and give it to both`);
    }
    params.set(param.name, param);
  }
}

async function arrowMaker(value: CallResult["value"]) {
  if (!JSON.stringify(value).includes(`"kind":"arrow"`)) return undefined;
  return (await import("./child/arrow.ts")).makeArrow;
}
