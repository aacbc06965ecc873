/**
 * One flow, run as one recorded instance: the heart of the toolkit.
 * @module
 */
import { resolve } from "../deps/path.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { type Duration, parseDuration } from "../base/duration.ts";
import { DuctaflowError } from "../base/error.ts";
import { type FileSignature, maybeSignature, sameSignature } from "../base/file_signature.ts";
import { acquireLock, type HeldLock, type LockHolder } from "../base/lock.ts";
import { checkName } from "../base/names.ts";
import type { Executor } from "../executor/executor.ts";
import { localExecutor } from "../executor/local.ts";
import type { Cell } from "../notebook/flow.ts";
import { bindConfig } from "./bind_config.ts";
import { buildFlow } from "./build.ts";
import type { RunEvent } from "./event_log.ts";
import { executeRun } from "./execute_run.ts";
import { decideFreshness, type Freshness, hashConfig, hashGrant } from "./freshness.ts";
import { computeGrant, type PermissionOptions } from "./grant.ts";
import { type InstancePaths, instancePaths, refuseLinks } from "./instance_paths.ts";
import type { RunPlan } from "./make_record.ts";
import { maybeRecord } from "./record_file.ts";
import { makeRun, type Run } from "./run.ts";
import { maybeSeal } from "./seals.ts";
import { StepFailedError } from "./step_failed_error.ts";

/** When a failed run is tried again. */
export interface RetryOptions {
  /** Tries after the first. */
  max: number;
  /** The pause before the second try; it doubles each time. Default `"1s"`. */
  backoff?: Duration;
  /** The longest pause. Default `"30s"`. */
  maxBackoff?: Duration;
}

/** Options of one step. */
export interface StepOptions {
  /** The name of the step; the flow's file name without its ending unless given. */
  step?: string;
  /** The folder of all runs. Default `"runs"`. */
  runsDir?: string;
  /**
   * `"auto"` (default) reuses a run that would come out the same, `"existing"` any run that succeeded, `"off"` none.
   */
  cache?: "auto" | "existing" | "off";
  /** The conductor's word on the permissions that the flow's header requests; it wins. Paths from the current folder. */
  permissions?: PermissionOptions;
  /** The time limit of one try; the header's `timeout` unless given. */
  timeout?: Duration;
  /** How long a flow that is asked to stop may take before it is killed. Default `"5s"`. */
  grace?: Duration;
  /** How often, or how, a failed run is tried again; the header's `retries` unless given. */
  retries?: number | RetryOptions;
  /** How many earlier runs of the instance are kept. Default 3. */
  keep?: number;
  /** False gives up with an error of code `locked` when another conductor runs the instance. Default: wait for it. */
  wait?: boolean;
  /** Cancels the run. */
  signal?: AbortSignal;
  /** Where it runs; this machine unless given. */
  executor?: Executor;
  /**
   * True when the values of the config are text, as from a command line or a CSV file, to be converted by type; or the
   * keys whose values are text, such as `maxDistance` or `model.seed`.
   */
  textConfig?: boolean | string[];
  /** Told what happens while it happens. */
  onEvent?: (event: StepEvent) => void;
}

/** What a watcher needs to know of a cell. */
export type CellOutline = Pick<Cell, "index" | "type" | "title" | "line">;

/** What `onEvent` is told. */
export type StepEvent =
  | RunEvent
  /** Somebody else runs the instance. */
  | { t: "waiting"; holder?: LockHolder }
  /** It starts to run, with one line a reason. */
  | { t: "running"; step: string; instance: string; cells: CellOutline[]; reasons: string[] }
  /** A try failed and another one follows after `delayMs`. */
  | { t: "retrying"; attempt: number; delayMs: number; statusText: string };

/** Defaults of `StepOptions`. */
export const stepDefaults = {
  runsDir: "runs",
  cache: "auto",
  grace: "5s",
  retries: 0,
  keep: 3,
} satisfies Partial<StepOptions>;

