/**
 * The report for those who may never ask for one: its templates and colours are loaded on the first call.
 * @module
 */
import type { RunRecord } from "../base/record.ts";
import type { Notebook } from "../notebook/ipynb.ts";
import type { ReportOptions } from "./render_report.ts";

/**
 * The report of a run as HTML: one self-contained page that loads nothing.
 *
 * @param record what `run.json` holds
 * @param notebook what `flow.ipynb` holds
 * @returns the page; parts of the record or notebook that are missing or broken become placeholders
 */
export async function renderReport(
  record: RunRecord,
  notebook: Notebook,
  options: ReportOptions = {},
): Promise<string> {
  const report = await import("./render_report.ts");
  return await report.renderReport(record, notebook, options);
}
