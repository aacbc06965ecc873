/**
 * Artifacts whose values are not kept: when a run of a workflow has ended green their files go, and what is known of them
 * stays. A later run that needs such a value makes it again; one that needs it no more does not.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { isDuctaflowError } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { acquireLock } from "../base/lock.ts";
import { exists, maybeText } from "../base/maybe_file.ts";
import type { RunRecord } from "../base/record.ts";
import { join } from "../deps/path.ts";
import { maybeConfig } from "../step/config_file.ts";
import { type InstancePaths, instancePaths } from "../step/instance_paths.ts";
import { maybeRecord } from "../step/record_file.ts";
import { referencesIn } from "../step/references.ts";
import { makeRun, type Run } from "../step/run.ts";
import { needsOf, orderCalls } from "./graph_rules.ts";
import { type CallResult, explainCall, type RunContext } from "./run_call.ts";
import type { GraphOutcome } from "./run_graph.ts";
import type { StoredFile, StoredValue } from "./values/stored_value.ts";

/** Whether a result is known but its value is gone, since it was not to be kept. */
export function isDropped({ run, value }: CallResult): boolean {
  return bulkyFiles(value).some((file) => {
    return run.record.artifacts.some(({ name, dropped }) => dropped && name === file) && !exists(join(run.dir, file));
  });
}

/**
 * The calls whose values are gone but needed: by `wanted`, or by a call that is stale or may become so, since something
 * before it runs again.
 */
export async function neededAgain(
  context: RunContext,
  targets: Iterable<string>,
  wanted: string[] = [],
): Promise<Set<string>> {
  const { graph } = context;
  const order = orderCalls(graph, targets);
  if (!order.some((id) => graph.calls.get(id)!.settings.isEphemeral)) return new Set();
  const results = new Map<string, CallResult>();
  for (const id of order) {
    const call = graph.calls.get(id)!;
    if (!needsOf(graph, call).every((need) => results.has(need))) continue;
    const result = await maybeFresh(context, id, results);
    if (result) results.set(id, result);
  }
  const again = new Set<string>();
  const isStale = (id: string) => !results.has(id);
  const needed = () => [...wanted, ...order.filter(isStale).flatMap((id) => needsOf(graph, graph.calls.get(id)!))];
  for (;;) {
    const more = needed().filter((id) => results.has(id) && isDropped(results.get(id)!));
    if (more.length === 0) return again;
    for (const id of more) again.add(id) && results.delete(id);
    // What comes after may come out otherwise.
    for (const id of order) {
      if (needsOf(graph, graph.calls.get(id)!).some(isStale)) results.delete(id);
    }
  }
}

async function maybeFresh(context: RunContext, id: string, results: ReadonlyMap<string, CallResult>) {
  try {
    return (await explainCall(context, context.graph.calls.get(id)!, results)).result;
  } catch (error) {
    // Whatever it is, it shows when the call runs.
    if (!isDuctaflowError(error)) throw error;
    return undefined;
  }
}

/** Removes the values that are not to be kept of a run that ended green. */
export async function dropValues({ graph, runsDir }: RunContext, { outcomes, results }: GraphOutcome): Promise<void> {
  for (const [id, { run, value }] of results) {
    if (!graph.calls.get(id)!.settings.isEphemeral) continue;
    const now = await drop(run, runsDir, new Set(bulkyFiles(value)));
    Object.assign(outcomes.get(id)!, { run: now });
  }
}

async function drop(run: Run, runsDir: string, files: ReadonlySet<string>): Promise<Run> {
  const paths = instancePaths(runsDir, run.step, run.instance);
  const there = [...files].map((file) => join(paths.dir, file)).filter(exists);
  if (there.length === 0) return run;
  const lock = await acquireLock(paths.lock, `${run.step}/${run.instance}`);
  try {
    const record = maybeRecord(paths);
    // It has run again meanwhile: whoever ran it decides.
    if (!record || record.id !== run.record.id) return run;
    await tell(paths, record, files);
    // At last: a file that is gone without a word would make the run stale.
    for (const file of there) Deno.removeSync(file);
    const { status, cached, reasons } = run;
    return makeRun(paths, { status, cached, reasons, record: () => record });
  } finally {
    lock.release();
  }
}

/** Notes in the record, and in the report with its previews, that the files are not kept. */
async function tell(paths: InstancePaths, record: RunRecord, files: ReadonlySet<string>): Promise<void> {
  const gone = record.artifacts.filter(({ name, dropped }) => files.has(name) && !dropped);
  if (gone.length === 0) return;
  for (const artifact of gone) artifact.dropped = true;
  const config = maybeConfig(paths.config);
  const { previewArtifacts } = await import("../step/previews.ts");
  const { renderReport } = await import("../report/render_report.ts");
  const hasSecrets = referencesIn(config ?? {}).secrets.length > 0;
  const previews = hasSecrets ? {} : await previewArtifacts(paths.dir, record.artifacts);
  const notebook = maybeText(paths.notebook);
  if (notebook !== undefined) {
    writeFileAtomic(paths.report, await renderReport(record, JSON.parse(notebook), { config, previews }));
  }
  writeFileAtomic(paths.record, jsonText(record));
}

/** The files of a value. A single number or yes-or-no stays: histories and bounds look at it. */
function bulkyFiles(value: StoredValue): string[] {
  const files: StoredFile[] = value.kind === "parts" ? Object.values(value.parts) : [value];
  return files.filter(({ json }) => json !== "number" && json !== "boolean").map(({ file }) => file);
}