/**
 * Runs a flow as one instance: in a process of its own, with only the permissions it was granted, recorded in
 * `{runsDir}/{step}/{instance}/`. A run that would come out the same is reused instead.
 *
 * @param flow a path, a URL, or a bare step name that stands for `flows/{name}.ts`
 * @param instance the name of the execution: letters, digits and `. _ = + -`
 * @param config becomes the flow's variables; it must be plain JSON (runs may stand in it and arrive as references)
 * @returns the run, which succeeded (perhaps with warnings)
 * @throws {StepFailedError} when the run failed, timed out or was cancelled; it is recorded all the same
 * @throws {DuctaflowError} before anything ran: `flow-not-found`, `flow-syntax`, `flow-parameters`, `bad-config`,
 * `bad-name`, `bad-grant`, `import-outside`, `locked` and others
 *
 * @example
 * ```ts
 * import { runStepFlow } from "./run_step_flow.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * const cells = ['// %% tags=["parameters"]', 'let name = "you";', "// %% Greet", "console.log(name);"];
 * await Deno.writeTextFile(`${dir}/greet.ts`, cells.join("\n"));
 * const options = { runsDir: `${dir}/runs` };
 * const run = await runStepFlow(`${dir}/greet.ts`, "ada", { name: "Ada" }, options);
 * assertEquals([run.status, run.cached], ["succeeded", false]);
 * const again = await runStepFlow(`${dir}/greet.ts`, "ada", { name: "Ada" }, options);
 * assertEquals(again.cached, true);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function runStepFlow(
  flow: string | URL,
  instance: string,
  config: object = {},
  options: StepOptions = {},
): Promise<Run> {
  const plan = await planRun(flow, instance, config, options);
  const { paths } = plan;
  const seen = maybeSignature(paths.record);
  const early = await maybeReuse(plan, options);
  if (early.run) return early.run;
  options.signal?.throwIfAborted();
  refuseLinks(paths);
  const lock = await lockInstance(paths, options);
  try {
    // Somebody may have done the work while this looked or waited.
    const { run: reused, reasons } = isUnchanged(paths.record, seen) ? early : await maybeReuse(plan, options);
    if (reused) return reused;
    options.onEvent?.({ t: "running", step: paths.step, instance, cells: plan.build.flow.cells.map(outline), reasons });
    const record = await executeRun(plan, settings(plan, options));
    const run = makeRun(paths, { status: record.status, cached: false, reasons, record: () => record });
    if (record.status !== "succeeded" && record.status !== "warned") throw new StepFailedError(run);
    return run;
  } catch (error) {
    throw explainDiskError(error, `run ${paths.step}/${instance} in "${paths.dir}"`);
  } finally {
    lock.release();
  }
}

/**
 * Tells whether an instance would have to run, and why, without running anything: what `why` prints.
 *
 * @returns `fresh`, and one reason for each thing that changed
 *
 * @example
 * ```ts
 * import { explainFreshness } from "./run_step_flow.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * const cells = ['// %% tags=["parameters"]', 'let name = "you";', "// %% Greet", "console.log(name);"];
 * await Deno.writeTextFile(`${dir}/greet.ts`, cells.join("\n"));
 * const { fresh, reasons } = await explainFreshness(`${dir}/greet.ts`, "ada", {}, { runsDir: `${dir}/runs` });
 * assertEquals([fresh, reasons[0].text], [false, "It never ran"]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function explainFreshness(
  flow: string | URL,
  instance: string,
  config: object = {},
  options: StepOptions = {},
): Promise<Freshness> {
  const plan = await planRun(flow, instance, config, options);
  return await freshnessOf(plan);
}

async function planRun(
  flow: string | URL,
  instance: string,
  config: object,
  options: StepOptions,
): Promise<RunPlan> {
  const runsDir = options.runsDir ?? stepDefaults.runsDir;
  checkName("instance", instance);
  options.signal?.throwIfAborted();
  try {
    const build = await buildFlow(flowPath(flow), resolve(runsDir, ".ductaflow", "build"));
    const step = checkName("step", options.step ?? build.flow.name);
    const paths = instancePaths(runsDir, step, instance);
    const text = options.textConfig;
    const name = `${step}/${instance}`;
    const bound = bindConfig(build.flow, config, Array.isArray(text) ? { textKeys: text, name } : { text, name });
    const grant = computeGrant(build.flow, paths, options.permissions);
    const [configHash, grantHash] = await Promise.all([hashConfig(bound.config), hashGrant(grant, paths)]);
    return { id: newId(), paths, build, bound, grant, configHash, grantHash };
  } catch (error) {
    throw explainDiskError(error, `prepare "${flow}" in "${resolve(runsDir)}"`);
  }
}

function outline({ index, type, title, line }: Cell): CellOutline {
  return { index, type, ...(title === undefined ? {} : { title }), line };
}

/** A bare name stands for a flow in `flows/`. */
export function flowPath(flow: string | URL): string | URL {
  return typeof flow === "string" && /^[\w-]+$/.test(flow) ? `flows/${flow}.ts` : flow;
}

