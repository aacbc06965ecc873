/**
 * Many runs as one self-contained HTML page: a table to sort and filter, a gallery of pictures, a timeline.
 * @module
 */
import { makePolicy } from "./csp.ts";
import { SafeHtml } from "./escape.ts";
import { makeEngine } from "./templates.ts";
import { type CollationData, collationData, collationView, pictureData, type Thumbnails } from "./view_collation.ts";
import page from "./templates/collation.eta" with { type: "text" };
import baseStyle from "./templates/report.css" with { type: "text" };
import ownStyle from "./templates/collation.css" with { type: "text" };
import tableScript from "./templates/collation.js" with { type: "text" };
import timelineScript from "./templates/collation_timeline.js" with { type: "text" };

import type { BulkSummary } from "../base/bulk_summary.ts";

const script = `${timelineScript}${tableScript}`;
const plainRows = 500;

/**
 * The page as HTML: one file that loads nothing and runs no script but its own. Reads no files. The data stand in it
 * once, as JSON; without scripts it shows a plain table of the first 500 runs. `wanted` are the pictures that were asked
 * for.
 */
export async function renderCollation(
  summary: BulkSummary,
  thumbnails: Thumbnails[] = [],
  wanted: string[] = [],
): Promise<string> {
  const data = collationData(summary, thumbnails);
  return makeEngine({ collation: page }).render("@collation", {
    ...collationView(summary, data, thumbnails, wanted),
    policy: await makePolicy([script]),
    style: new SafeHtml(baseStyle + ownStyle),
    script: new SafeHtml(script),
    data: safeJson(data),
    pictures: safeJson(pictureData(summary.runs.length, thumbnails)),
    plain: plainTable(data),
    toolkit: summary.toolkit,
    total: summary.counts.total,
  });
}

/** JSON that cannot end the `<script>` it stands in, nor begin a comment there. */
export function safeJson(value: unknown): SafeHtml {
  const text = JSON.stringify(value).replace(/[<\u2028\u2029]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return new SafeHtml(text);
}

/** The table for readers without scripts. */
function plainTable({ rows, columns, statuses }: CollationData) {
  return {
    labels: columns.map(({ label, unit }) => unit ? `${label} (${unit})` : label),
    rows: rows.slice(0, plainRows).map((row, i) => ({
      ...row,
      state: statuses[row.status],
      cells: columns.map(({ texts, numbers }) => ({ text: texts[i], kind: numbers ? "num" : "" })),
    })),
    omitted: Math.max(0, rows.length - plainRows),
  };
}
