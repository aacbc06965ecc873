/**
 * Outputs of runs, copied to where they are wanted.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { DuctaflowError, isDuctaflowError } from "../base/error.ts";
import type { Run } from "../step/run.ts";
import type { LogIndex } from "./delivery/delivery_log.ts";
import type { DeliveryStatus } from "./delivery/examine_target.ts";
import type { DeliveredFile } from "./delivery/manifest.ts";
import type { DeliveryPlan } from "./delivery/plan_deliveries.ts";
import type { SelectOptions, SkippedFile } from "./delivery/select_files.ts";

/** Options of `deliver`. */
export interface DeliverOptions extends SelectOptions {
  /** The rows of the control table that the runs were made of, in the order of the runs: first source of placeholders. */
  rows?: Record<string, unknown>[];
  /** Values of placeholders, computed; instead of `rows`. */
  values?: (run: Run) => Record<string, unknown>;
  /** Delivers runs that did not succeed as well. */
  allowFailed?: boolean;
  /** Replaces folders that were not delivered before, or that hold files which were added or edited; these are lost. */
  overwrite?: boolean;
  /** Only tells what would be done. Touches nothing. */
  dryRun?: boolean;
  /** Ends the work with its reason, between two files. */
  signal?: AbortSignal;
}

/** A run that was delivered. */
export interface Delivery {
  /** The run. */
  run: { step: string; instance: string; id: string };
  /** Absolute path of the folder. */
  target: string;
  /** Whether the folder is new, was replaced, or already was as it should be. */
  status: DeliveryStatus;
  /** What is in the folder, besides the manifest `delivery.json`. */
  files: DeliveredFile[];
  /** What is not delivered, and why. */
  skipped: SkippedFile[];
  /** Bytes of all files. */
  bytes: number;
}

/**
 * Copies the outputs of runs to folders named by a template such as `"delivery/{client_group}/{project}/{instance}"`.
 * Placeholders are looked up in the row, then in the config (`{model.seed}` reaches into an object), then among `{step}`,
 * `{instance}`, `{id}`, `{status}` and `{date}` (the day it started, in UTC) of the run. A value is one part of a name,
 * never a path.
 *
 * Everything is checked first, and all that is wrong is reported together, before anything is copied. Each folder is then
 * replaced as a whole, with a manifest `delivery.json`; delivering the same run again changes nothing. Folders that were
 * not delivered before, and files that somebody added or edited, are never replaced without `overwrite`.
 *
 * @returns one delivery a run, in the order of the runs
 * @throws {DuctaflowError} of code `delivery-refused` with all problems, `bad-template`, `delivery-failed`, `no-space`
 *
 * @example
 * ```ts
 * import { deliver } from "./deliver.ts";
 * import { getAllInstances } from "../step/get_run.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const runs = await getAllInstances("delay_model", { runsDir: "/no/runs/here" });
 * const deliveries = await deliver(runs, "delivery/{period}/{instance}", { include: "*.csv", report: true });
 * assertEquals(deliveries, []);
 * ```
 */
export async function deliver(runs: Run | Run[], template: string, options: DeliverOptions = {}): Promise<Delivery[]> {
  const list = Array.isArray(runs) ? runs : [runs];
  checkOptions(list, template, options);
  const { rows, values = () => ({}), signal } = options;
  const rowOf = rows ? (_: Run, i: number) => rows[i] : values;
  // Most conductors only run flows: what delivers is loaded on the first call.
  const [{ planDeliveries }, { throwProblems }, { makeDelivery }] = await Promise.all([
    onDemand<typeof import("./delivery/plan_deliveries.ts")>("lib/batch/delivery/plan_deliveries.ts"),
    onDemand<typeof import("./delivery/problem.ts")>("lib/batch/delivery/problem.ts"),
    onDemand<typeof import("./delivery/make_delivery.ts")>("lib/batch/delivery/make_delivery.ts"),
  ]);
  const { plans, problems } = await planDeliveries(list, { ...options, template, values: rowOf });
  throwProblems(problems);
  const log: LogIndex = new Map();
  const deliveries: Delivery[] = [];
  for (const plan of plans) {
    signal?.throwIfAborted();
    try {
      const status = options.dryRun
        ? plan.status
        : await makeDelivery(plan, { template, overwrite: options.overwrite, signal, log });
      deliveries.push(deliveryOf(plan, status));
    } catch (error) {
      throw explain(error, plan, deliveries.length, plans.length);
    }
  }
  return deliveries;
}

function checkOptions(runs: Run[], template: string, { rows, values }: DeliverOptions): void {
  if (typeof template !== "string" || template.trim() === "") {
    throw new TypeError(`The template is "${template}", accepted is a path such as "delivery/{instance}"`);
  }
  const strange = runs.findIndex((run) => typeof run?.dir !== "string" || typeof run.record !== "object");
  if (strange >= 0) throw new TypeError(`Item ${strange} of what is to be delivered is not a run`);
  if (rows && values) throw new TypeError("The options rows and values exclude each other");
  if (rows && rows.length !== runs.length) {
    throw new RangeError(
      `There are ${rows.length} rows for ${runs.length} runs, accepted is one a run, in their order`,
    );
  }
}

function deliveryOf({ run, target, files, skipped }: DeliveryPlan, status: DeliveryStatus): Delivery {
  const { step, instance, id } = run.record;
  return {
    run: { step, instance, id },
    target,
    status,
    files: files.map(({ path: _, ...file }) => file),
    skipped,
    bytes: files.reduce((sum, file) => sum + file.size, 0),
  };
}

const hints: Record<string, string> = {
  "no-space": "Free some space and deliver again: what is delivered already is not copied again",
  "read-only": "Choose another place, or check the owner and mode of the folders",
  "conductor-permission":
    "Give the conductor --allow-write for the runs and for the place, as in --allow-write=runs,delivery",
};

/** The errors of a disk in words, and how far it came. */
function explain(error: unknown, { run, target }: DeliveryPlan, done: number, all: number): unknown {
  const known = explainDiskError(error, `deliver ${run.step}/${run.instance} to "${target}"`);
  if (!isDuctaflowError(known)) return error;
  const before = done === 0 ? "" : `; ${done} of ${all} were delivered before it`;
  return new DuctaflowError(`${known.message}${before}`, {
    code: known.code,
    hint: hints[known.code] ?? known.hint,
    cause: known === error ? known.cause : error,
  });
}
