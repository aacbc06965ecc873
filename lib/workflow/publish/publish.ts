/**
 * Publishing, step by step: what is asked for is checked, the sources are read, and then version and settings are written
 * under the lock of the workflow.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import { acquireLock } from "../../base/lock.ts";
import { nearest } from "../../base/nearest.ts";
import { fromFileUrl, resolve } from "../../deps/path.ts";
import { readFlow } from "../../notebook/read_flow.ts";
import type { PermissionOptions } from "../../step/grant.ts";
import { isPathKind } from "../../base/permission_kind.ts";
import type { PermissionKind } from "../../base/record.ts";
import { stepNames } from "../../step/get_run.ts";
import { flowPath } from "../../step/plan_step.ts";
import { flowParameters, parseParameters } from "../parameters.ts";
import type { Publication, PublishOptions } from "../publish_flow.ts";
import { pauseEnd } from "../pause.ts";
import { parseSettings, readSettings, type WorkflowSettings, writeDeclared } from "../settings.ts";
import { readState, writeState } from "../state.ts";
import { ticksOf } from "../ticks.ts";
import { isPublished, workflowNames, type WorkflowPaths, workflowPaths } from "../workflow_paths.ts";
import { freezeSources, type FrozenSources } from "./freeze.ts";
import { graphContent } from "./graph_content.ts";
import { refusePass } from "./refuse_pass.ts";
import { hashVersion, maybeVersion, type VersionContent, writeVersion } from "./version.ts";

/** Where and when something is published. */
export interface PublishContext {
  cwd: string;
  now: () => number;
}

const shownTicks = 3;
const optionNames = [
  "artifacts",
  "metrics",
  "checks",
  "concurrency",
  "flow",
  "conductor",
  "run",
  "include",
  "description",
  "params",
  "permissions",
  "schedule",
  "keep",
  "notify",
  "onMissed",
  "overlap",
  "pausedUntil",
  "timeout",
  "runsDir",
];

/** `publishFlow`. */
export async function publish(name: string, options: PublishOptions, context: PublishContext): Promise<Publication> {
  checkOptionNames(options);
  const paths = workflowPaths(name, { runsDir: resolve(context.cwd, options.runsDir ?? "runs") });
  const settings = parseSettings({ ...options });
  await ticksOf(settings.schedule);
  const { content, sources } = await readContent(paths, options, context.cwd);
  refuseForeignStep(paths);
  const lock = await acquireLock(paths.lock, `publish ${name}`);
  try {
    refuseCycle(paths, settings);
    refusePass(paths, settings.schedule, content.parameters);
    return await write(paths, content, sources, settings, { now: context.now(), description: options.description });
  } finally {
    lock.release();
  }
}

function checkOptionNames(options: PublishOptions): void {
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue;
    const meant = nearest(name, optionNames);
    throw new TypeError(`publishFlow has no option "${name}"${meant ? `; did you mean "${meant}"?` : ""}`);
  }
  const { flow, conductor, run, artifacts, metrics, checks } = options;
  for (const [name, value] of Object.entries({ artifacts, metrics, checks })) {
    if (value === undefined || Array.isArray(value)) continue;
    throw new TypeError(
      `The option ${name} of publishFlow is ${Deno.inspect(value, { depth: 0 })}, accepted is a list`,
    );
  }
  const graph = [artifacts, metrics, checks].some((list) => list?.length) ? true : undefined;
  if ([flow, conductor, run, graph].filter((what) => what !== undefined).length !== 1) {
    throw new TypeError("publishFlow needs one of artifacts, flow, conductor and run: what it is that runs");
  }
  checkConcurrency(options.concurrency, graph === true);
  if (run !== undefined && typeof run !== "function") {
    throw new TypeError("The option run of publishFlow is no function");
  }
}

function checkConcurrency(count: number | undefined, isGraph: boolean): void {
  if (count === undefined) return;
  if (!isGraph) {
    throw new TypeError("The option concurrency of publishFlow is for artifacts: a script says it where it runs steps");
  }
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new TypeError(
    `The option concurrency of publishFlow is ${Deno.inspect(count)}, accepted is a whole number from 1`,
  );
}

async function readContent(paths: WorkflowPaths, options: PublishOptions, cwd: string) {
  const { flow, conductor, run, include } = options;
  const kind = flow === undefined ? "conductor" : "flow";
  const entry = localPath(flow === undefined ? conductor ?? Deno.mainModule : flowPath(flow), cwd);
  const isGraph = [flow, conductor, run].every((what) => what === undefined);
  const planned = isGraph ? await graphContent(paths.name, options, paths.runsDir) : undefined;
  const extra = parseParameters(planned?.params ?? options.params ?? {});
  const parameters = kind === "flow" ? flowParameters(await readFlow(entry), extra) : extra;
  const sources = await freezeSources(entry, { include, followNames: kind === "conductor", cwd });
  const permissions = absolutePermissions(options.permissions ?? {}, cwd);
  const graph = planned && { graph: planned.graph };
  const call = run === undefined ? {} : { call: true as const };
  const content: VersionContent = { kind, entry: sources.entry, parameters, permissions, cwd, ...graph, ...call };
  return { content, sources };
}

