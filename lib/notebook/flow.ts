/**
 * A flow file as data: what `readFlow` returns.
 * @module
 */
import type { Json } from "../base/json.ts";
import type { PermissionSet } from "../base/record.ts";

/** A flow file, read and checked but not run. */
export interface Flow {
  /** Where it came from: a `file:` or `http(s):` URL. */
  url: string;
  /** The file name without its ending: the default name of the step. */
  name: string;
  /** The text as it stands in the file. */
  source: string;
  /** SHA-256 of the text, 64 hex digits. */
  hash: string;
  /** What its header says. */
  header: FlowHeader;
  /** All cells in the order of the file. */
  cells: Cell[];
  /** What the parameters cell declares, in order. */
  parameters: Parameter[];
  /** What it declares by destructuring, which a config cannot set. */
  destructured?: { name: string; line: number }[];
}

/** The YAML header between `// ---` lines. */
export interface FlowHeader {
  /** The title for people. */
  title?: string;
  /** What the flow is about, in a sentence or two. */
  description?: string;
  /** The permissions that the flow asks for, as written: paths are relative to the flow file. */
  permissions: PermissionSet;
  /** The time limit of one run, in milliseconds. */
  timeoutMs?: number;
  /** How often a failed run is tried again. */
  retries?: number;
  /** How long a run counts as fresh at most, in milliseconds: for what cannot be traced, such as the network. */
  freshForMs?: number;
  /** The most memory that values may take up in the flow's process, in bytes. */
  memoryBytes?: number;
  /** Every key as written, known or not (Jupytext keeps its own under `jupyter`). */
  raw: { [key: string]: Json };
  /** Line of the header's opening `// ---`, from 1; absent without a header. */
  line?: number;
  /** Soft problems such as a misspelled key, as sentences. */
  warnings: string[];
}

/** The text from one cell marker to the next. */
export interface Cell {
  /** From 0. */
  index: number;
  /** Only code cells run. */
  type: "code" | "markdown" | "raw";
  /** The title on the marker line. */
  title?: string;
  /** The `key=value` metadata of the marker line, as Jupytext reads it, without the title. */
  metadata: { [key: string]: Json };
  /** The tags in its metadata. */
  tags: string[];
  /** Line of the marker, from 1; absent for text before the first marker. */
  markerLine?: number;
  /** First line of the cell's text, from 1. */
  line: number;
  /** The text as a notebook holds it: Markdown without the `// `, no blank lines around it. */
  source: string;
}

/** A variable that the parameters cell declares. */
export interface Parameter {
  /** The name of the variable. */
  name: string;
  /** The declared or inferred type; undefined accepts any JSON value. */
  type?: ParameterType;
  /** The type as written, or inferred from the default; `any` when neither says. */
  typeText: string;
  /** Whether the config must give it: it has no default. */
  required: boolean;
  /** The default when it is a literal that JSON can hold. */
  default?: Json;
  /** The default as written. */
  defaultText?: string;
  /** The comment on its line, or on the lines above it. */
  comment?: string;
  /** Line of the declaration, from 1. */
  line: number;
}

/** The types that are checked before anything runs. */
export type ParameterType =
  | { kind: "string" | "number" | "boolean" | "null" }
  | { kind: "literal"; value: string | number | boolean }
  | { kind: "union"; of: ParameterType[] }
  | { kind: "array"; of: ParameterType }
  /** An object: its keys are not checked. */
  | { kind: "object" }
  /** A type of which JSON has no values, such as `Date`: no config can set it. */
  | { kind: "unsettable"; name: string };
