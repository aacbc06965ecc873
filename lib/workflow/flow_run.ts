/**
 * A run of a workflow, as the API gives it.
 * @module
 */
import type { JsonObject } from "../base/json.ts";
import type { StepRecord } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import type { TriggerOptions } from "./trigger_flow.ts";
import type { FlowRunStatus, Trigger } from "./ticket.ts";

/** How a run is resumed: `run: false` leaves it to the scheduler. */
export type ResumeOptions = Pick<TriggerOptions, "signal" | "run" | "onEvent">;

/** A run of a workflow: asked for, waiting, running or ended. */
export interface FlowRun {
  /** The name of the workflow. */
  workflow: string;
  /** Its id, which is its instance too: the run folder is `runs/{workflow}/{id}`. */
  id: string;
  /** The version that it runs. */
  version: number;
  /** The values of its parameters. */
  params: JsonObject;
  /** Why there is a run. */
  trigger: Trigger;
  /** How it stands. */
  status: FlowRunStatus;
  /** How it stands, as a sentence. */
  statusText: string;
  /** When it was asked for, ISO 8601. */
  requestedAt: string;
  /** The tick that it stands for. */
  scheduledFor?: string;
  /** Ticks before that one that nobody was there for. */
  missed?: number;
  /** The run that it follows. */
  upstream?: { workflow: string; run: string };
  /** Present when it is pinned. */
  pinned?: true;
  /** When it began, the last time. */
  startedAt?: string;
  /** When it ended. */
  endedAt?: string;
  /** How long it took, in milliseconds. */
  durationMs?: number;
  /** Its metrics, and those of its steps, by name. */
  metrics: { [name: string]: number };
  /** The steps of a conductor, in the order in which they ended. */
  steps(): StepRecord[];
  /** The instance, with record, report and artifacts; throws before the run began. */
  run(): Promise<Run>;
  /** Asks it to end; resolves at once. False when it had ended or been asked before. */
  cancel(reason?: string): Promise<boolean>;
  /** Runs it again with the same version and parameters; steps that succeeded are reused. */
  resume(options?: ResumeOptions): Promise<FlowRun>;
  /** Pins it: `keep` never removes it. False when it was pinned already. */
  pin(): Promise<boolean>;
  /** Takes the pin away. False when there was none. */
  unpin(): Promise<boolean>;
  /** Removes it with all it left. Throws an error of code `locked` while it runs. */
  delete(): Promise<void>;
}