function isUnchanged(path: string, before: FileSignature | undefined): boolean {
  const now = maybeSignature(path);
  return now === undefined || before === undefined ? now === before : sameSignature(now, before);
}

function freshnessOf(plan: RunPlan): Promise<Freshness> {
  const { paths, build, configHash, grantHash, bound, grant } = plan;
  const { freshForMs } = build.flow.header;
  return decideFreshness({ paths, build, config: bound.config, configHash, grant, grantHash, freshForMs });
}

async function maybeReuse(plan: RunPlan, options: StepOptions): Promise<{ run?: Run; reasons: string[] }> {
  const { paths } = plan;
  const mode = options.cache ?? stepDefaults.cache;
  if (mode === "off") return { reasons: [`The cache is off`] };
  const { fresh, reasons } = mode === "existing" ? existing(paths) : await freshnessOf(plan);
  if (!fresh) return { reasons: reasons.map((reason) => reason.text) };
  const status = maybeSeal(paths)?.status ?? maybeRecord(paths)!.status;
  return { run: makeRun(paths, { status, cached: true, reasons: [], record: () => readRecord(paths) }), reasons: [] };
}

function existing(paths: InstancePaths): Freshness {
  const status = maybeRecord(paths)?.status;
  const green = status === "succeeded" || status === "warned";
  return { fresh: green, reasons: green ? [] : [{ kind: "never-ran", text: "No run of it succeeded yet" }] };
}

function readRecord(paths: InstancePaths) {
  const record = maybeRecord(paths);
  if (record) return record;
  throw new DuctaflowError(`The record "${paths.record}" is gone`, { code: "run-not-found" });
}

async function lockInstance(paths: InstancePaths, options: StepOptions): Promise<HeldLock & { waited: boolean }> {
  const name = `${paths.step}/${paths.instance}`;
  let waited = false;
  const onWait = (holder?: LockHolder) => {
    waited = true;
    options.onEvent?.({ t: "waiting", ...(holder ? { holder } : {}) });
  };
  try {
    const { wait, signal } = options;
    const accept = (before?: LockHolder) => refuseTwin(paths, name, before);
    const lock = await acquireLock(paths.lock, name, { wait, signal, onWait, accept });
    return { ...lock, waited };
  } catch (error) {
    throw explainDiskError(error, `lock ${name} in "${paths.ownDir}"`);
  }
}

/** Instances share a lock file when their names differ only in case, so its last holder tells of a twin. */
function refuseTwin(paths: InstancePaths, name: string, before: LockHolder | undefined): void {
  if (!before || before.name === name || before.name.toLowerCase() !== name.toLowerCase()) return;
  const [step, instance] = before.name.split("/");
  if (!maybeRecord(instancePaths(paths.runsDir, step, instance))) return;
  throw new DuctaflowError(`"${name}" and "${before.name}" differ only in upper and lower case`, {
    code: "bad-name",
    hint: "On many systems they would share one folder: choose a name that differs in more",
  });
}

function settings(plan: RunPlan, options: StepOptions) {
  const { header } = plan.build.flow;
  const retries = options.retries ?? header.retries ?? stepDefaults.retries;
  const { max, backoff = "1s", maxBackoff = "30s" } = typeof retries === "number" ? { max: retries } : retries;
  return {
    executor: options.executor ?? localExecutor(plan.paths.buildDir),
    timeoutMs: options.timeout === undefined ? header.timeoutMs : parseDuration(options.timeout, "The timeout"),
    graceMs: parseDuration(options.grace ?? stepDefaults.grace, "The grace"),
    retries: {
      max,
      backoffMs: parseDuration(backoff, "The backoff"),
      maxBackoffMs: parseDuration(maxBackoff, "The maxBackoff"),
    },
    keep: options.keep ?? stepDefaults.keep,
    signal: options.signal,
    onEvent: options.onEvent,
  };
}

let lastTime = 0;

/** Sorts by time, also within one process and millisecond: `20261122T120304123-4fz81c`. */
function newId(): string {
  lastTime = Math.max(Date.now(), lastTime);
  const time = new Date(lastTime).toISOString().replace(/[-:.Z]/g, "");
  return `${time}-${crypto.randomUUID().slice(0, 8)}`;
}
