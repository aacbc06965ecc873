/**
 * The toolkit's side of a flow's process. It is loaded before the flow, in one text with its other parts
 * (`read_host.ts` joins them) that imports nothing. It reads its orders from stdin, answers in frames on stdout and
 * stderr, and gives the flow the globals that instrumented code and `lib/flow.ts` look for.
 *
 * A frame is `0x1E nonce flag payload 0x1E` in at most 4096 bytes, which a pipe never tears: flag `+` when the next
 * frame goes on, `.` at the end; the payload is JSON, which holds no raw `0x1E`. The nonce is known only here and in
 * the conductor, so nothing that a flow prints can be taken for a frame.
 * @module
 */
import { type Bundle, bundleOf, notShown, rowsBundle, toJson } from "./display.ts";
import { describeError, mapStackTraces, type StackMap } from "./errors.ts";
import { instrumentation, revive } from "./instrumentation.ts";
import { kernelApi } from "./kernel.ts";

/** What the conductor tells the process, as JSON on stdin. */
export interface HostOrders extends StackMap {
  /** Marks the frames of this run. */
  nonce: string;
  /** Values of declared parameters that the config sets, by name. */
  values: Record<string, unknown>;
  /** Globals to define, by name. */
  globals: Record<string, unknown>;
  /** The path of the flow file, unless it is from the web. */
  flowPath?: string;
  run: { step: string; instance: string; dir: string };
  /** For a published conductor: the folder it runs in, and what it is told about its run. */
  conductor?: { cwd: string; context: ConductorContext };
}

/** What of it is looked at here. */
interface ConductorContext {
  workflow: string;
  call?: boolean;
  reached?: boolean;
}

/** The folder of all runs as a flow writes it, from its run folder. */
const runsFromHere = "../..";
const frameLimit = 4096;
const outputLimit = 16 * 1024 * 1024;
/** How long a flow that failed waits for what it was about to show. */
const settleMs = 1000;
// What a frame is made with is taken before the flow runs: a library that patches JSON, say, must not tear the frames,
// and nothing that a flow can replace is ever handed the nonce.
const method = <A extends unknown[], R>(fn: (...args: A) => R): (self: unknown, ...args: A) => R =>
  Function.prototype.call.bind(fn) as (self: unknown, ...args: A) => R;
const encode = method(TextEncoder.prototype.encode);
const subarray = method(Uint8Array.prototype.subarray);
const setBytes = method(Uint8Array.prototype.set);
const { stringify } = JSON;
const Bytes = Uint8Array;
const encoder = new TextEncoder();
const writeOut = Deno.stdout.writeSync.bind(Deno.stdout);
const writeErr = Deno.stderr.writeSync.bind(Deno.stderr);
const now = performance.now.bind(performance);
const memory = Deno.memoryUsage;
const exit = Deno.exit;

const orders = readOrders();
const { nonce, ...visible } = orders;
const [inner, last] = ["+", "."].map((flag) => encode(encoder, `\x1e${nonce}${flag}`));
/** Values that take time to show themselves. */
const pending = new Set<Promise<void>>();
let started = false;
let failed = false;
/** The cell that runs, or -1 before the first. */
let currentCell = -1;

/** Runs the flow: called by the generated main module with a function that imports the instrumented copy. */
export async function runFlow(importFlow: () => Promise<unknown>): Promise<void> {
  // Only the main module's call counts: a flow that imports this module cannot report an end that it did not reach.
  if (started) throw new TypeError("The flow runs already");
  started = true;
  try {
    await importFlow();
    await settlePending();
    send({ t: "done", ms: now(), rss: residentMemory() });
  } catch (error) {
    send({ t: "error", error: describeError(error), ms: now(), rss: residentMemory() });
    // The error is told first: nothing that goes wrong from here on can take its place.
    failed = true;
    // (Only to name `setTimeout` costs 5 ms: Deno loads its timers on first sight.)
    if (pending.size > 0) await Promise.race([settlePending(), new Promise((late) => setTimeout(late, settleMs))]);
    // What the flow left running must not keep a failed process alive.
    exit(1);
  }
}

/** Makes the process that of a published conductor: called by the module that is loaded before the conductor. */
export function startConductor(): void {
  const { cwd, context } = visible.conductor!;
  Object.defineProperty(globalThis, Symbol.for("ductaflow.workflow"), { value: context });
  Deno.chdir(cwd);
  currentCell = 0;
  markCell(0);
  // Also when it calls `Deno.exit`, but not when an error ends it.
  addEventListener("unload", () => {
    const end = { ms: now(), rss: residentMemory() };
    // A script that passed the work by must not look as if it had done it.
    if (context.call && !context.reached) send({ t: "error", error: describeError(neverReached(context)), ...end });
    else send({ t: "done", ...end });
  });
}

function neverReached({ workflow }: ConductorContext): Error {
  const message =
    `The script ended without a call of publishFlow("${workflow}"): when a workflow runs, its script is ` +
    "started again, without arguments, and does its work in that call";
  const error = new Error(message);
  error.name = "NothingRan";
  error.stack = `${error.name}: ${message}`;
  return error;
}

installGlobals();
mapStackTraces(visible);
listenForLateErrors();

function readOrders(): HostOrders {
  const buffer = new Uint8Array(65536);
  const decoder = new TextDecoder();
  let text = "";
  for (let n = Deno.stdin.readSync(buffer); n !== null && n > 0; n = Deno.stdin.readSync(buffer)) {
    text += decoder.decode(buffer.subarray(0, n), { stream: true });
  }
  try {
    return JSON.parse(text);
  } catch {
    // The conductor died before it gave the orders: there is nobody to run for.
    return Deno.exit(1);
  }
}

