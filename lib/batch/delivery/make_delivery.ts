/**
 * One delivery, made: copied beside its place, compared with what was to be delivered, and put in place as a whole.
 * @module
 */
import { syncPath, writeFileAtomic } from "../../base/atomic_file.ts";
import { DuctaflowError } from "../../base/error.ts";
import { sha256, sha256File } from "../../base/hash.ts";
import { jsonText } from "../../base/json.ts";
import { acquireLock } from "../../base/lock.ts";
import { isAbsent } from "../../base/maybe_file.ts";
import { version } from "../../base/version.ts";
import { dirname, join } from "../../deps/path.ts";
import { deliveryLog, logDelivery, type LoggedDelivery, type LogIndex, logMissing } from "./delivery_log.ts";
import { addedFiles, type DeliveryStatus, examineTarget, listed } from "./examine_target.ts";
import { type DeliveredFile, type DeliveryManifest, manifestName, manifestSchema, maybeManifest } from "./manifest.ts";
import { type DeliveryPlan, linkProblem, nameOf } from "./plan_deliveries.ts";
import { contentOf, newBeside, oldBeside, removeFolder, settleFolder, swapFolder } from "./swap_folder.ts";
import { targetKey } from "./target_path.ts";
import type { SourceFile } from "./select_files.ts";

/** How a delivery is made. */
export interface MakeOptions {
  template: string;
  overwrite?: boolean;
  signal?: AbortSignal;
  log: LogIndex;
}

/** Makes one delivery and tells what it did. Waits for another conductor that delivers to the same place. */
export async function makeDelivery(plan: DeliveryPlan, options: MakeOptions): Promise<DeliveryStatus> {
  const { target, ownDir } = plan;
  const place = (await sha256(targetKey(target))).slice(0, 16);
  // No step is called so: the names of steps do not start with a dot.
  const lockFile = join(ownDir, "locks", ".deliver", `${place}.lock`);
  const lock = await acquireLock(lockFile, `The delivery to "${target}"`, { signal: options.signal });
  try {
    const manifest = manifestOf(plan, options.template);
    const at = contentOf(target);
    // Somebody may have delivered, or worked there, since the plan was made.
    const linked = linkProblem(target, plan.root);
    if (linked) throw refused(plan, linked.text, linked.hint);
    const standing = await examineTarget({ at, target, overwrite: options.overwrite }, manifest);
    if ("problem" in standing) throw refused(plan, standing.problem.text, standing.problem.hint);
    settleFolder(target);
    if (standing.status === "unchanged") {
      logMissing(deliveryLog(ownDir), logLine(target, standing.manifest ?? manifest), options.log);
    } else await replace(plan, manifest, options);
    return standing.status;
  } finally {
    lock.release();
  }
}

async function replace(plan: DeliveryPlan, manifest: DeliveryManifest, options: MakeOptions): Promise<void> {
  const { target } = plan;
  const folder = newBeside(target);
  Deno.mkdirSync(dirname(target), { recursive: true });
  try {
    await fill(folder, plan, options.signal);
    writeFileAtomic(join(folder, manifestName), jsonText(manifest));
    await syncPath(join(folder, manifestName));
    await syncPath(folder);
    await swapFolder(target, (before) => {
      // Copying takes its time, and somebody may have put a file there meanwhile.
      const found = maybeManifest(before);
      const added = options.overwrite || found === "newer" ? [] : addedFiles(before, found);
      if (added.length > 0) throw refused(plan, `"${target}" has files that were not delivered: ${listed(added)}`);
    });
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
  logDelivery(deliveryLog(plan.ownDir), logLine(target, manifest));
  removeFolder(oldBeside(target));
}

async function fill(folder: string, plan: DeliveryPlan, signal?: AbortSignal): Promise<void> {
  const folders = new Set<string>();
  Deno.mkdirSync(folder);
  for (const file of plan.files) {
    signal?.throwIfAborted();
    const to = join(folder, file.name);
    if (!folders.has(dirname(to))) Deno.mkdirSync(dirname(to), { recursive: true });
    for (let at = dirname(to); at !== folder; at = dirname(at)) folders.add(at);
    await copyChecked(file, to, plan);
  }
  for (const path of folders) await syncPath(path);
}

/** What arrived is read again: it must be what was looked at before, whatever stands at the source by now. */
async function copyChecked(file: SourceFile, to: string, plan: DeliveryPlan): Promise<void> {
  const hash = await copyFile(file, to);
  if (hash !== file.hash) {
    throw new DuctaflowError(
      `${nameOf(plan.run)} was not delivered: "${file.name}" ${hash ? `arrived with SHA-256 "${hash}"` : "is gone"}, ` +
        `and "${file.hash}" was looked at before`,
      { code: "delivery-failed", hint: "It changed while it was copied, or the disk is faulty: deliver it again" },
    );
  }
  await syncPath(to);
}

/** The hash of what arrived; undefined when there is nothing to copy any more. */
async function copyFile(file: SourceFile, to: string): Promise<string | undefined> {
  try {
    await Deno.copyFile(file.path, to);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  return await sha256File(to);
}

function manifestOf({ run, files }: DeliveryPlan, template: string): DeliveryManifest {
  const { step, instance, id, status } = run.record;
  const delivered = files.map(({ path: _, ...file }): DeliveredFile => file);
  const deliveredAt = new Date().toISOString();
  return {
    schema: manifestSchema,
    toolkit: version,
    step,
    instance,
    id,
    status,
    deliveredAt,
    template,
    files: delivered,
  };
}

function logLine(target: string, manifest: DeliveryManifest): LoggedDelivery {
  const { deliveredAt, step, instance, id, template, files } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return { deliveredAt, step, instance, id, target, template, files: files.length, bytes };
}

function refused(plan: DeliveryPlan, text: string, hint?: string): DuctaflowError {
  return new DuctaflowError(`${nameOf(plan.run)} was not delivered. ${text}`, { code: "delivery-refused", hint });
}
