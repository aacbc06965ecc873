/**
 * One flow, run as one recorded instance: the heart of the toolkit.
 * @module
 */
import { explainDiskError } from "../base/disk_error.ts";
import { DuctaflowError } from "../base/error.ts";
import { type FileSignature, maybeSignature, sameSignature } from "../base/file_signature.ts";
import { acquireLock, type HeldLock, type LockHolder } from "../base/lock.ts";
import { isGreen, type RunRecord } from "../base/record.ts";
import type { Cell } from "../notebook/flow.ts";
import { executeOptions } from "./execute_options.ts";
import type { ExecuteOptions } from "./execute_run.ts";
import { decideFreshness, type Freshness } from "./freshness.ts";
import { type InstancePaths, instancePaths, refuseLinks } from "./instance_paths.ts";
import { planRun, type RunPlan } from "./plan_run.ts";
import { maybeRecord } from "./record_file.ts";
import { makeRun, type Run } from "./run.ts";
import { StepFailedError } from "./step_failed_error.ts";
import { type CellOutline, stepDefaults, type StepOptions } from "./step_options.ts";

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
  return await runStep(flow, instance, config, options);
}

/** The same; `onProcessEnd` is told how it ended when no process of the run is left: what follows is writing. */
export async function runStep(
  flow: string | URL,
  instance: string,
  config: object,
  options: StepOptions,
  onProcessEnd?: ExecuteOptions["onProcessEnd"],
): Promise<Run> {
  const plan = await planRun(flow, instance, config, options);
  const settings = { ...executeOptions(plan, options), onProcessEnd };
  const { paths } = plan;
  const { seen, early } = await look(plan, options);
  if (early.run) return early.run;
  options.signal?.throwIfAborted();
  const lock = await lockInstance(paths, options);
  try {
    // Somebody may have done the work while this looked or waited.
    const { run: reused, reasons } = isUnchanged(paths.record, seen) ? early : await maybeReuse(plan, options);
    if (reused) return reused;
    options.onEvent?.({ t: "running", step: paths.step, instance, cells: plan.build.flow.cells.map(outline), reasons });
    const { executeRun } = await import("./execute_run.ts");
    const record = await executeRun(plan, settings);
    const run = makeRun(paths, { status: record.status, cached: false, reasons, record: () => record });
    if (!isGreen(record.status)) throw new StepFailedError(run);
    return run;
  } catch (error) {
    throw explainDiskError(error, `run ${paths.step}/${instance} in "${paths.dir}"`);
  } finally {
    lock.release();
  }
}

/**
 * Tells whether an instance would have to run, and why, without running anything: what `why` prints. It answers for
 * `cache: "auto"`, whatever the option says.
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
  const { fresh, reasons, code } = await freshnessOf(plan, options);
  return { fresh, reasons, ...(code ? { code } : {}) };
}

function outline({ index, type, title, line }: Cell): CellOutline {
  return { index, type, ...(title === undefined ? {} : { title }), line };
}

function isUnchanged(path: string, before: FileSignature | undefined): boolean {
  const now = maybeSignature(path);
  return now === undefined || before === undefined ? now === before : sameSignature(now, before);
}

/** What can be told before anything is locked: whether there is a run to reuse, and which record told so. */
async function look(plan: RunPlan, options: StepOptions) {
  const { paths } = plan;
  try {
    const seen = maybeSignature(paths.record);
    const early = await maybeReuse(plan, options);
    if (!early.run) refuseLinks(paths);
    return { seen, early };
  } catch (error) {
    throw explainDiskError(error, `look at ${paths.step}/${paths.instance} in "${paths.dir}"`);
  }
}

function freshnessOf(plan: RunPlan, { strict }: StepOptions): ReturnType<typeof decideFreshness> {
  const { paths, build, configHash, grantHash, bound, grant, given } = plan;
  const { freshForMs } = build.flow.header;
  return decideFreshness({
    paths,
    build,
    config: bound.config,
    configHash,
    grant,
    grantHash,
    freshForMs,
    strict,
    given,
  });
}

/** Like `explainFreshness`, but for the mode that the option `cache` says: what a run would do. */
export async function explainReuse(
  flow: string | URL,
  instance: string,
  config: object,
  options: StepOptions,
): Promise<Freshness> {
  return await decideReuse(await planRun(flow, instance, config, options), options);
}

async function decideReuse(plan: RunPlan, options: StepOptions): Promise<Freshness & { record?: RunRecord }> {
  const mode = options.cache ?? stepDefaults.cache;
  if (mode === "off") return { fresh: false, reasons: [{ kind: "cache-off", text: "The cache is off" }] };
  return mode === "existing" ? existing(plan.paths) : await freshnessOf(plan, options);
}

async function maybeReuse(plan: RunPlan, options: StepOptions): Promise<{ run?: Run; reasons: string[] }> {
  const { fresh, reasons, record } = await decideReuse(plan, options);
  if (!fresh || !record) return { reasons: reasons.map((reason) => reason.text) };
  const run = makeRun(plan.paths, { status: record.status, cached: true, reasons: [], record: () => record });
  return { run, reasons: [] };
}

function existing(paths: InstancePaths): Freshness & { record?: RunRecord } {
  const record = maybeRecord(paths);
  if (isGreen(record?.status)) return { fresh: true, reasons: [], record };
  return { fresh: false, reasons: [{ kind: "never-ran", text: "No run of it succeeded yet" }] };
}

async function lockInstance(paths: InstancePaths, options: StepOptions): Promise<HeldLock> {
  const name = `${paths.step}/${paths.instance}`;
  const onWait = (holder?: LockHolder) => options.onEvent?.({ t: "waiting", ...(holder ? { holder } : {}) });
  try {
    const { wait, signal } = options;
    const accept = (before?: LockHolder) => refuseTwin(paths, name, before);
    return await acquireLock(paths.lock, name, { wait, signal, onWait, accept });
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