function markCell(index: number): void {
  send({ t: "cell", cell: index, ms: now(), rss: residentMemory() });
  send({ t: "cell", cell: index }, writeErr);
}

let measured = { at: -Infinity, rss: 0 };

/** Bytes. Asking costs 0.1 ms, and in 2 ms not much can have been added: marks that follow each other share an answer. */
function residentMemory(): number {
  if (now() - measured.at > 2) measured = { at: now(), rss: memory().rss };
  return measured.rss;
}

function send(message: Bundle, write = writeOut): void {
  // `toJSON` as an own key keeps one that the flow gave to all objects out of it.
  const payload = encode(encoder, stringify({ ...message, toJSON: undefined }));
  const room = frameLimit - last.length - 1;
  for (let at = 0; at < payload.length; at += room) {
    const head = at + room < payload.length ? inner : last;
    const part = subarray(payload, at, at + room);
    const frame = new Bytes(head.length + part.length + 1);
    setBytes(frame, head);
    setBytes(frame, part, head.length);
    frame[frame.length - 1] = 0x1e;
    for (let done = 0; done < frame.length;) done += write(subarray(frame, done));
  }
}

function installGlobals(): void {
  const global = globalThis as unknown as Record<string, unknown>;
  // Storage that would be shared between instances and survive them.
  for (const name of ["localStorage", "sessionStorage", "caches"]) delete global[name];
  const hidden = (name: string | symbol, value: unknown) => Object.defineProperty(globalThis, name, { value });
  const place = { url: visible.flowUrl, path: visible.flowPath, resolve: (name: string) => import.meta.resolve(name) };
  hidden("__ductaflow__", Object.freeze(instrumentation(place, visible.values, runsFromHere, { cell: enter, out })));
  hidden(Symbol.for("ductaflow.host"), Object.freeze(api()));
  for (const [name, value] of Object.entries(visible.globals)) {
    Object.defineProperty(globalThis, name, { value: revive(value, runsFromHere), configurable: true, writable: true });
  }
  (Deno as unknown as Record<string, unknown>).jupyter = kernelApi((value) => show("display", value));
  // The process began with the build's file, as nobody needs to know.
  Object.defineProperty(Deno, "mainModule", { value: visible.flowUrl, configurable: true, enumerable: true });
  const { chdir } = Deno;
  // Deno's audit log has paths as they were written: the conductor must know from where they count.
  Deno.chdir = (folder) => {
    chdir(folder);
    send({ t: "folder", path: String(folder) });
  };
}

function enter(index: number): void {
  currentCell = index;
  markCell(index);
}

function out(value: unknown): void {
  if (value !== undefined) show("result", value);
}

/** What `lib/flow.ts` calls. */
function api() {
  return {
    run: Object.freeze({ ...visible.run }),
    display: (value: unknown) => show("display", value),
    metric: (name: string, value: number, options: Bundle) => send({ ...options, t: "metric", name, value }),
    check: (name: string, ok: boolean, options: Bundle) => send({ ...options, t: "check", name, ok }),
    progress: (done: number, total: number, label?: string) => send({ t: "progress", done, total, label }),
    input: (step: string, instance: string, file: string) => `${runsFromHere}/${step}/${instance}/${file}`,
    rows: rowsBundle,
  };
}

function show(kind: "result" | "display", value: unknown): void {
  const cell = currentCell;
  const bundle = bundleOf(value);
  if (!(bundle instanceof Promise)) return sendBundle(kind, bundle, cell);
  const shown: Promise<void> = bundle.then((data) => sendBundle(kind, data, cell))
    .catch((error) => sendBundle(kind, notShown(error), cell))
    .finally(() => pending.delete(shown));
  pending.add(shown);
}

async function settlePending(): Promise<void> {
  // What shows itself may show more.
  while (pending.size > 0) await Promise.all(pending);
}

function sendBundle(kind: "result" | "display", data: Bundle, cell: number): void {
  const clean: Bundle = {};
  let size = 0;
  for (const [mime, item] of Object.entries(data)) {
    const json = toJson(item);
    if (json === undefined) continue;
    size += json.length;
    clean[mime] = JSON.parse(json);
  }
  if (size > outputLimit) {
    const text = `[an output of ${Math.round(size / 1048576)} MB was not kept: 16 MB is the limit]`;
    return send({ t: "out", kind, cell, data: { "text/plain": text }, dropped: true });
  }
  send({ t: "out", kind, cell, data: clean });
}

/** Errors that nothing waits for are heard of behind all listeners of the flow, which may take care of them. */
function listenForLateErrors(): void {
  const listen = globalThis.addEventListener;
  const listeners = [
    ["error", (event: Event) => reportLate(event, (event as ErrorEvent).error)],
    ["unhandledrejection", (event: Event) => reportLate(event, (event as PromiseRejectionEvent).reason)],
  ] as const;
  const comeLast = () => {
    for (const [type, listener] of listeners) {
      globalThis.removeEventListener(type, listener);
      listen.call(globalThis, type, listener);
    }
  };
  const addEventListener = function (this: EventTarget | undefined, ...args: Parameters<typeof listen>) {
    listen.apply((this ?? globalThis) as typeof globalThis, args);
    comeLast();
  };
  Object.defineProperty(globalThis, "addEventListener", {
    value: addEventListener,
    configurable: true,
    writable: true,
  });
  comeLast();
}

function reportLate(event: Event, error: unknown): void {
  // The flow failed already, and what it was about to show is still awaited.
  if (failed) return event.preventDefault();
  if (event.defaultPrevented) return;
  // What ends a conductor comes this way too: nobody imports it who could catch it.
  const late = visible.conductor === undefined;
  send({ t: "error", late, error: describeError(error), ms: now(), rss: residentMemory() });
}
