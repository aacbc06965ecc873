/**
 * The scheduler: looks at all workflows again and again, makes runs of ticks that have come, and runs what waits. All that
 * it knows is on disk, so that it can be killed at any time and several of them can share one folder.
 * @module
 */
import { explainDiskError } from "../../base/disk_error.ts";
import { messageOf } from "../../base/error.ts";
import { type HeldLock, maybeLock } from "../../base/lock.ts";
import { sleep } from "../../base/sleep.ts";
import { processEffects } from "../notify/notify.ts";
import { type ExecuteOptions, executeTicket, type Execution } from "../run/execute_ticket.ts";
import { followUp, type FollowUpEffects, isSettled } from "../run/follow_up.ts";
import { readSettings } from "../settings.ts";
import { maybeTicket, ticketIds } from "../ticket.ts";
import { workflowNames, type WorkflowPaths, workflowPaths } from "../workflow_paths.ts";
import { becomeDue } from "./become_due.ts";
import { presenceLock } from "./presence.ts";

/** What a scheduler tells. */
export type SchedulerEvent =
  | { t: "due"; workflow: string; run: string }
  | { t: "passed"; workflow: string; why: "missed" | "overlap" | "paused" }
  | { t: "started"; workflow: string; run: string }
  | { t: "left"; workflow: string; run: string }
  | { t: "ended"; workflow: string; run: string; status: string; statusText: string }
  | { t: "problem"; workflow: string; problem: string };

/** How a scheduler works. */
export interface SchedulerOptions {
  /** The folder of all runs, absolute. */
  runsDir: string;
  /** Runs at a time, over all workflows. */
  concurrency: number;
  onEvent?: (event: SchedulerEvent) => void;
  /** The clock. */
  now?: () => number;
  /** Carries a run out. */
  execute?: (paths: WorkflowPaths, id: string, options: ExecuteOptions) => Promise<Execution>;
  /** What following up needs from outside. */
  effects?: FollowUpEffects;
}

const lookEveryMs = 1000;

/** One scheduler of a folder of runs. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #now: () => number;
  readonly #running = new Map<string, Promise<void>>();
  /** What is told and removed after runs; it takes no place from runs. */
  readonly #following = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  /** Ends of runs that all was done for; they are not looked at again. */
  readonly #settled = new Set<string>();
  /** Ends the pause between two looks. */
  #wake?: AbortController;
  #presence?: HeldLock;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Works until the signal says stop; what runs then is cancelled, and taken up again by the next scheduler. */
  async serve(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#stop.abort(signal.reason), { once: true });
    while (!signal.aborted) {
      await this.look();
      this.#wake = new AbortController();
      const pause = AbortSignal.any([signal, this.#wake.signal]);
      await sleep(lookEveryMs - this.#now() % lookEveryMs, pause).catch(() => {});
    }
    await this.idle();
    this.#presence?.release();
  }

  /** Makes runs of what is due, runs what waits, and ends when nothing is left that could begin. */
  async serveOnce(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#stop.abort(signal.reason), { once: true });
    do {
      await this.look();
      if (this.#running.size + this.#following.size === 0) break;
      await Promise.race([...this.#running.values(), ...this.#following.values()]);
    } while (!signal.aborted);
    await this.idle();
    this.#presence?.release();
  }

  /** Looks once at everything, and starts what can be started. */
  async look(): Promise<void> {
    await this.#showPresence();
    for (const name of workflowNames(this.#options)) {
      if (this.#stop.signal.aborted) return;
      try {
        await this.#lookAt(workflowPaths(name, this.#options));
      } catch (error) {
        // One workflow that cannot be read must not stop the others.
        this.#tell({ t: "problem", workflow: name, problem: messageOf(explainDiskError(error, `look at "${name}"`)) });
      }
    }
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    const open = () => [...this.#running.values(), ...this.#following.values()];
    while (open().length > 0) await Promise.all(open());
  }

  async #lookAt(paths: WorkflowPaths): Promise<void> {
    const workflow = paths.name;
    const { created, passed } = await becomeDue(paths, this.#now());
    if (created) this.#tell({ t: "due", workflow, run: created });
    if (passed) this.#tell({ t: "passed", workflow, why: passed });
    const isOneByOne = readSettings(paths).effective.overlap !== "allow";
    for (const run of ticketIds(paths)) {
      const key = `${workflow}/${run}`;
      if ([this.#settled, this.#running, this.#following].some((known) => known.has(key))) continue;
      const state = maybeTicket(paths, run);
      if (!state) continue;
      if (state.end && isSettled(state)) this.#settled.add(key);
      else if (state.end) this.#begin(this.#following, key, () => this.#followUp(paths, run));
      else if (state.cancel || this.#hasRoom(workflow, isOneByOne)) {
        this.#begin(this.#running, key, () => this.#execute(paths, run));
      }
    }
  }

  #hasRoom(workflow: string, isOneByOne: boolean): boolean {
    if (this.#running.size >= this.#options.concurrency) return false;
    return !isOneByOne || ![...this.#running.keys()].some((key) => key.startsWith(`${workflow}/`));
  }

  #begin(where: Map<string, Promise<void>>, key: string, work: () => Promise<void>): void {
    const [workflow] = key.split("/");
    const under = work()
      .catch((error) => this.#tell({ t: "problem", workflow, problem: messageOf(error) }))
      .finally(() => {
        where.delete(key);
        // Another one may wait for its place.
        if (where === this.#running) this.#wake?.abort();
      });
    where.set(key, under);
  }

  async #execute(paths: WorkflowPaths, run: string): Promise<void> {
    const { execute = executeTicket } = this.#options;
    const workflow = paths.name;
    const execution = await execute(paths, run, {
      signal: this.#stop.signal,
      wait: false,
      onSignal: "leave",
      now: this.#now,
      onEvent: (event) => event.t === "running" && this.#tell({ t: "started", workflow, run }),
    });
    if (!execution.taken) return;
    if (execution.left) return this.#tell({ t: "left", workflow, run });
    const { status, statusText } = execution.end;
    if (execution.isNew) this.#tell({ t: "ended", workflow, run, status, statusText });
    this.#begin(this.#following, `${workflow}/${run}`, () => this.#followUp(paths, run));
  }

  async #followUp(paths: WorkflowPaths, run: string): Promise<void> {
    const effects = this.#options.effects ?? { ...processEffects(), now: this.#now };
    await followUp(paths, run, effects);
  }

  /** Lets others see that there is a scheduler; when several are, one of them is enough to be seen. */
  async #showPresence(): Promise<void> {
    this.#presence ??= await maybeLock(presenceLock(this.#options.runsDir), "scheduler");
  }

  #tell(event: SchedulerEvent): void {
    this.#options.onEvent?.(event);
  }
}
