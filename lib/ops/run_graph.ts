/**
 * Runs calls of a graph: each when all that it needs is done, no more at a time than there is room for. A call that fails
 * holds up those that need it, and no others.
 * @module
 */
import { messageOf } from "../base/error.ts";
import type { Run } from "../step/run.ts";
import { Slots } from "../batch/slots.ts";
import { needsOf, orderCalls } from "./graph_rules.ts";
import { type CallResult, runCall, type RunContext } from "./run_call.ts";

/** How a call ended. */
export interface CallOutcome {
  id: string;
  status: "succeeded" | "warned" | "failed" | "blocked";
  /** Whether an earlier run was reused. */
  cached: boolean;
  run?: Run;
  error?: unknown;
  /** Of a blocked call: the call that failed. */
  blockedBy?: string;
}

/** What became of the calls, in the order in which they could run. */
export interface GraphOutcome {
  outcomes: Map<string, CallOutcome>;
  results: Map<string, CallResult>;
}

/** Runs calls with all that they need. Never throws for what a call does. */
export async function runCalls(
  context: RunContext,
  targets: Iterable<string>,
  concurrency = navigator.hardwareConcurrency,
  before: GraphOutcome = { outcomes: new Map(), results: new Map() },
): Promise<GraphOutcome> {
  const { graph } = context;
  const { outcomes, results } = before;
  const order = orderCalls(graph, targets).filter((id) => !outcomes.has(id));
  const slots = new Slots(concurrency);
  const underway = new Map<string, Promise<void>>();
  for (const id of order) underway.set(id, run(id));
  await Promise.all(underway.values());
  return { outcomes, results };

  async function run(id: string): Promise<void> {
    const call = graph.calls.get(id)!;
    const needs = needsOf(graph, call);
    await Promise.all(needs.map((need) => underway.get(need)));
    const broken = needs.map((need) => outcomes.get(need)!).find(({ status }) =>
      status === "failed" || status === "blocked"
    );
    if (broken) {
      const blockedBy = broken.blockedBy ?? broken.id;
      outcomes.set(id, { id, status: "blocked", cached: false, blockedBy });
      return;
    }
    outcomes.set(id, await inSlot(id));
  }

  async function inSlot(id: string): Promise<CallOutcome> {
    await slots.take();
    let taken = true;
    // What a run writes when its process has ended needs no place for a process.
    const give = () => {
      if (taken) slots.give();
      taken = false;
    };
    try {
      context.signal?.throwIfAborted();
      const result = await runCall(context, graph.calls.get(id)!, results, give);
      results.set(id, result);
      const { status, cached } = result.run;
      return { id, status: status === "warned" ? "warned" : "succeeded", cached, run: result.run };
    } catch (error) {
      const { run } = (typeof error === "object" && error !== null ? error : {}) as { run?: Run };
      return { id, status: "failed", cached: false, error, ...(run ? { run } : {}) };
    } finally {
      give();
    }
  }
}

/** The error of the first call that failed, if one did. */
export function maybeFailure({ outcomes }: GraphOutcome, ids?: ReadonlySet<string>): unknown {
  for (const { id, status, error, blockedBy } of outcomes.values()) {
    if (ids && !ids.has(id)) continue;
    if (status === "failed") return error ?? new Error(messageOf(error));
    if (status === "blocked" && blockedBy) return outcomes.get(blockedBy)?.error;
  }
  return undefined;
}
