/**
 * One try of a run: starts the flow's process, listens to it, and stops it when time is up or nobody wants it any more.
 * @module
 */
import { fromFileUrl } from "../deps/path.ts";
import { emptyIfThere } from "../base/maybe_file.ts";
import type { Execution, Executor, ProcessExit } from "../executor/executor.ts";
import { frameSplitter } from "../executor/frames.ts";
import type { BoundConfig } from "./bind_config.ts";
import type { Build } from "./build.ts";
import { Capture, type Captured } from "./capture.ts";
import { linkedModules } from "./code_graph.ts";
import { childEnvironment } from "./child_environment.ts";
import { type EventLog, isRunEvent, openEventLog, type RunEvent } from "./event_log.ts";
import { type Grant, grantFlags, mayHaveChildren } from "./grant.ts";
import type { HostOrders } from "./host/main.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { projectFlags } from "./project.ts";

/** What an attempt needs to know. */
export interface AttemptOptions {
  id: string;
  paths: InstancePaths;
  build: Build;
  bound: BoundConfig;
  grant: Grant;
  executor: Executor;
  /** Milliseconds until the flow is asked to stop; undefined means no limit. */
  timeoutMs?: number;
  /** Milliseconds between asking and killing. */
  graceMs: number;
  /** Asks the flow to stop, kills it after the grace. */
  signal: AbortSignal;
  /** Kills it at once. */
  killSignal: AbortSignal;
  onEvent?: (event: RunEvent) => void;
}

/** How an attempt went. */
export interface Attempt {
  startedAt: Date;
  durationMs: number;
  exit: ProcessExit;
  /** Why it was stopped from here, if it was, as a status and a phrase such as `SIGINT` or a reason's message. */
  stopped?: { status: "timed-out" | "cancelled"; why: string; killed: boolean };
  capture: Capture;
  captured: Captured;
  stdoutBytes: number;
  stderrBytes: number;
  pipeHeld: boolean;
  /** Why the event log is not whole, if it is not. */
  logError?: unknown;
  command: string[];
}

const drainMs = 2000;
const readSize = 64 * 1024;
/** What a terminal sends to all that runs in it, a conductor and its flows alike. */
const fromTerminal = new Set(["SIGINT", "SIGHUP"]);
/** A timer with more milliseconds than this fires at once. */
const longestTimer = 2 ** 31 - 1;

/** Runs the flow once. Never throws for what the flow does. */
export async function runAttempt(options: AttemptOptions): Promise<Attempt> {
  const { paths, build, grant } = options;
  const locked = build.project.lockFile ? ["--frozen"] : [];
  const args = [
    "run",
    "--quiet",
    ...locked,
    ...grantFlags(grant, linkedModules(build.graph)),
    ...projectFlags(build.project),
    build.main,
  ];
  const orders = hostOrders(options);
  const log = openEventLog(paths.events);
  try {
    log.append({ t: "start", id: options.id, at: new Date().toISOString(), build: build.folder });
    log.flush();
    // Deno writes it anew, but only once there is something to write.
    emptyIfThere(paths.audit);
    const env = { ...await childEnvironment(grant), DENO_AUDIT_PERMISSIONS: paths.audit };
    const startedAt = new Date();
    const began = performance.now();
    const input = JSON.stringify(orders);
    const order = { args, env, cwd: paths.dir, input, mayHaveChildren: mayHaveChildren(grant) };
    const process = await options.executor.start(order);
    const heard = await listen(process, orders.nonce, log, options);
    const durationMs = Math.round((performance.now() - began) * 1000) / 1000;
    return { startedAt, durationMs, ...heard, command: ["deno", ...args] };
  } finally {
    log.close();
  }
}

function hostOrders({ paths, build, bound }: AttemptOptions): HostOrders {
  return {
    nonce: crypto.randomUUID().replaceAll("-", ""),
    values: bound.values,
    globals: bound.globals,
    flowUrl: build.flow.url,
    ...(build.flow.url.startsWith("file:") ? { flowPath: fromFileUrl(build.flow.url) } : {}),
    buildUrl: build.copyUrl,
    buildPath: fromFileUrl(build.copyUrl),
    edits: build.edits,
    run: { step: paths.step, instance: paths.instance, dir: paths.dir },
  };
}

async function listen(process: Execution, nonce: string, log: EventLog, options: AttemptOptions) {
  const capture = new Capture(options.build.flow);
  const sizes = { stdoutBytes: 0, stderrBytes: 0 };
  let logError: unknown;
  const reader = (name: "stdout" | "stderr") => listenTo(process[name], frameSplitter(nonce, sinkFor(name)), flushLog);
  const streams = [reader("stdout"), reader("stderr")];
  const stop = stopper(process, options);
  const drained = Promise.all(streams.map((stream) => stream.ended));
  // A flow that nobody listens to any more would wait for ever; the error itself is thrown where this is awaited.
  drained.catch(() => {
    process.kill("SIGKILL");
    streams.forEach((stream) => stream.cancel());
  });
  try {
    const exit = await process.exited;
    if (fromTerminal.has(exit.signal ?? "")) await stop.orLater();
    // What a flow leaves behind ends with it.
    if (mayHaveChildren(options.grant)) process.kill("SIGKILL");
    const pipeHeld = !await within(drained, drainMs);
    if (pipeHeld) streams.forEach((stream) => stream.cancel());
    const captured = capture.finish();
    return { exit, stopped: stop.stopped(), capture, captured, ...sizes, pipeHeld, logError };
  } finally {
    stop.end();
    process.release();
  }

  function sinkFor(name: "stdout" | "stderr") {
    const decoder = new TextDecoder();
    return {
      text(bytes: Uint8Array) {
        sizes[`${name}Bytes`] += bytes.length;
        const { cell, head } = capture.text(name, bytes);
        if (head.length === 0) return;
        note({ t: "text", name, cell, text: decoder.decode(head, { stream: true }) });
      },
      message(message: { t: string; [key: string]: unknown }) {
        if (name === "stderr") {
          if (message.t === "cell") capture.stderrCell(message.cell as number);
          return;
        }
        if (!isRunEvent(message)) return;
        capture.event(message);
        note(message);
      },
    };
  }

  function note(event: RunEvent): void {
    if (logError === undefined) log.append(event);
    options.onEvent?.(event);
  }

  /** After each piece that was read, so that a conductor that dies has lost nothing that it had heard. */
  function flushLog(): void {
    try {
      if (logError === undefined) log.flush();
    } catch (error) {
      // The flow goes on, but a run whose disk was full is not taken for a good one.
      logError = error;
    }
  }
}

/** Stops the process when its time is up or a signal says so. */
function stopper(process: Execution, { timeoutMs, graceMs, signal, killSignal }: AttemptOptions) {
  let stopped: Attempt["stopped"];
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

/** One buffer for all that is read: what a fast flow says would otherwise be garbage faster than it is collected. */
function listenTo(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  splitter: ReturnType<typeof frameSplitter>,
  afterPiece: () => void,
) {
  const reader = stream.getReader({ mode: "byob" });
  const read = async () => {
    let buffer = new Uint8Array(readSize);
    for (;;) {
      const { done, value } = await reader.read(buffer);
      if (done || !value) break;
      splitter.push(value);
      afterPiece();
      buffer = new Uint8Array(value.buffer);
    }
    splitter.end();
    afterPiece();
  };
  return { ended: read(), cancel: () => void reader.cancel().catch(() => {}) };
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), ms));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
