/**
 * The report for those who may never ask for one: its templates and colours are loaded on the first call.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { RunRecord } from "../base/record.ts";
import type { Notebook } from "../notebook/ipynb.ts";
import type { ReportOptions } from "./render_report.ts";

/**
 * The report of a run as HTML: one self-contained page that loads nothing.
 *
 * @param record what `run.json` holds
 * @param notebook what `flow.ipynb` holds
 * @returns the page; parts of the record or notebook that are missing or broken become placeholders
 *
 * @example
 * ```ts
 * import type { Run } from "../step/run.ts";
 * import { renderReport } from "./report_on_demand.ts";
 *
 * /** Writes the report of a run without its code. *\/
 * async function withoutCode(run: Run): Promise<void> {
 *   const notebook = JSON.parse(await Deno.readTextFile(run.notebookPath));
 *   await Deno.writeTextFile("report.html", await renderReport(run.record, notebook, { showCode: false }));
 * }
 * ```
 */
export async function renderReport(
  record: RunRecord,
  notebook: Notebook,
  options: ReportOptions = {},
): Promise<string> {
  const report = await onDemand<typeof import("./render_report.ts")>("lib/report/render_report.ts");
  return await report.renderReport(record, notebook, options);
}
