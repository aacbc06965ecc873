/**
 * The log of all deliveries from a folder of runs, `runs/.ductaflow/deliveries.ndjson`: one JSON line each, only ever
 * added to.
 * @module
 */
import { maybeText, openMakingFolder } from "../../base/maybe_file.ts";
import { writeAll } from "../../base/write_all.ts";
import { join, resolve } from "../../deps/path.ts";
import { stepDefaults } from "../../step/step_options.ts";

/** One delivery that was made. */
export interface LoggedDelivery {
  /** ISO 8601, UTC. */
  deliveredAt: string;
  /** The name of the step. */
  step: string;
  /** The name of the instance. */
  instance: string;
  /** The id of the run. */
  id: string;
  /** Absolute path of the folder. */
  target: string;
  /** The template of the path, as it was given. */
  template: string;
  /** How many files were delivered. */
  files: number;
  /** How many bytes they have. */
  bytes: number;
}

/** Which deliveries to list. */
export interface ListDeliveriesOptions {
  /** The folder of all runs. Default `"runs"`. */
  runsDir?: string;
  /** Only those of this step. */
  step?: string;
  /** Only those of this instance. */
  instance?: string;
}

/** The log below `runs/.ductaflow`. */
export function deliveryLog(ownDir: string): string {
  return join(ownDir, "deliveries.ndjson");
}

/** Adds a line. One that a crash cut short before it stays alone on its line. */
export function logDelivery(path: string, delivery: LoggedDelivery): void {
  using file = openMakingFolder(path, { read: true, append: true, create: true });
  const last = new Uint8Array(1);
  const { size } = file.statSync();
  if (size > 0) {
    file.seekSync(size - 1, Deno.SeekMode.Start);
    file.readSync(last);
  }
  const before = size > 0 && last[0] !== 0x0a ? "\n" : "";
  writeAll(file, new TextEncoder().encode(`${before}${JSON.stringify(delivery)}\n`));
}

/** The times of logged deliveries by target, of each log that was looked into. */
export type LogIndex = Map<string, Set<string>>;

/** Adds a delivery that a crash kept out of the log. The log is read once an index. */
export function logMissing(path: string, delivery: LoggedDelivery, index: LogIndex): void {
  const keyOf = ({ target, deliveredAt }: LoggedDelivery) => `${deliveredAt} ${target}`;
  const known = index.get(path) ?? new Set(readLog(path).map(keyOf));
  index.set(path, known);
  if (known.has(keyOf(delivery))) return;
  logDelivery(path, delivery);
  known.add(keyOf(delivery));
}

/**
 * All deliveries that were made from a folder of runs, oldest first. What was delivered again without a change is not
 * listed again.
 *
 * @example
 * ```ts
 * import { listDeliveries } from "./delivery_log.ts";
 * import { assertEquals } from "../../deps/assert.ts";
 *
 * assertEquals(await listDeliveries({ runsDir: "/no/runs/here" }), []);
 * ```
 */
// deno-lint-ignore require-await
export async function listDeliveries(options: ListDeliveriesOptions = {}): Promise<LoggedDelivery[]> {
  const { runsDir = stepDefaults.runsDir, step, instance } = options;
  return readLog(deliveryLog(join(resolve(runsDir), ".ductaflow"))).filter((delivery) =>
    (step === undefined || delivery.step === step) && (instance === undefined || delivery.instance === instance)
  );
}

function readLog(path: string): LoggedDelivery[] {
  return (maybeText(path) ?? "").split("\n").flatMap((line) => maybeLogged(line) ?? []);
}

function maybeLogged(line: string): LoggedDelivery | undefined {
  try {
    const delivery = JSON.parse(line);
    const texts = [delivery?.deliveredAt, delivery?.step, delivery?.instance, delivery?.id, delivery?.target];
    return texts.every((text) => typeof text === "string") ? delivery : undefined;
  } catch {
    // An empty line, or one that was cut short.
    return undefined;
  }
}
