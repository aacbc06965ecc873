/**
 * Jupyter notebooks (nbformat 4.5) as data.
 * @module
 */
import type { Json } from "../base/json.ts";

/** A notebook document. */
export interface Notebook {
  /** The major version of the format. */
  nbformat: 4;
  /** The minor version of the format. */
  nbformat_minor: 5;
  /** What is said about the whole notebook: kernel, language, run. */
  metadata: { [key: string]: Json };
  /** All cells in their order. */
  cells: NotebookCell[];
}

/** A cell of a notebook. Flow cells carry their index as `metadata.ductaflow.cell`, added ones a `role` instead. */
export type NotebookCell = CodeCell | TextCell;

/** A cell with code and its outputs. */
export interface CodeCell {
  /** Unique in the notebook. */
  id: string;
  /** Says that it is code. */
  cell_type: "code";
  /** What is said about the cell. */
  metadata: CellMetadata;
  /** The code. */
  source: string;
  /** What it printed and showed. */
  outputs: Output[];
  /** Its place in the order of execution; null when it did not run. */
  execution_count: number | null;
}

/** A cell with text. */
export interface TextCell {
  /** Unique in the notebook. */
  id: string;
  /** Whether it is Markdown or raw text. */
  cell_type: "markdown" | "raw";
  /** What is said about the cell. */
  metadata: CellMetadata;
  /** The text. */
  source: string;
  /** Pictures that the text shows, by their names. */
  attachments?: { [name: string]: Json };
}

/** Metadata of a cell; `ductaflow` says which cell of the flow it is, or what it was added for. */
export interface CellMetadata {
  /** Other tools keep theirs here. */
  [key: string]: Json | undefined;
  /** Tags as Jupyter knows them. */
  tags?: string[];
  /** Which cell of the flow it is, or what it was added for. */
  ductaflow?: { cell: number; line: number } | { role: "config" | "injected-parameters" | "import-meta" };
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
