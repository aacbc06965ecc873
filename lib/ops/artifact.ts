/**
 * Artifacts as a conductor has them: results of calls that need not have run yet.
 * @module
 */
import type { SaveTarget, TableShape } from "./external.ts";
import type { Bounds, CheckSettings } from "./bounds.ts";
import type { Param } from "./param.ts";
import type { RunStatus } from "../base/record.ts";

/** How an artifact is had. */
export interface GetOptions {
  /** Values of parameters instead of their defaults. */
  params?: Record<string, unknown>;
  /** Cancels what runs. */
  signal?: AbortSignal;
}

/** The first part of a value. */
export interface Head<T> {
  /** The first rows of a table, the first items of a list, the first characters of a text; else the whole. */
  value: T;
  /** Whether there is more. */
  more: boolean;
  /** Rows and columns of a table. */
  table?: TableShape;
}

/** An artifact as one run left it. */
export interface ArtifactVersion<T> {
  /** The id of the step's run. */
  id: string;
  /** The name of the instance: the id of the workflow's run. */
  run: string;
  /** When its run ended. */
  at: string;
  /** How its step ended. */
  status: RunStatus;
  /** SHA-256 of its file; of several files together. */
  hash: string;
  /** Rows and columns of a table. */
  table?: TableShape;
  /** The value itself, when it is a number, a text or a yes or no. */
  scalar?: number | string | boolean;
  /** Reads the value. */
  get(): Promise<T>;
}

/** What every artifact has. */
export interface ArtifactMethods<T> {
  /** Runs what is needed, only that, and gives the value. Bounds and checks on this artifact are looked at too. */
  get(options?: GetOptions): Promise<T>;
  /** As `get`, but only the first `count` rows (or items, or characters) are read. */
  head(count?: number, options?: GetOptions): Promise<Head<T>>;
  /** What `get` would have to run, with the reasons; nothing runs. */
  why(options?: GetOptions): Promise<{ name: string; reasons: string[] }[]>;
  /**
   * All versions that are kept, the newest first; of another workflow than its own when its name is given. Nothing runs.
   */
  history(options?: { workflow?: string; runsDir?: string }): Promise<ArtifactVersion<T>[]>;
  /** Gives it a name: of its step, and of its history. With `renamedFrom`, the history under former names goes on. */
  named(name: string, options?: { renamedFrom?: string | string[] }): Artifact<T>;
  /** Adds a save, done when a workflow runs: after all else, and only if no check of severity `error` failed. */
  save(target: SaveTarget): Artifact<T>;
  /** Lets it have another type than in the run before. */
  allowTypeChange(): Artifact<T>;
  /**
   * Does not keep the value (of its call as a whole): when a run of a workflow has ended green its files are removed. The
   * record with its hashes, the report with its preview, and single numbers stay; who needs the value later runs it again.
   */
  ephemeral(): Artifact<T>;
  /** One of several outputs, also where it cannot be had by destructuring. */
  output<K extends keyof T & (string | number)>(key: K): Artifact<T[K]>;
  /** How long its operator took, in seconds, as a metric. */
  runtime(): Artifact<number>;
  /** How much memory the process of its operator had at most, in MB, as a metric. */
  memory(): Artifact<number>;
}

/** What a number has besides. */
export interface NumberMethods {
  /** Adds a check that it is within bounds, and gives the same artifact. */
  bound(bounds: Bounds & CheckSettings, settings?: CheckSettings): Artifact<number>;
}

/** The name of a column. */
export type Column<Row> = keyof Row & string;