function localPath(given: string | URL, cwd: string): string {
  const text = String(given);
  if (/^https?:/.test(text)) {
    throw new DuctaflowError(`"${text}" cannot be published: only files of this machine can be frozen`, {
      code: "flow-not-found",
      hint: "Save it in the project first",
    });
  }
  const path = text.startsWith("file:") ? fromFileUrl(text) : resolve(cwd, text);
  try {
    if (Deno.statSync(path).isFile) return path;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new DuctaflowError(`There is no file "${text}" to publish`, {
    code: "flow-not-found",
    hint: `Paths count from "${cwd}"`,
  });
}

function absolutePermissions(given: PermissionOptions, cwd: string): PermissionOptions {
  const entries = Object.entries(given) as [PermissionKind, string[] | boolean][];
  return Object.fromEntries(entries.map(([kind, values]) => [
    kind,
    isPathKind(kind) && Array.isArray(values) ? values.map((path) => resolve(cwd, path)) : values,
  ]));
}

/** Runs of a workflow are instances of the step of its name: a step that has other instances keeps its name. */
function refuseForeignStep(paths: WorkflowPaths): void {
  if (isPublished(paths) || !stepNames({ runsDir: paths.runsDir }).includes(paths.name)) return;
  throw new DuctaflowError(`"${paths.name}" is a step that ran without being a workflow, in "${paths.runsDir}"`, {
    code: "bad-name",
    hint: `Publish under another name, such as "${paths.name}-workflow"`,
  });
}

/** A workflow that follows itself, over however many others, would run for ever. */
function refuseCycle(paths: WorkflowPaths, settings: Partial<WorkflowSettings>): void {
  const follows = (name: string) => {
    const other = workflowPaths(name, paths);
    const schedule = name === paths.name
      ? settings.schedule
      : isPublished(other)
      ? readSettings(other).effective.schedule
      : undefined;
    return schedule && "after" in schedule ? schedule.after : undefined;
  };
  const chain = [paths.name];
  for (let next = follows(paths.name); next !== undefined; next = follows(next)) {
    if (chain.length === 1 && !workflowNames(paths).includes(next) && next !== paths.name) {
      throw unknownUpstream(paths, next);
    }
    if (chain.includes(next)) {
      throw new DuctaflowError(
        `The workflow "${paths.name}" would follow itself: ${[...chain, next].reverse().join(" -> ")}`,
        {
          code: "workflow-cycle",
          hint: `Take the schedule of one of them away`,
        },
      );
    }
    chain.push(next);
  }
}

function unknownUpstream(paths: WorkflowPaths, name: string): DuctaflowError {
  const names = workflowNames(paths).filter((each) => each !== paths.name);
  const meant = nearest(name, names);
  return new DuctaflowError(
    `"${paths.name}" cannot follow "${name}": there is no such workflow in "${paths.runsDir}"`,
    {
      code: "workflow-not-found",
      hint: meant ? `Did you mean "${meant}"?` : `Publish "${name}" first`,
    },
  );
}

async function write(
  paths: WorkflowPaths,
  content: VersionContent,
  sources: FrozenSources,
  settings: Partial<WorkflowSettings>,
  { now, description }: { now: number; description?: string },
): Promise<Publication> {
  const hash = await hashVersion(content, sources);
  const latest = maybeVersion(paths);
  const isNew = latest?.hash !== hash;
  const version = isNew ? await writeVersion(paths, content, sources, { hash, now, description }) : latest!;
  const before = readSettings(paths);
  writeDeclared(paths, settings);
  const { effective, overrides } = readSettings(paths);
  // Ticks of a schedule count from when it holds, not from when another one did.
  const isSame = JSON.stringify(before.effective.schedule) === JSON.stringify(effective.schedule);
  if (!isSame || !readState(paths)) writeState(paths, { dealtUntil: now });
  const overridden = Object.keys(overrides).filter((name) => name in settings);
  const next = await nextTicks(effective, now);
  return { name: paths.name, version: version.version, isNew, files: [...sources.files.keys()], overridden, next };
}

/** The next ticks of a workflow that become runs, ISO 8601. */
export async function nextTicks(settings: WorkflowSettings, now: number, count = shownTicks): Promise<string[]> {
  if (settings.paused) return [];
  const ticks = await ticksOf(settings.schedule);
  const found: string[] = [];
  // A tick at the very end of a pause is no longer in it.
  const from = Math.max(now, pauseEnd(settings) - 1);
  for (let at = ticks.next(from); at !== undefined && found.length < count; at = ticks.next(at)) {
    found.push(new Date(at).toISOString());
  }
  return found;
}
