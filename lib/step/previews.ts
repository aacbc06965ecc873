/**
 * Previews of artifacts, for the report: the head of a table or text, or a whole small image.
 * @module
 */
import { isTextType } from "./artifact_type.ts";
import { decodeHead, readHead } from "./previews/file_head.ts";
import { previewColumns } from "./previews/table.ts";
import { tableHead } from "./previews/table_info.ts";
import type { ArtifactRecord } from "../base/record.ts";
import type { Preview } from "../report/preview.ts";

const previewCount = 30;
/** Characters of all previews together. */
const previewBudget = 8 * 1024 * 1024;
const largestImage = 2 * 1024 * 1024;
const textLength = 4096;
const imageTypes = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);

type Language = NonNullable<Extract<Preview, { kind: "text" }>["language"]>;
const languages: Record<string, Language> = {
  "application/json": "json",
  "application/geo+json": "json",
  "application/x-ipynb+json": "json",
  "text/markdown": "markdown",
  "text/html": "html",
  "image/svg+xml": "html",
  "text/x.typescript": "typescript",
  "text/javascript": "typescript",
};

/**
 * Previews by artifact name, in the order of the artifacts until the report would grow too large. Files that are gone,
 * broken or of an unknown kind have none.
 */
export async function previewArtifacts(runDir: string, artifacts: ArtifactRecord[]): Promise<Record<string, Preview>> {
  const previews: [string, Preview][] = [];
  let budget = previewBudget;
  for (const artifact of artifacts) {
    if (previews.length >= previewCount) break;
    const preview = await maybePreview(runDir, artifact);
    const length = preview === undefined ? 0 : lengthOf(preview);
    if (preview === undefined || length > budget) continue;
    budget -= length;
    previews.push([artifact.name, preview]);
  }
  // Unlike assignment, this also takes a file named `__proto__`.
  return Object.fromEntries(previews);
}

async function maybePreview(runDir: string, artifact: ArtifactRecord): Promise<Preview | undefined> {
  const path = `${runDir}/${artifact.name}`;
  const { type, table } = artifact;
  try {
    // A record may be old, or not ours: what is a link or another kind of file by now is not opened.
    if (artifact.name.split("/").includes("..") || !Deno.lstatSync(path).isFile) return undefined;
    if (imageTypes.has(type) && artifact.size <= largestImage) return imagePreview(path, type);
    const head = await tableHead(path, type, artifact.size);
    if (head === undefined) return isTextType(type) ? textPreview(path, type) : undefined;
    const { columns, rows, totalRows = table?.rows } = head;
    return {
      kind: "table",
      columns: columns.slice(0, previewColumns),
      rows: rows.map((row) => row.slice(0, previewColumns)),
      ...(totalRows === undefined ? {} : { totalRows }),
    };
  } catch {
    // A preview is an extra: a file that cannot be read now is shown by its record alone.
    return undefined;
  }
}

function imagePreview(path: string, mime: string): Preview | undefined {
  const { bytes, whole } = readHead(path, largestImage);
  return whole ? { kind: "image", mime, base64: bytes.toBase64() } : undefined;
}

function textPreview(path: string, type: string): Preview | undefined {
  const head = readHead(path, textLength);
  const text = decodeHead(head);
  if (text === "") return undefined;
  const language = languages[type];
  return { kind: "text", text, truncated: !head.whole, ...(language === undefined ? {} : { language }) };
}

/** About the number of characters that a preview adds to a report. */
function lengthOf(preview: Preview): number {
  switch (preview.kind) {
    case "image":
      return preview.base64.length;
    case "text":
      return preview.text.length;
    case "table":
      return JSON.stringify([preview.columns, preview.rows]).length;
  }
}
