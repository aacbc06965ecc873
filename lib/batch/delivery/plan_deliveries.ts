/**
 * What is delivered where: everything that can be wrong is found before anything is copied. Writes nothing.
 * @module
 */
import { isBelow } from "../../base/is_below.ts";
import { isGreen } from "../../base/record.ts";
import { dirname } from "../../deps/path.ts";
import { maybeConfig } from "../../step/config_file.ts";
import { type InstancePaths, instancePaths } from "../../step/instance_paths.ts";
import { maybeRecord } from "../../step/record_file.ts";
import type { Run } from "../../step/run.ts";
import { lookupIn } from "../template.ts";
import { type DeliveryStatus, examineTarget } from "./examine_target.ts";
import { maybeManifest } from "./manifest.ts";
import type { Problem } from "./problem.ts";
import { idlePatterns, selectFiles, type SelectOptions, type SkippedFile, type SourceFile } from "./select_files.ts";
import { contentOf } from "./swap_folder.ts";
import {
  leavesRoot,
  parseTargetTemplate,
  realTarget,
  type RenderedTarget,
  renderTarget,
  targetKey,
  type TargetTemplate,
} from "./target_path.ts";

/** One delivery that can be made. */
export interface DeliveryPlan {
  run: Run;
  /** Absolute path of the folder. */
  target: string;
  /** Absolute path of the folder that the template names before its first placeholder. */
  root: string;
  /** The toolkit's own folder among the runs. */
  ownDir: string;
  files: SourceFile[];
  skipped: SkippedFile[];
  status: DeliveryStatus;
}

/** What is asked for. */
export interface PlanOptions extends SelectOptions {
  template: string;
  /** Values of placeholders besides those of config and run. */
  values: (run: Run, index: number) => Record<string, unknown>;
  allowFailed?: boolean;
  overwrite?: boolean;
}

/** The plans of all runs, and all that stands against them. */
export async function planDeliveries(
  runs: Run[],
  options: PlanOptions,
): Promise<{ plans: DeliveryPlan[]; problems: Problem[] }> {
  const template = parseTargetTemplate(options.template);
  const problems = runs.length === 0 ? [] : idlePatterns(runs, options);
  const placed: Placed[] = [];
  const plans: DeliveryPlan[] = [];
  for (const [i, run] of runs.entries()) {
    const found: Problem[] = [];
    const target = targetOf(run, template, options.values(run, i), found);
    if (target !== undefined) placed.push({ run, target: target.text });
    const plan = await planOne(run, target, options, found);
    if (plan) plans.push(plan);
    problems.push(...found.map(({ text, hint }) => ({ text: `${nameOf(run)}: ${text}`, hint })));
  }
  return { plans, problems: [...problems, ...collisions(placed)] };
}

/** A run as messages name it. */
export function nameOf(run: Run): string {
  return `${run.step}/${run.instance}`;
}

/** A run with the folder that it is to go to. */
type Placed = Pick<DeliveryPlan, "run" | "target">;

function targetOf(
  run: Run,
  template: TargetTemplate,
  row: Record<string, unknown>,
  problems: Problem[],
): RenderedTarget | undefined {
  const { step, instance, id, status, startedAt } = run.record;
  const values = { step, instance, id, status, date: startedAt.slice(0, 10) };
  const rendered = renderTarget(template, lookupIn(row, maybeConfig(pathsOf(run).config) ?? {}, values));
  problems.push(...rendered.problems.map((text) => ({ text: `The template cannot be filled: ${text}` })));
  return rendered.problems.length === 0 ? rendered : undefined;
}

async function planOne(
  run: Run,
  rendered: RenderedTarget | undefined,
  options: PlanOptions,
  problems: Problem[],
): Promise<DeliveryPlan | undefined> {
  const { runsDir, ownDir } = pathsOf(run);
  const bad = statusProblem(run, options.allowFailed);
  if (bad) problems.push(bad);
  if (bad?.final) return undefined;
  const { files, skipped, problems: found } = await selectFiles(run, options);
  problems.push(...found);
  if (rendered === undefined) return undefined;
  const { text: target, root } = rendered;
  const displaced = linkProblem(target, root) ?? placeProblem(target, runsDir);
  if (displaced) problems.push(displaced);
  if (displaced) return undefined;
  const { step, instance, id } = run.record;
  const at = contentOf(target);
  const standing = await examineTarget({ at, target, overwrite: options.overwrite }, { step, instance, id, files });
  if ("status" in standing) return { run, target, root, ownDir, files, skipped, status: standing.status };
  problems.push(standing.problem);
}

function pathsOf(run: Run): InstancePaths {
  return instancePaths(dirname(dirname(run.dir)), run.step, run.instance);
}

/** Final: what is in the folder by now is of no concern. */
function statusProblem(run: Run, allowFailed = false): Problem & { final: boolean } | undefined {
  const { status, statusText, id } = run.record;
  const current = maybeRecord(pathsOf(run));
  if (!current) return { text: "Its run folder has no record any more", hint: "Run the instance again", final: true };
  if (current.id !== id) {
    return { text: "It has run again since", hint: "Take the run of now with getRun", final: true };
  }
  if (isGreen(status)) return undefined;
  if (status === "running") return { text: "It is still running", hint: "Wait until it has finished", final: true };
  if (allowFailed) return undefined;
  const hint = "Deliver runs that did not succeed with allowFailed: true (--allow-failed)";
  return { text: `It did not succeed: ${statusText}`, hint, final: false };
}

/** Somebody who may write to one client's folder must not be able to turn deliveries elsewhere. */
export function linkProblem(target: string, root: string): Problem | undefined {
  if (!leavesRoot(target, root)) return undefined;
  const link = foldersAbove(target).findLast((above) => isBelow(above, root) && leavesRoot(above + "/x", root));
  return {
    text: `"${target}" is reached through a link that leads out of "${root}"${link ? `: "${link}"` : ""}`,
    hint: "Remove the link, or write the place that it leads to into the template",
  };
}

/** Why no delivery may go to a place at all. */
function placeProblem(target: string, runsDir: string): Problem | undefined {
  const real = realTarget(target);
  const runs = realTarget(runsDir);
  if (isBelow(real, runs)) return { text: `"${target}" lies among the runs`, hint: "Choose a folder outside of it" };
  if ([runs, realTarget(Deno.cwd())].some((path) => isBelow(path, real))) {
    return { text: `"${target}" is a folder around this project`, hint: "Choose a folder of its own" };
  }
  const around = foldersAbove(target).find((above) => maybeManifest(above));
  if (around === undefined) return undefined;
  return { text: `"${target}" lies in another delivery, "${around}"`, hint: "Choose a folder outside of it" };
}

/** Deliveries that would take each other's place, on some system at least. */
function collisions(placed: Placed[]): Problem[] {
  const problems: Problem[] = [];
  const byKey = new Map<string, Placed>();
  const hint = "Put more placeholders into the template, such as {instance}";
  for (const one of placed) {
    const key = targetKey(one.target);
    const other = byKey.get(key);
    if (other) {
      const spelled = other.target === one.target ? "" : `, which many systems take for "${other.target}"`;
      problems.push({ text: `${nameOf(other.run)} and ${nameOf(one.run)} both go to "${one.target}"${spelled}`, hint });
    } else byKey.set(key, one);
  }
  return problems;
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) folders.push(at);
  return folders;
}
