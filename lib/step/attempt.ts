/**
 * One try of a run: starts the flow's process, listens to it, and stops it when time is up or nobody wants it any more.
 * @module
 */
import { emptyIfThere } from "../base/maybe_file.ts";
import { fromFileUrl } from "../deps/path.ts";
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
import type { Secrets } from "./secrets.ts";
import { type StopOptions, type Stopped, stopWhenAsked, within } from "./stop_process.ts";

/** What an attempt needs to know. */
export interface AttemptOptions extends StopOptions {
  id: string;
  paths: InstancePaths;
  build: Build;
  bound: BoundConfig;
  grant: Grant;
  executor: Executor;
  onEvent?: (event: RunEvent) => void;
  /** Handed to the flow, and kept out of all that it says. */
  secrets?: Secrets;
}

/** How an attempt went. */
export interface Attempt {
  startedAt: Date;
  durationMs: number;
  exit: ProcessExit;
  /** Why it was stopped from here, if it was. */
  stopped?: Stopped;
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
    ...memoryFlags(build),
    ...(build.conductor ? [`--preload=${build.conductor.preload}`] : []),
    build.main,
  ];
  const orders = hostOrders(options);
  const log = openEventLog(paths.events);
  try {
    log.append({ t: "start", id: options.id, at: new Date().toISOString(), build: build.folder });
    log.flush();
    // Deno writes it anew, but only once there is something to write. It must not be made here: what is written to a file
    // that was there and empty, ext4 puts on the disk at once.
    emptyIfThere(paths.audit);
    // A conductor reads whatever its flows do; what they read is traced in their own records.
    const audit: Record<string, string> = build.conductor ? {} : { DENO_AUDIT_PERMISSIONS: paths.audit };
    const env = { ...await childEnvironment(grant), ...audit };
    const startedAt = new Date();
    const began = performance.now();
    const input = JSON.stringify(orders);
    const order = { args, env, cwd: paths.dir, input, mayHaveChildren: mayHaveChildren(grant) };
    const process = await options.executor.start(order);
    const heard = await listen(process, orders.nonce, log, options);
    const durationMs = Math.round((performance.now() - began) * 1000) / 1000;
    return { startedAt, durationMs, ...heard, command: ["deno", ...process.args ?? args] };
  } finally {
    log.close();
  }
}

/** V8 ends a process whose values need more. */
function memoryFlags({ flow: { header: { memoryBytes } } }: Build): string[] {
  return memoryBytes === undefined ? [] : [`--v8-flags=--max-old-space-size=${Math.floor(memoryBytes / 2 ** 20)}`];
}

function hostOrders({ paths, build, bound, secrets }: AttemptOptions): HostOrders {
  const { values, globals } = secrets ? secrets.fill({ values: bound.values, globals: bound.globals }) : bound;
  return {
    nonce: crypto.randomUUID().replaceAll("-", ""),
    values,
    globals,
    flowUrl: build.flow.url,
    ...(build.flow.url.startsWith("file:") ? { flowPath: fromFileUrl(build.flow.url) } : {}),
    buildUrl: build.copyUrl,
    buildPath: fromFileUrl(build.copyUrl),
    edits: build.edits,
    run: { step: paths.step, instance: paths.instance, dir: paths.dir },
    ...(build.conductor ? { conductor: build.conductor.orders } : {}),
  };
}

async function listen(process: Execution, nonce: string, log: EventLog, options: AttemptOptions) {
  const capture = new Capture(options.build.flow);
  const sizes = { stdoutBytes: 0, stderrBytes: 0 };
  let logError: unknown;
  const reader = (name: "stdout" | "stderr") => {
    const sink = sinkFor(name);
    const splitter = frameSplitter(nonce, options.secrets?.redactSink(sink) ?? sink);
    return listenTo(process[name], splitter, flushLog);
  };
  const streams = [reader("stdout"), reader("stderr")];
  const stop = stopWhenAsked(process, options);
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
