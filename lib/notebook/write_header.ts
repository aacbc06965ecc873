/**
 * The header of a text, from the raw cell and the metadata that a notebook has for it.
 * @module
 */
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { splitMetadata } from "./cell_metadata.ts";
import { jupytextLines } from "./jupytext_lines.ts";
import { headerMetadata } from "./notebook_metadata.ts";
import type { NotebookCell } from "./ipynb.ts";
import type { TextNotebook } from "./text_to_notebook.ts";

/** The lines of the header that a notebook keeps in a raw cell of its own, at its top. */
export function ownHeader(cell: NotebookCell | undefined): OwnHeader | undefined {
  if (cell?.cell_type !== "raw" || Object.keys(splitMetadata(cell.metadata).text).length > 0) return undefined;
  const lines = cell.source.trim().split(/\r?\n/);
  const isFence = (line: string) => /^---\s*$/.test(line);
  if (lines.length < 2 || !isFence(lines[0]) || !isFence(lines.at(-1)!)) return undefined;
  const inner = lines.slice(1, -1);
  if (
    inner.length === 0 || inner.some((line) => isFence(line) || /^jupyter\s*:/.test(line)) ||
    jupytextLines(cell.source.trim()).length > lines.length
  ) {
    return undefined;
  }
  return { lines: inner, blank: cell.metadata.lines_to_next_cell !== 0 };
}

/** The keys of a header that are not Jupytext's. */
export interface OwnHeader {
  lines: string[];
  /** Whether a blank line stands behind it. */
  blank: boolean;
}

/** The lines of a header with those around it that Jupytext keeps; none for a notebook that wants none. */
export async function writeHeader(
  own: OwnHeader | undefined,
  metadata: JsonObject,
  ending: string,
): Promise<string[]> {
  const { executable, encoding } = isJsonObject(metadata.jupytext) ? metadata.jupytext : {};
  const lines: string[] = [];
  if (typeof executable === "string") lines.push(`#!${executable}`);
  if (typeof encoding === "string") lines.push(encoding);
  const section = headerMetadata(metadata, ending);
  const inner = [...own?.lines ?? []];
  if (section) {
    const { stringify } = await import("../deps/yaml.ts");
    inner.push(
      ...stringify({ jupyter: section }, { schema: "core", lineWidth: -1, sortKeys: true }).trimEnd().split("\n"),
    );
  }
  if (inner.length === 0) return lines;
  const fenced = ["---", ...inner, "---"].map((line) => line === "" ? "//" : `// ${line}`);
  return [...lines, ...fenced, ...own?.blank === false ? [] : [""]];
}

/** The header as it is in the text before, if it says the same. */
export async function keptHeader(header: string[], before: TextNotebook | undefined, ending: string) {
  if (!before) return undefined;
  const { notebook, lines, cells, hasHeaderCell } = before;
  const same = await writeHeader(
    hasHeaderCell ? ownHeader(notebook.cells[0]) : undefined,
    notebook.metadata,
    ending,
  );
  return same.join("\n") === header.join("\n") ? lines.slice(0, cells[0]?.from ?? lines.length) : undefined;
}
