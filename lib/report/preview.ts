/**
 * What a report can show of an artifact without opening its file.
 * @module
 */

/** One value in a table preview. */
export type PreviewCell = string | number | boolean | null;

/** The first part of an artifact, ready to be shown. */
export type Preview =
  | {
    kind: "table";
    columns: { name: string; type: string }[];
    /** The first rows; each as long as `columns`. */
    rows: PreviewCell[][];
    /** Rows in the whole file, when known. */
    totalRows?: number;
  }
  | { kind: "text"; text: string; truncated: boolean; language?: "json" | "markdown" | "html" | "typescript" }
  | { kind: "image"; mime: string; base64: string };
