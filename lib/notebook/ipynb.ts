/**
 * Jupyter notebooks (nbformat 4.5) as data.
 * @module
 */
import type { Json } from "../base/json.ts";

/** A notebook document. */
export interface Notebook {
  nbformat: 4;
  nbformat_minor: 5;
  metadata: { [key: string]: Json };
  cells: NotebookCell[];
}

/** A cell of a notebook. Flow cells carry their index as `metadata.ductaflow.cell`, added ones a `role` instead. */
export type NotebookCell = CodeCell | TextCell;

/** A cell with code and its outputs. */
export interface CodeCell {
  id: string;
  cell_type: "code";
  metadata: CellMetadata;
  source: string;
  outputs: Output[];
  execution_count: number | null;
}

/** A cell with text. */
export interface TextCell {
  id: string;
  cell_type: "markdown" | "raw";
  metadata: CellMetadata;
  source: string;
}

/** Metadata of a cell; `ductaflow` says which cell of the flow it is, or what it was added for. */
export interface CellMetadata {
  [key: string]: Json | undefined;
  tags?: string[];
  ductaflow?: { cell: number; line: number } | { role: "config" | "injected-parameters" };
}

/** A MIME bundle: text for text types, base64 for images other than SVG, JSON values for JSON types. */
export type MimeBundle = { [mime: string]: Json };

/** One output of a code cell. */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: { [key: string]: Json } }
  | {
    output_type: "execute_result";
    data: MimeBundle;
    metadata: { [key: string]: Json };
    execution_count: number | null;
  }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };
