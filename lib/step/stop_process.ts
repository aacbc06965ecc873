/**
 * Ends a flow's process from outside: asks it first, kills it when it does not listen.
 * @module
 */
import type { Execution } from "../executor/executor.ts";

/** When a process is to end. */
export interface StopOptions {
  /** Milliseconds until the flow is asked to stop; undefined means no limit. */
  timeoutMs?: number;
  /** Milliseconds between asking and killing. */
  graceMs: number;
  /** Asks the flow to stop, kills it after the grace. */
  signal: AbortSignal;
  /** Kills it at once. */
  killSignal: AbortSignal;
}

/** Why a process was stopped, with a phrase such as `SIGINT` or a reason's message. */
export interface Stopped {
  status: "timed-out" | "cancelled";
  why: string;
  killed: boolean;
}

/** A timer with more milliseconds than this fires at once. */
const longestTimer = 2 ** 31 - 1;

/** Stops the process when its time is up or a signal says so. */
export function stopWhenAsked(process: Execution, { timeoutMs, graceMs, signal, killSignal }: StopOptions) {
  let stopped: Stopped | undefined;
  let kill: ReturnType<typeof setTimeout> | undefined;
  const stop = (status: "timed-out" | "cancelled", why: string) => {
    if (stopped) return;
    stopped = { status, why, killed: false };
    process.kill("SIGTERM");
    kill = setTimeout(killNow, Math.min(graceMs, longestTimer));
  };
  const killNow = () => {
    if (stopped) stopped.killed = true;
    process.kill("SIGKILL");
  };
  const onAbort = () => stop("cancelled", reasonText(signal.reason));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (ms: number) => {
    const part = Math.min(ms, longestTimer);
    timer = setTimeout(() => part < ms ? arm(ms - part) : stop("timed-out", ""), part);
  };
  if (timeoutMs !== undefined) arm(timeoutMs);
  if (signal.aborted) onAbort();
  if (killSignal.aborted) killNow();
  signal.addEventListener("abort", onAbort, { once: true });
  killSignal.addEventListener("abort", killNow, { once: true });
  return {
    stopped: () => stopped,
    /** The flow may hear of a signal before the conductor does; then it was cancelled as well. */
    async orLater() {
      if (!stopped) await within(new Promise((heard) => signal.addEventListener("abort", heard, { once: true })), 200);
    },
    end() {
      clearTimeout(timer);
      clearTimeout(kill);
      signal.removeEventListener("abort", onAbort);
      killSignal.removeEventListener("abort", killNow);
    },
  };
}

function reasonText(reason: unknown): string {
  if (reason instanceof DOMException && reason.name === "AbortError") return "";
  return reason instanceof Error ? reason.message : String(reason ?? "");
}

/** Whether work ends in time. What it throws is thrown. */
export async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), ms));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
