/**
 * What a conductor may say about a step, and what it is told while the step runs.
 * @module
 */
import type { Duration } from "../base/duration.ts";
import type { LockHolder } from "../base/lock.ts";
import type { Executor } from "../executor/executor.ts";
import type { Cell } from "../notebook/flow.ts";
import type { RunEvent } from "./event_log.ts";
import type { PermissionOptions } from "./grant.ts";

/** When a failed run is tried again. */
export interface RetryOptions {
  /** Tries after the first. */
  max: number;
  /** The pause before the second try; it doubles each time. Default `"1s"`. */
  backoff?: Duration;
  /** The longest pause. Default `"30s"`. */
  maxBackoff?: Duration;
}

/** Where the values of secrets come from. */
export type SecretSource =
  | { [name: string]: string }
  | ((name: string) => string | undefined | Promise<string | undefined>);

/** Options of one step. */
export interface StepOptions {
  /** The name of the step; the flow's file name without its ending unless given. */
  step?: string;
  /** The folder of all runs. Default `"runs"`. */
  runsDir?: string;
  /**
   * `"auto"` (default) reuses a run that would come out the same, `"existing"` any run that succeeded, `"off"` none.
   */
  cache?: "auto" | "existing" | "off";
  /** Whether a change of comments or formatting in the code makes a run stale too. Default false. */
  strict?: boolean;
  /** The conductor's word on the permissions that the flow's header requests; it wins. Paths from the current folder. */
  permissions?: PermissionOptions;
  /** The time limit of one try; the header's `timeout` unless given. */
  timeout?: Duration;
  /** How long a flow that is asked to stop may take before it is killed. Default `"5s"`. */
  grace?: Duration;
  /** How often, or how, a failed run is tried again; the header's `retries` unless given. */
  retries?: number | RetryOptions;
  /** How many earlier runs of the instance are kept. Default 3. */
  keep?: number;
  /** False gives up with an error of code `locked` when another conductor runs the instance. Default: wait for it. */
  wait?: boolean;
  /**
   * Where the values of secrets come from that the config names with `{ $secret: "NAME" }`: an object, or a function
   * that is asked for each. The conductor's environment unless given. Values reach the flow and nothing else.
   */
  secrets?: SecretSource;
  /** Cancels the run. */
  signal?: AbortSignal;
  /** Where it runs; this machine unless given. */
  executor?: Executor;
  /**
   * False leaves the code out of `report.html`, true puts it in, also where an earlier run is reused. Notebook and record
   * always have it. Unless given, a new report has the code, and that of a reused run stays as it is.
   */
  reportCode?: boolean;
  /**
   * True when the values of the config are text, as from a command line or a CSV file, to be converted by type; or the
   * keys whose values are text, such as `maxDistance` or `model.seed`.
   */
  textConfig?: boolean | string[];
  /** Told what happens while it happens. */
  onEvent?: (event: StepEvent) => void;
}

/** What a watcher needs to know of a cell. */
export type CellOutline = Pick<Cell, "index" | "type" | "title" | "line">;

/** What `onEvent` is told. */
export type StepEvent =
  | RunEvent
  /** Somebody else runs the instance. */
  | { t: "waiting"; holder?: LockHolder }
  /** It starts to run, with one line a reason. */
  | { t: "running"; step: string; instance: string; cells: CellOutline[]; reasons: string[] }
  /** A try failed and another one follows after `delayMs`. */
  | { t: "retrying"; attempt: number; delayMs: number; statusText: string };

/** Defaults of `StepOptions`. */
export const stepDefaults = {
  runsDir: "runs",
  cache: "auto",
  grace: "5s",
  retries: 0,
  keep: 3,
} satisfies Partial<StepOptions>;
