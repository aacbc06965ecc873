/**
 * The record of a run, `run.json`: all that is known about one execution of one instance. Plain JSON, described for
 * other programs by `docs/run.schema.json`.
 * @module
 */
import type { Json, JsonObject } from "./json.ts";

/** The schema number that this version writes. Records with a higher number are refused, never overwritten. */
export const recordSchema = 1;

/**
 * How a run stands. `warned`: succeeded, but a check of severity warning did not hold. `interrupted`: it says running,
 * but nobody holds its lock, so its conductor died.
 */
export type RunStatus =
  | "running"
  | "succeeded"
  | "warned"
  | "failed"
  | "timed-out"
  | "cancelled"
  | "interrupted";

/** Whether a run of this status may be used: it succeeded, perhaps with warnings. */
export function isGreen(status: string | undefined): status is "succeeded" | "warned" {
  return status === "succeeded" || status === "warned";
}

/** All that is known about one run. Times are ISO 8601 in UTC, durations milliseconds, sizes and memory bytes. */
export interface RunRecord {
  /** The version of this format. */
  schema: typeof recordSchema;
  /** The version of the toolkit that wrote this record. */
  toolkit: string;
  /** Unique over all runs; sorts by time of start. */
  id: string;
  /** The name of the step. */
  step: string;
  /** The name of the instance. */
  instance: string;
  /** How the run stands. */
  status: RunStatus;
  /** The status as a sentence for people, such as `Exited early in cell 3 "Load": Deno.exit(0) was called`. */
  statusText: string;
  /** When it started. */
  startedAt: string;
  /** Absent while running and after an interruption. */
  endedAt?: string;
  /** How long it took, with all tries. */
  durationMs: number;
  /** One entry a try, oldest first; more than one only with retries. */
  attempts: AttemptRecord[];
  /** The flow file. */
  flow: FlowRecord;
  /** SHA-256 of the config as canonical JSON. */
  configHash: string;
  /** The declared parameters with the values they had. */
  parameters: ParameterRecord[];
  /** The cells as they ran. */
  cells: CellRecord[];
  /** What went wrong, if something did. */
  error?: ErrorRecord;
  /** What it was allowed to do, and what it did. */
  permissions: PermissionsRecord;
  /** The code that ran. */
  code: CodeRecord;
  /** What it read. */
  inputs: InputRecord[];
  /** What the run may depend on that cannot be traced, as sentences. */
  untraced: string[];
  /** The files that it left. */
  artifacts: ArtifactRecord[];
  /** The numbers that it reported. */
  metrics: MetricRecord[];
  /** The yes-or-no answers that it reported. */
  checks: CheckRecord[];
  /** How much it printed and showed. */
  output: OutputRecord;
  /** Where it ran. */
  environment: EnvironmentRecord;
  /** The commit of the flow's folder, when it is in a repository. */
  git?: GitRecord;
  /** What somebody should know, as sentences. */
  warnings: string[];
  /** The workflow that it is a run of. */
  workflow?: WorkflowRecord;
  /** The steps that a run of a workflow had, in the order in which they ended. */
  steps?: StepRecord[];
  /** The run of a workflow that this run was a step of. */
  parent?: ParentRecord;
}

/** The published workflow that a run is of. */
export interface WorkflowRecord {
  /** The version of its code, from 1. */
  version: number;
  /** Why it ran. */
  trigger: "schedule" | "manual" | "after";
  /** The tick that it was due at. */
  scheduledFor?: string;
  /** The run of another workflow that it followed. */
  upstream?: ParentRecord;
}

/** A run by its place. */
export interface ParentRecord {
  /** The name of the step. */
  step: string;
  /** The name of the instance. */
  instance: string;
}

/** One step of a run of a workflow. */
export interface StepRecord {
  /** The name of the step. */
  step: string;
  /** The name of the instance. */
  instance: string;
  /** The id of its run. */
  id: string;
  /** How it ended. */
  status: RunStatus;
  /** Whether an earlier run was reused. */
  cached: boolean;
  /** How long the run took when it was executed. */
  durationMs: number;
  /** Values of its metrics by name. */
  metrics: Record<string, number>;
}

/** One try of a run. */
export interface AttemptRecord {
  /** When it started. */
  startedAt: string;
  /** How long it took. */
  durationMs: number;
  /** How it ended. */
  status: RunStatus;
  /** How it ended, as a sentence. */
  statusText: string;
  /** The exit code of the process; absent when it never ran or was never seen to end. */
  exitCode?: number;
  /** The signal that ended the process, such as `SIGKILL`. */
  signal?: string;
}

/** The flow file that ran. */
export interface FlowRecord {
  /** A `file:` or `http(s):` URL. */
  url: string;
  /** The title in its header, or its file name. */
  title: string;
  /** SHA-256 of its bytes. */
  hash: string;
}

/** One parameter as the run saw it. */
export interface ParameterRecord {
  /** The name of the variable. */
  name: string;
  /** The accepted type as text, such as `"am" | "pm"` or `number[]`. */
  type: string;
  /** The value that it had; for a default that is no plain value, its source text. */
  value: Json;
  /** Whether the config set it. */
  source: "config" | "default";
  /** Line of the declaration in the flow, from 1. */
  line: number;
}

/** How far a cell came. `skipped` is for cells that never run (Markdown, code tagged `skip`); `not-run` for those after a failure. */
export type CellStatus =
  | "succeeded"
  | "failed"
  | "running"
  | "not-run"
  | "skipped";

