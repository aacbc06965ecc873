/**
 * The files that a run left, with what can be shown of them.
 * @module
 */
import { markup, SafeHtml } from "./escape.ts";
import { formatBytes, formatCount, plural, shortHash } from "./format.ts";
import { highlightCode } from "./highlight.ts";
import { bitmapImage, svgImage } from "./images.ts";
import { colourJson } from "./json_block.ts";
import { fileLink } from "./links.ts";
import { list } from "./view.ts";
import { renderTable } from "./tables.ts";

import type { ArtifactRecord, RunRecord } from "../base/record.ts";
import type { Preview } from "./preview.ts";

/** One file as the template shows it. */
export interface ArtifactView {
  name: string;
  href?: string;
  /** Type, size, shape. */
  facts: string[];
  hash: string;
  shortHash: string;
  preview?: SafeHtml;
  /** What the fold around the preview is called. */
  previewLabel?: string;
}

/** The files in the order of the record. */
export async function viewArtifacts(record: RunRecord, previews: Record<string, Preview>): Promise<ArtifactView[]> {
  return await Promise.all(
    list(record.artifacts).map(async (artifact) => {
      const preview = Object.hasOwn(previews, artifact.name) ? previews[artifact.name] : undefined;
      return {
        name: artifact.name,
        href: artifact.dropped === true ? undefined : fileLink(String(artifact.name)),
        facts: viewFacts(artifact),
        hash: artifact.hash,
        shortHash: shortHash(artifact.hash),
        ...(preview && await tryPreview(preview, artifact.name)),
      };
    }),
  );
}

function viewFacts(artifact: ArtifactRecord): string[] {
  const facts = [artifact.type, formatBytes(artifact.size)];
  const { table } = artifact;
  if (typeof table?.rows === "number") facts.push(plural(table.rows, "row"));
  if (Array.isArray(table?.columns)) facts.push(plural(table.columns.length, "column"));
  if (artifact.dropped === true) facts.push("not kept");
  return facts;
}

async function tryPreview(preview: Preview, name: string): Promise<Pick<ArtifactView, "preview" | "previewLabel">> {
  try {
    return await viewPreview(preview, name) ?? {};
  } catch {
    return {
      preview: markup`<p class="placeholder">The preview of this file cannot be shown</p>`,
      previewLabel: "Preview",
    };
  }
}

async function viewPreview(
  preview: Preview,
  name: string,
): Promise<Pick<ArtifactView, "preview" | "previewLabel"> | undefined> {
  if (preview.kind === "table") {
    const total = preview.totalRows;
    const label = total !== undefined && total > preview.rows.length
      ? `First ${formatCount(preview.rows.length)} rows`
      : "All rows";
    return { preview: renderTable(preview), previewLabel: label };
  }
  if (preview.kind === "image") {
    const image = preview.mime === "image/svg+xml"
      ? svgImage(decodeText(preview.base64), name)
      : bitmapImage(preview.mime, preview.base64, name);
    return image && { preview: image, previewLabel: "Picture" };
  }
  if (preview.kind !== "text") return undefined;
  const text = await colourText(String(preview.text), preview.language);
  const cut = preview.truncated ? markup`<p class="note">Only the beginning is shown</p>` : "";
  return { preview: markup`<pre class="stream" tabindex="0">${text}</pre>${cut}`, previewLabel: "Text" };
}

/** JSON has colours of its own; a highlighter is loaded for code only. */
async function colourText(text: string, language: string | undefined): Promise<SafeHtml> {
  if (language === "json") return new SafeHtml(colourJson(text));
  if (language === "typescript") return new SafeHtml(await highlightCode(text, language));
  return markup`${text}`;
}

function decodeText(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}
