/**
 * One call of an operator as a step instance: the same runner, record, freshness, grant and locks as any step.
 * @module
 */
import { DuctaflowError, isDuctaflowError } from "../base/error.ts";
import { maybeText } from "../base/maybe_file.ts";
import { join } from "../deps/path.ts";
import type { Freshness } from "../step/freshness.ts";
import { explainReuse, runStep, type RunStepOptions } from "../step/run_step.ts";
import { instancePaths } from "../step/instance_paths.ts";
import { maybeRecord } from "../step/record_file.ts";
import { makeRun, type Run } from "../step/run.ts";
import { StepFailedError } from "../step/step_failed_error.ts";
import type { Json } from "../base/json.ts";
import { reference } from "./bounds.ts";
import { describeOperator, type OperatorDescription } from "./describe_module.ts";
import { maybeFailedCall } from "./failed_call.ts";
import { keepCode } from "./kept_code.ts";
import { numbersBefore } from "./history.ts";
import { OperatorFailedError } from "./operator_failed_error.ts";
import type { Arg, Call, Graph } from "./graph.ts";
import { operatorFlow } from "./operator_flow.ts";
import { formerSteps, stepName } from "./graph_rules.ts";
import { recordTypeChange } from "./record_type_change.ts";
import { checkType, TypeChangedError } from "./type_change.ts";
import { artifactFile, maybeDescription, storedPart, type StoredValue } from "./values/stored_value.ts";
import { toTagged } from "./values/tagged_json.ts";

/** What all calls of one run of a graph share. */
export interface RunContext {
  graph: Graph;
  workflow: string;
  /** The id of the run: the name of each instance. */
  run: string;
  /** Absolute path. */
  runsDir: string;
  /** What each call is called. */
  keys: Map<string, string>;
  params: Map<string, unknown>;
  cache?: "auto" | "existing" | "off";
  /** Calls that run again whatever is known of them, since their values were not kept. */
  again?: ReadonlySet<string>;
  signal?: AbortSignal;
  cwd: string;
}

/** A call that is done: its run and what it left. */
export interface CallResult {
  run: Run;
  value: StoredValue;
}

/** What a call does, with what its module says of it. */
export function describeCall({ runsDir }: RunContext, call: Call): Promise<OperatorDescription> {
  const { kind, module, export: name, settings } = call;
  if (!settings.isBuiltIn) return describeOperator(module, name, join(runsDir, ".ductaflow", "ops", "modules"));
  const own = kind === "metric" || kind === "check" ? kind : "op";
  return Promise.resolve({ kind: own, url: module, line: 1, source: "", options: {} });
}

/** Runs a call whose needs are done. Throws what a step throws, a failure as `OperatorFailedError`. */
export async function runCall(
  context: RunContext,
  call: Call,
  results: ReadonlyMap<string, CallResult>,
  onProcessEnd?: () => void,
): Promise<CallResult> {
  const { flow, config, options } = await prepare(context, call, results);
  let run: Run | undefined;
  try {
    run = await runStep(flow, context.run, config, { ...options, onProcessEnd });
    const value = readResult(run);
    if (!run.cached) await keepCode(run, context.runsDir);
    const { allowTypeChange: mayChange = false } = call.settings;
    const former = formerSteps(context.workflow, call);
    if (call.kind !== "save") checkType(context.runsDir, run, value, { mayChange, former });
    return { run, value };
  } catch (error) {
    if (error instanceof TypeChangedError && run) error.run = await recordTypeChange(run, context.runsDir, error);
    if (!isDuctaflowError(error) || !(error instanceof StepFailedError)) throw error;
    await keepCode(error.run, context.runsDir);
    throw new OperatorFailedError(error.run, maybeFailedCall(error.run)!);
  }
}

/** Whether a call whose needs are done would have to run. */
export async function explainCall(
  context: RunContext,
  call: Call,
  results: ReadonlyMap<string, CallResult>,
): Promise<Freshness & { result?: CallResult }> {
  const { flow, config, options } = await prepare(context, call, results);
  const freshness = await explainReuse(flow, context.run, config, options);
  if (!freshness.fresh) return freshness;
  const paths = instancePaths(context.runsDir, options.step!, context.run);
  const record = maybeRecord(paths);
  if (!record) return freshness;
  const run = makeRun(paths, { status: record.status, cached: true, reasons: [], record: () => record });
  return { ...freshness, result: { run, value: readResult(run) } };
}

