/**
 * A run whose result has another type than before did not succeed: its record, notebook and report say so, as those of any
 * run that failed. What it left stays in its folder, to be looked at.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { jsonText } from "../base/json.ts";
import { acquireLock } from "../base/lock.ts";
import { maybeText } from "../base/maybe_file.ts";
import type { RunRecord } from "../base/record.ts";
import type { Notebook } from "../notebook/ipynb.ts";
import { maybeConfig } from "../step/config_file.ts";
import { type InstancePaths, instancePaths } from "../step/instance_paths.ts";
import { noteStep } from "../step/note_step.ts";
import { maybeRecord } from "../step/record_file.ts";
import { makeRun, type Run } from "../step/run.ts";
import type { TypeChangedError } from "./type_change.ts";

/** Records that a run failed by the type of its result; gives the run as it is now. */
export async function recordTypeChange(run: Run, runsDir: string, error: TypeChangedError): Promise<Run> {
  const paths = instancePaths(runsDir, run.step, run.instance);
  const lock = await acquireLock(paths.lock, `${run.step}/${run.instance}`);
  try {
    const record = maybeRecord(paths);
    // It has run again meanwhile: that run speaks for itself.
    if (!record || record.id !== run.record.id) return run;
    fail(record, error);
    await write(paths, record);
    const { reasons } = run;
    return noteStep(makeRun(paths, { status: record.status, cached: false, reasons, record: () => record }));
  } finally {
    lock.release();
  }
}

function fail(record: RunRecord, { message, hint, changes }: TypeChangedError): void {
  const call = record.cells.findLast(({ type }) => type === "code");
  if (call) call.status = "failed";
  record.status = "failed";
  record.statusText = `Failed: another type than in the run before: ${changes.join("; ")}`;
  const cell = call ? { cell: call.index } : {};
  record.error = { name: "TypeChanged", message, ...cell, ...(hint === undefined ? {} : { hint }) };
  const last = record.attempts.at(-1);
  if (last) Object.assign(last, { status: record.status, statusText: record.statusText });
}

/** The record first: should this process die here, no green one is left with a type that nobody accepted. */
async function write(paths: InstancePaths, record: RunRecord): Promise<void> {
  writeFileAtomic(paths.record, jsonText(record));
  const text = maybeText(paths.notebook);
  if (text === undefined) return;
  const notebook: Notebook = JSON.parse(text);
  markFailed(notebook, record);
  writeFileAtomic(paths.notebook, `${JSON.stringify(notebook, null, 1)}\n`);
  const { renderReport } = await import("../report/render_report.ts");
  const { previewArtifacts } = await import("../step/previews.ts");
  const config = maybeConfig(paths.config);
  const previews = await previewArtifacts(paths.dir, record.artifacts);
  writeFileAtomic(paths.report, await renderReport(record, notebook, { config, previews }));
}

function markFailed(notebook: Notebook, { error, status }: RunRecord): void {
  const { ductaflow, papermill } = notebook.metadata as Record<string, Record<string, unknown> | undefined>;
  if (ductaflow) ductaflow.status = status;
  if (papermill) papermill.exception = true;
  const cell = notebook.cells.find(({ id }) => id === `cell-${error!.cell}`);
  if (cell?.cell_type !== "code") return;
  const { name: ename, message: evalue } = error!;
  if (cell.metadata.papermill) Object.assign(cell.metadata.papermill, { exception: true, status: "failed" });
  cell.outputs.push({ output_type: "error", ename, evalue, traceback: `${ename}: ${evalue}`.split("\n") });
}