/** What a table has besides: ready-made metrics, and checks that are added to it. */
export interface TableMethods<T, Row> {
  /** The number of rows. */
  rows(): Artifact<number>;
  /** How many values of a column (or of all) are null, missing or NaN. */
  missing(column?: Column<Row>): Artifact<number>;
  /** The smallest number of a column. */
  min(column: Column<Row>): Artifact<number>;
  /** The largest number of a column. */
  max(column: Column<Row>): Artifact<number>;
  /** The mean of a column. */
  mean(column: Column<Row>): Artifact<number>;
  /** The standard deviation of a column (of a sample: by n - 1). */
  std(column: Column<Row>): Artifact<number>;
  /** A quantile of a column, between neighbours by line: 0.5 is the median. */
  quantile(column: Column<Row>, q: number): Artifact<number>;
  /** Adds a check that no value of a column (or of columns together) is there twice. */
  unique(column: Column<Row> | Column<Row>[], settings?: CheckSettings): Artifact<T>;
  /** Adds a check that no value of a column is null, missing or NaN. */
  notNull(column: Column<Row>, settings?: CheckSettings): Artifact<T>;
  /** Adds a check that the numbers of a column are in a range; what is missing is passed over. */
  between(column: Column<Row>, lower: number, upper: number, settings?: CheckSettings): Artifact<T>;
  /** Adds a check that the values of a column are some of these; what is missing is passed over. */
  inSet(
    column: Column<Row>,
    values: readonly (string | number | bigint | boolean | null)[],
    settings?: CheckSettings,
  ): Artifact<T>;
  /** Adds a check that the texts of a column match a pattern; what is missing is passed over. */
  matches(column: Column<Row>, pattern: RegExp, settings?: CheckSettings): Artifact<T>;
}

/** Whether a type is `any`. */
export type IsAny<T> = 0 extends 1 & T ? true : false;
/** A row whose columns are not known. */
// deno-lint-ignore no-explicit-any
export type AnyRow = Record<string, any>;
/** The rows of a table: of a list of objects, or of an object of arrays. */
export type RowOf<T> = T extends readonly (infer Row)[] ? Row extends AnyRow ? Row : never
  : T extends Record<string, ArrayLike<unknown>> ? T
  : T extends { readonly numRows: number; readonly schema: unknown } ? AnyRow
  : never;
/** What is no table and no class of its own: an object or a tuple with several outputs. */
export type IsParts<T> = T extends readonly unknown[] ? number extends T["length"] ? false : true
  : T extends ArrayBufferView | Date | ((...args: never[]) => unknown) | Map<unknown, unknown> | Set<unknown> ? false
  : T extends object ? true
  : false;
/** The outputs of a call that gives several. One with the name of a method can be called as that all the same. */
export type PartsOf<T> =
  & { readonly [K in keyof T]: Artifact<T[K]> }
  & (T extends readonly unknown[] ? TupleOf<T> : unknown);
/** What makes destructuring of a tuple of outputs possible. */
export type TupleOf<T extends readonly unknown[]> = Iterable<Artifact<T[number]>>;

/**
 * The result of a call that need not have run: `get` runs what is needed. Give it to other operators wherever a value of
 * its type belongs. A number has `bound`, a table has metrics and checks, an object or tuple has its parts, by
 * destructuring.
 */
export type Artifact<T> =
  & ArtifactMethods<T>
  & (IsAny<T> extends true ? NumberMethods & TableMethods<T, AnyRow>
    :
      & ([T] extends [number] ? NumberMethods : unknown)
      & ([RowOf<T>] extends [never] ? unknown : TableMethods<T, RowOf<T>>)
      & ([IsParts<T>] extends [true] ? PartsOf<T> : unknown));

/** Where a value belongs, an artifact or a parameter of its type may stand; also inside of one list or object. */
export type Liftable<T> =
  | T
  | Artifact<T>
  | Param<T>
  | (T extends readonly unknown[] ? { [I in keyof T]: T[I] | Artifact<T[I]> | Param<T[I]> }
    : T extends ((...args: never[]) => unknown) | ArrayBufferView | Date ? never
    : T extends object ? { [K in keyof T]: T[K] | Artifact<T[K]> | Param<T[K]> }
    : never);

/** What a function's result becomes: promises are waited for, rows that come bit by bit are a table. */
export type Result<R> = Awaited<R> extends infer T
  ? T extends AsyncIterable<infer Item> | Generator<infer Item> ? Item extends readonly (infer Row)[] ? Row[] : Item[]
  : T
  : never;