async function prepare(context: RunContext, call: Call, results: ReadonlyMap<string, CallResult>) {
  const { module, settings } = call;
  const { runsDir, signal, cwd, run } = context;
  const { kind, url, options: said } = await describeCall(context, call);
  const args = await Promise.all(call.args.map((arg) => argument(context, arg, results)));
  const arrow = args.some(mentionsArrow);
  const { freshFor } = settings;
  const request = { module, options: said, declaredIn: url, arrow, ...(freshFor === undefined ? {} : { freshFor }) };
  const flow = await operatorFlow(request, join(runsDir, ".ductaflow", "ops"));
  const about = {
    ...(call.about?.title ? { title: call.about.title } : {}),
    ...textOf("unit", call.about?.unit ?? said.unit),
    ...textOf("severity", call.about?.severity ?? said.severity),
  };
  const actual = call.kind === "op" ? kind : call.kind;
  const config = {
    op: call.export,
    kind: actual,
    args,
    ...about,
    ...(actual === "save" ? { workflow: context.workflow, workflowRun: run } : {}),
  };
  const key = context.keys.get(call.id)!;
  const { permissions, timeout, retries, onEvent } = settings;
  const options: RunStepOptions = {
    step: stepName(context.workflow, key),
    runsDir,
    cwd,
    cache: context.again?.has(call.id) ? "off" : context.cache ?? settings.cache,
    ...Object.fromEntries(Object.entries({ permissions, timeout, retries, signal }).filter(([, v]) => v !== undefined)),
    ...(onEvent ? { onEvent: (event) => onEvent(event, { op: call.export, name: key }) } : {}),
  };
  return { flow, config, options };
}

function textOf(key: string, value: unknown): Record<string, string> {
  return typeof value === "string" ? { [key]: value } : {};
}

/** An argument as the config of its step says it. */
async function argument(context: RunContext, arg: Arg, results: ReadonlyMap<string, CallResult>): Promise<Json> {
  if ("value" in arg) return arg.value as Json;
  if ("param" in arg) return toTagged(context.params.get(arg.param.name)) as Json;
  if ("list" in arg) return { $list: await Promise.all(arg.list.map((item) => argument(context, item, results))) };
  if ("object" in arg) {
    const entries = Object.entries(arg.object).map(async (
      [key, item],
    ) => [key, await argument(context, item, results)]);
    return { $object: Object.fromEntries(await Promise.all(entries)) };
  }
  if ("previous" in arg) {
    const { call: id, path } = context.graph.artifacts.get(arg.previous)!;
    const { step, record } = results.get(id)!.run;
    const steps = [step, ...formerSteps(context.workflow, context.graph.calls.get(id)!)];
    return reference(numbersBefore(record, steps, context.runsDir, path), arg.vs);
  }
  const node = context.graph.artifacts.get(arg.artifact)!;
  const { run, value } = results.get(node.call)!;
  if ("system" in arg) return systemValue(run, arg.system);
  const { step, instance } = run;
  const file = arg.file ? { file: true } : {};
  return { $artifact: { step, instance, value: slim(value, node.path), path: node.path, ...file } } as unknown as Json;
}

/** Where the value lies, without what the file itself says: a row more must not look like another config. */
function slim(value: StoredValue, path: string[]): StoredValue {
  const { stored } = storedPart(value, path);
  if (stored !== value && value.kind === "parts") return { ...value, parts: { [path[0]]: slim(stored, []) as never } };
  if (value.kind !== "parts") {
    const { table: _, ...rest } = value;
    return rest;
  }
  return {
    ...value,
    parts: Object.fromEntries(Object.entries(value.parts).map(([key, part]) => [key, slim(part, []) as never])),
  };
}

/** Seconds, or MB, as people have them. */
function systemValue({ record }: Run, metric: "runtime" | "memory"): number {
  if (metric === "runtime") return record.durationMs / 1000;
  const most = Math.max(0, ...record.cells.map((cell) => cell.memory ?? 0));
  return Math.round(most / 1e4) / 100;
}

function mentionsArrow(arg: Json): boolean {
  return typeof arg === "object" && arg !== null && JSON.stringify(arg).includes(`"kind":"arrow"`);
}

/** What a run left, as its own description says. */
function readResult(run: Run): StoredValue {
  const description = maybeDescription(maybeText(join(run.dir, artifactFile)));
  if (description) return description.value;
  throw new DuctaflowError(`${run.step}/${run.instance} succeeded but left no ${artifactFile}`, {
    code: "artifact-not-found",
    hint: `Remove "${run.dir}" and run it again`,
  });
}