/** One cell as it ran. Its source and outputs are in the notebook. */
export interface CellRecord {
  /** From 0, in the order of the file; the same index as in the notebook without its first, added cells. */
  index: number;
  /** Only code cells run. */
  type: "code" | "markdown" | "raw";
  /** The title on the marker line. */
  title?: string;
  /** First line of the cell's text in the flow, from 1. */
  line: number;
  /** How far it came. */
  status: CellStatus;
  /** How long it took. */
  durationMs?: number;
  /** Resident memory of the flow's process at the end of the cell. */
  memory?: number;
  /** Bytes that the cell wrote to stdout and stderr but that were not kept. */
  droppedBytes?: number;
}

/** What went wrong, in the words of the flow and with its own line numbers. */
export interface ErrorRecord {
  /** The name of the error, such as `TypeError`. */
  name: string;
  /** Its message. */
  message: string;
  /** The stack, naming the flow's own file. */
  stack?: string;
  /** Index of the cell where it happened. */
  cell?: number;
  /** Line and column in the flow, from 1. */
  line?: number;
  /** Column in the flow, from 1. */
  column?: number;
  /** What to do next, if it is known. */
  hint?: string;
  /** The chain of causes, outermost first. */
  causes?: { name: string; message: string; stack?: string }[];
}

/** The kinds of permission of Deno. */
export type PermissionKind =
  | "read"
  | "write"
  | "net"
  | "env"
  | "run"
  | "sys"
  | "ffi"
  | "import";

/** Values by kind of permission; `true` means all. */
export type PermissionSet = Partial<Record<PermissionKind, string[] | true>>;

/** What was asked for, given, used and refused. Paths are absolute. */
export interface PermissionsRecord {
  /** As the flow's header asks. */
  requested: PermissionSet;
  /** As given to the process, with the default grant of every step. */
  granted: PermissionSet;
  /** Accesses that were allowed and happened. */
  used: PermissionSet;
  /** Accesses that were tried and refused; a refused temporary file stands here as `<TMP>`. */
  denied: PermissionSet;
  /** The smallest header that would have been enough, as lines of YAML; absent when none is needed. */
  suggestion?: string;
  /** One hash over the grant and the values of the variables in it. */
  hash: string;
  /** The command line of the process, for people. */
  command: string[];
}

/** The code that ran: the flow and all that it imports. */
export interface CodeRecord {
  /** One hash over everything below. */
  hash: string;
  /** The same, of code without comments and formatting: while it stays, results stay. */
  plain: string;
  /** Local modules by URL, remote ones by specifier, each with the SHA-256 of its bytes and of its plain code. */
  modules: { specifier: string; hash: string; plain: string }[];
  /** npm and JSR packages with exact versions. */
  packages: string[];
  /** SHA-256 of what the lock file says about those packages and modules. */
  lock?: string;
  /** SHA-256 of the import map and compiler options in the configuration file. */
  config?: string;
  /** The version of Deno. */
  deno: string;
}

/** Something that the run read. */
export interface InputRecord {
  /** Absolute path. */
  path: string;
  /** What was there when it was read. */
  kind: "file" | "directory" | "missing";
  /** Size of a file. */
  size?: number;
  /** SHA-256 of a file's bytes or of a folder's sorted list of names. */
  hash?: string;
  /** The run that made this file, when it lies in the folder of one. */
  from?: { step: string; instance: string };
  /** True when it changed while the run was going on, so that the run cannot be reused. */
  changed?: boolean;
}

/** A file that the run left. */
export interface ArtifactRecord {
  /** Path below the run folder, with `/`. */
  name: string;
  /** MIME type, by extension and content. */
  type: string;
  /** Its size. */
  size: number;
  /** SHA-256 of its bytes. */
  hash: string;
  /** Number of rows, columns with types: for tables. */
  table?: { rows?: number; columns: { name: string; type: string }[] };
  /** Whether it was removed after the run that it was for, since it was not to be kept. */
  dropped?: boolean;
}

/** A number that the flow reported. */
export interface MetricRecord {
  /** What was measured. */
  name: string;
  /** The number. */
  value: number;
  /** Its unit, such as `min`. */
  unit?: string;
  /** A sentence about it. */
  description?: string;
  /** Index of the cell that reported it. */
  cell?: number;
}

/** A yes or no that the flow reported. */
export interface CheckRecord {
  /** What was checked. */
  name: string;
  /** Whether it holds. */
  ok: boolean;
  /** Whether the run warns or fails when it does not hold. */
  severity: "warning" | "error";
  /** A sentence for when it does not hold. */
  message?: string;
  /** Index of the cell that reported it. */
  cell?: number;
}

/** How much the process wrote. */
export interface OutputRecord {
  /** Bytes written to stdout. */
  stdoutBytes: number;
  /** Bytes written to stderr. */
  stderrBytes: number;
  /** Bytes of text that were read but not kept. */
  droppedBytes: number;
  /** Rich outputs that were not kept. */
  droppedDisplays: number;
  /** True when a process left behind by the flow held its pipes open past the grace. */
  pipeHeld?: boolean;
}

/** Where it ran. */
export interface EnvironmentRecord {
  /** The version of Deno. */
  deno: string;
  /** The version of V8. */
  v8: string;
  /** The version of TypeScript. */
  typescript: string;
  /** The operating system. */
  os: string;
  /** The processor architecture. */
  arch: string;
  /** The number of processor cores. */
  cores: number;
  /** The time zone. */
  timeZone: string;
}

/** The commit that the flow's folder was at. */
export interface GitRecord {
  /** The hash of the commit. */
  commit: string;
  /** The branch, unless the head is detached. */
  branch?: string;
}

/** The configuration of a run, as it is written to `config.json`. */
export type Config = JsonObject;
