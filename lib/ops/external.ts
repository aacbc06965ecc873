/**
 * What a resource implements so that reads from it and saves to it are steps of a graph like any other: a description of
 * the work as plain data. The work itself is an exported function of a module that runs in a process of its own, with the
 * permissions named here and no others.
 * @module
 */
import type { Duration } from "../base/duration.ts";
import type { RetryOptions } from "../step/step_options.ts";
import type { PermissionOptions } from "../step/grant.ts";

/** Work on an outside system, as data. */
export interface ExternalCall {
  /** The name of the resource, such as `demo`: for steps, errors and pages. */
  resource: string;
  /** The name of the step below the workflow, such as `demo_sql`: letters, digits and `_`. */
  op: string;
  /** The `file:` or `http(s):` URL of the module: `import.meta.resolve("./child/sqlite_read.ts")`. */
  module: string;
  /** The name of the exported function. It never runs in the conductor. */
  export: string;
  /**
   * Its arguments: JSON, dates and bigints; `{ $secret: "NAME" }` where a secret belongs (the function gets its value, and
   * nothing that is written holds it); artifacts and parameters where their values belong, at the top or inside of one
   * array or object.
   */
  args: unknown[];
  /** What its process may do, such as `{ net: ["db.example.com:5432"] }`. Paths are absolute. */
  permissions?: PermissionOptions;
  /** The time limit of one try. */
  timeout?: Duration;
  /** How often, or how, it is tried again. */
  retries?: number | RetryOptions;
  /** What is done, for people, such as the text of a query. No secrets. */
  description?: string;
}

/**
 * A read: `export(...args)` gives the rows, at once (`Row[]`) or bit by bit: an `AsyncIterable` or `Iterable` of arrays of
 * rows is written as it comes, never whole in memory. With the property `columns` (`TypedRows`) a table without rows keeps
 * its columns.
 */
export interface ReadCall extends ExternalCall {
  /** How long what was read counts at most. Unless given, it counts until the call changes (or a new run of the workflow). */
  freshFor?: Duration;
}

/**
 * A save: `export(artifact, run, ...args)`, started only when all computation is done and no check of severity `error`
 * failed. It returns what is to be kept about it as JSON, such as `{ rows: 120, table: "predictions" }`.
 */
export interface SaveCall extends ExternalCall {
  /** Where to, for people and for the same target twice in one run, which is refused: `demo: table "predictions"`. */
  target: string;
}

/** What a resource hands out to save to: `db.table("predictions", { mode: "replace" })`. */
export interface SaveTarget {
  /** Describes the save. Called once, when the artifact is told to be saved; throws a `TypeError` for wrong options. */
  saveCall(): SaveCall;
}

/** Which run saves: to make a save idempotent. */
export interface SavingRun {
  /** The name of the workflow. */
  workflow: string;
  /** The id of its run. The same run may save again, after a crash, and must not leave its rows twice. */
  run: string;
}

export type {
  ArtifactKind,
  ColumnKind,
  SavedArtifact,
  TableColumn,
  TableShape,
  TypedRows,
} from "./values/artifact_kind.ts";
