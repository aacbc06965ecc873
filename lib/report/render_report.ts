/**
 * A run's record and executed notebook as one self-contained HTML page.
 * @module
 */
import { makePolicy } from "./csp.ts";
import { SafeHtml } from "./escape.ts";
import { frameScript } from "./html_frame.ts";
import { imageData } from "./images.ts";
import { renderPage } from "./templates.ts";
import { viewConfig, viewError, viewHeader, viewResults } from "./view.ts";
import { viewArtifacts } from "./view_artifacts.ts";
import { type CellView, viewCells } from "./view_cells.ts";
import { viewProvenance } from "./view_provenance.ts";
import script from "./templates/report.js" with { type: "text" };
import style from "./templates/report.css" with { type: "text" };

import type { Config, RunRecord } from "../base/record.ts";
import type { Notebook } from "../notebook/ipynb.ts";
import type { Preview } from "./preview.ts";

/** What a report can show besides the record and the notebook. */
export interface ReportOptions {
  /** The config as it was given; without it the table shows the declared parameters only. */
  config?: Config;
  /** Previews of artifacts by their names. */
  previews?: Record<string, Preview>;
  /** Code that was coloured before, by source text, as `highlightCode` returns it. It is trusted. */
  highlighted?: Map<string, string>;
  /** Whether code is open at first; `true` unless said otherwise. */
  showCode?: boolean;
  /** False leaves the code out, for readers whom it is not for; the notebook and the record keep it. Default true. */
  code?: boolean;
}

const styleHtml = new SafeHtml(style);
const scriptHtml = new SafeHtml(script);
let policy: Promise<string> | undefined;

/**
 * The report as HTML: one file that loads nothing and runs no script but its own. Reads no files. Parts of the record or
 * notebook that are missing or broken become placeholders.
 */
export async function renderReport(
  record: RunRecord,
  notebook: Notebook,
  options: ReportOptions = {},
): Promise<string> {
  const { previews = {}, highlighted, showCode = true, code = true } = options;
  const images = (name: string) => {
    const preview = Object.hasOwn(previews, name) ? previews[name] : undefined;
    return preview?.kind === "image" ? imageData(preview.mime, preview.base64) : undefined;
  };
  const content = await (policy ??= makePolicy([script, frameScript]));
  const cells = await viewCells(record, notebook, { policy: content, images, highlighted, showCode, code });
  const artifacts = await viewArtifacts(record, previews);
  return renderPage({
    policy: content,
    hasCode: code,
    style: styleHtml,
    script: scriptHtml,
    header: viewHeader(record),
    error: viewError(record),
    results: viewResults(record),
    config: viewConfig(record, options.config),
    cells,
    artifacts,
    provenance: viewProvenance(record),
    contents: viewContents(cells),
    toolkit: record.toolkit,
    id: record.id,
  });
}

/** The entries of the navigation between the fixed ones. */
function viewContents(cells: CellView[]): { href: string; text: string; kind: string }[] {
  const kinds: Record<string, string> = { "failed": "bad", "not-run": "idle" };
  return cells.filter(({ label }) => label !== undefined).map(({ id, label, status }) => ({
    href: `#${id}`,
    text: label!,
    kind: kinds[status] ?? "",
  }));
}
