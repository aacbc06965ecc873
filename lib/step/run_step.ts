/**
 * One instance from the asking to the end: planned, found fresh or locked and executed.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
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
import { noteStep } from "./note_step.ts";
import { planRun, type RunPlan, type WorkflowPart } from "./plan_run.ts";
import { maybeRecord } from "./record_file.ts";
import { makeRun, type Run } from "./run.ts";
import { StepFailedError } from "./step_failed_error.ts";
import { type CellOutline, stepDefaults, type StepOptions } from "./step_options.ts";

/** What a caller inside the toolkit says besides. */
export interface RunStepOptions extends StepOptions {
  /** The folder from which the conductor's paths count. Default: the current one. */
  cwd?: string;
  /** Told how it ended when no process of the run is left: what follows is writing. */
  onProcessEnd?: ExecuteOptions["onProcessEnd"];
  /** For a run of a published workflow. */
  workflow?: WorkflowPart;
}

/** Runs one instance, or finds that it need not run: `runStepFlow`. */
export async function runStep(
  flow: string | URL,
  instance: string,
  config: object,
  { cwd, onProcessEnd, workflow, ...options }: RunStepOptions,
): Promise<Run> {
  const plan = { ...await planRun(flow, instance, config, options, cwd), ...(workflow ? { workflow } : {}) };
  const settings = { ...executeOptions(plan, options), onProcessEnd };
  const { paths } = plan;
  const { seen, early } = await look(plan, options);
  if (early.run) return noteStep(await withReport(early.run, plan, options));
  options.signal?.throwIfAborted();
  const secrets = await maybeSecrets(plan, options);
  const lock = await lockInstance(paths, options);
  try {
    // Somebody may have done the work while this looked or waited.
    const now = maybeSignature(paths.record);
    const { run: reused, reasons } = isSame(now, seen) ? early : await maybeReuse(plan, options, now);
    if (reused) return noteStep(await withReport(reused, plan, options, true));
    options.onEvent?.({ t: "running", step: paths.step, instance, cells: plan.build.flow.cells.map(outline), reasons });
    const { executeRun } = await onDemand<typeof import("./execute_run.ts")>("lib/step/execute_run.ts");
    const record = await executeRun(plan, { ...settings, secrets });
    const run = noteStep(makeRun(paths, { status: record.status, cached: false, reasons, record: () => record }));
    if (!isGreen(record.status)) throw new StepFailedError(run);
    return run;
  } catch (error) {
    throw explainDiskError(error, `run ${paths.step}/${instance} in "${paths.dir}"`);
  } finally {
    lock.release();
  }
}

/** Whether an instance would have to run, and why: `explainFreshness`. */
export async function explain(
  flow: string | URL,
  instance: string,
  config: object,
  { cwd, ...options }: RunStepOptions,
): Promise<Freshness> {
  const plan = await planRun(flow, instance, config, options, cwd);
  const { fresh, reasons, code } = await freshnessOf(plan, options, maybeSignature(plan.paths.record));
  return { fresh, reasons, ...(code ? { code } : {}) };
}

/** A reused run, with its report as the options want it. */
async function withReport(run: Run, { paths }: RunPlan, { reportCode }: StepOptions, isLocked = false): Promise<Run> {
  if (reportCode === undefined) return run;
  const { refreshReport } = await onDemand<typeof import("./refresh_report.ts")>("lib/step/refresh_report.ts");
  await refreshReport(paths, run, reportCode, isLocked);
  return run;
}

/** The values of the secrets that the config names; what is fresh needs none. */
async function maybeSecrets({ bound }: RunPlan, { secrets }: StepOptions): Promise<ExecuteOptions["secrets"]> {
  if (bound.secrets.length === 0) return undefined;
  const { resolveSecrets } = await onDemand<typeof import("./secrets.ts")>("lib/step/secrets.ts");
  return await resolveSecrets(bound.secrets, secrets);
}

function outline({ index, type, title, line }: Cell): CellOutline {
  return { index, type, ...(title === undefined ? {} : { title }), line };
}

function isSame(now: FileSignature | undefined, before: FileSignature | undefined): boolean {
  return now === undefined || before === undefined ? now === before : sameSignature(now, before);
}

/** What can be told before anything is locked: whether there is a run to reuse, and which record told so. */
async function look(plan: RunPlan, options: StepOptions) {
  const { paths } = plan;
  try {
    const seen = maybeSignature(paths.record);
    const early = await maybeReuse(plan, options, seen);
    if (!early.run) refuseLinks(paths);
    return { seen, early };
  } catch (error) {
    throw explainDiskError(error, `look at ${paths.step}/${paths.instance} in "${paths.dir}"`);
  }
}

function freshnessOf(
  plan: RunPlan,
  { strict }: StepOptions,
  signature: FileSignature | undefined,
): ReturnType<typeof decideFreshness> {
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
    signature,
  });
}

/** Like `explainFreshness`, but for the mode that the option `cache` says: what a run would do. */
export async function explainReuse(
  flow: string | URL,
  instance: string,
  config: object,
  { cwd, ...options }: RunStepOptions,
): Promise<Freshness> {
  const plan = await planRun(flow, instance, config, options, cwd);
  return await decideReuse(plan, options, maybeSignature(plan.paths.record));
}

async function decideReuse(
  plan: RunPlan,
  options: StepOptions,
  signature: FileSignature | undefined,
): Promise<Freshness & { record?: RunRecord }> {
  const mode = options.cache ?? stepDefaults.cache;
  if (mode === "off") return { fresh: false, reasons: [{ kind: "cache-off", text: "The cache is off" }] };
  return mode === "existing" ? existing(plan.paths) : await freshnessOf(plan, options, signature);
}

async function maybeReuse(
  plan: RunPlan,
  options: StepOptions,
  signature: FileSignature | undefined,
): Promise<{ run?: Run; reasons: string[] }> {
  const { fresh, reasons, record } = await decideReuse(plan, options, signature);
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
