/**
 * The toolkit's side of a flow's process. It is loaded before the flow, as text written into the build folder, and so
 * imports nothing. It reads its orders from stdin, answers in frames on stdout and stderr, and gives the flow the
 * globals that instrumented code and `lib/flow.ts` look for.
 *
 * A frame is `0x1E nonce flag payload 0x1E` in at most 4096 bytes, which a pipe never tears: flag `+` when the next
 * frame goes on, `.` at the end; the payload is JSON, which holds no raw `0x1E`. The nonce is known only here and in
 * the conductor, so nothing that a flow prints can be taken for a frame.
 * @module
 */

/** What the conductor tells the process, as JSON on stdin. */
export interface HostOrders {
  /** Marks the frames of this run. */
  nonce: string;
  /** Values of declared parameters that the config sets, by name. */
  values: Record<string, unknown>;
  /** Globals to define, by name. */
  globals: Record<string, unknown>;
  /** The URL of the flow file, which `import.meta` and stack traces name. */
  flowUrl: string;
  /** The URL of the instrumented copy that really runs. */
  buildUrl: string;
  /** Where the copy has more (or less) characters than the flow: line, column in the flow, characters. */
  edits: [line: number, column: number, inserted: number][];
  run: { step: string; instance: string; dir: string };
  /** How a sibling run folder is written from the run folder: `../..`. */
  runsFromHere: string;
}

type Bundle = Record<string, unknown>;

const frameLimit = 4096;
const outputLimit = 16 * 1024 * 1024;
const encoder = new TextEncoder();
const writeOut = Deno.stdout.writeSync.bind(Deno.stdout);
const writeErr = Deno.stderr.writeSync.bind(Deno.stderr);
const inspect = Deno.inspect;
const now = performance.now.bind(performance);
const memory = Deno.memoryUsage;
const exit = Deno.exit;
const display = Symbol.for("Jupyter.display");

const orders = readOrders();
const { nonce, ...visible } = orders;
const pending: Promise<void>[] = [];
let started = false;

/** Runs the flow: called by the generated main module with a function that imports the instrumented copy. */
export async function runFlow(importFlow: () => Promise<unknown>): Promise<void> {
  // Only the main module's call counts: a flow that imports this module cannot report an end that it did not reach.
  if (started) throw new TypeError("The flow runs already");
  started = true;
  try {
    await importFlow();
    await Promise.all(pending);
    send({ t: "done", ms: now(), rss: memory().rss });
  } catch (error) {
    send({ t: "error", error: describeError(error), ms: now(), rss: memory().rss });
    // What the flow left running must not keep a failed process alive.
    exit(1);
  }
}

installGlobals();
mapStackTraces();
addEventListener("error", (event) => reportLate((event as ErrorEvent).error));
addEventListener("unhandledrejection", (event) => reportLate((event as PromiseRejectionEvent).reason));

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

function send(message: Bundle, write = writeOut): void {
  const payload = encoder.encode(JSON.stringify(message));
  const room = frameLimit - nonce.length - 3;
  for (let at = 0; at < payload.length; at += room) {
    const part = payload.subarray(at, at + room);
    const frame = new Uint8Array(part.length + nonce.length + 3);
    frame[0] = frame[frame.length - 1] = 0x1e;
    encoder.encodeInto(nonce + (at + room < payload.length ? "+" : "."), frame.subarray(1));
    frame.set(part, nonce.length + 2);
    for (let done = 0; done < frame.length;) done += write(frame.subarray(done));
  }
}

function installGlobals(): void {
  const global = globalThis as unknown as Record<string, unknown>;
  // Storage that would be shared between instances and survive them.
  for (const name of ["localStorage", "sessionStorage", "caches"]) delete global[name];
  const hidden = (name: string | symbol, value: unknown) => Object.defineProperty(globalThis, name, { value });
  hidden("__ductaflow__", Object.freeze(instrumentation()));
  hidden(Symbol.for("ductaflow.host"), Object.freeze(api()));
  for (const [name, value] of Object.entries(visible.globals)) {
    Object.defineProperty(globalThis, name, { value: revive(value), configurable: true, writable: true });
  }
  (Deno as unknown as Record<string, unknown>).jupyter = kernelApi();
}

/** What instrumented code calls. */
function instrumentation() {
  const base = visible.flowUrl;
  const resolve = (specifier: string) => /^\.{0,2}\//.test(specifier) ? new URL(specifier, base).href : specifier;
  const path = base.startsWith("file:") ? decodeURIComponent(new URL(base).pathname) : undefined;
  const values = new Map(Object.entries(visible.values).map(([name, value]) => [name, revive(value)]));
  return {
    cell(index: number) {
      send({ t: "cell", cell: index, ms: now(), rss: memory().rss });
      send({ t: "cell", cell: index }, writeErr);
    },
    out<T>(value: T): T {
      if (value !== undefined) show("result", value);
      return value;
    },
    has: (name: string) => values.has(name),
    get: (name: string) => values.get(name),
    at: (specifier: unknown) => typeof specifier === "string" ? resolve(specifier) : String(specifier),
    meta: {
      url: base,
      filename: path,
      dirname: path?.replace(/\/[^/]*$/, "") || undefined,
      main: true,
      resolve: (specifier: string) => {
        const url = resolve(specifier);
        return url === specifier ? import.meta.resolve(specifier) : url;
      },
    },
  };
}

/** What `lib/flow.ts` calls. */
function api() {
  return {
    run: Object.freeze({ ...visible.run }),
    display: (value: unknown) => show("display", value),
    metric: (name: string, value: number, options: Bundle) => send({ t: "metric", name, value, ...options }),
    check: (name: string, ok: boolean, options: Bundle) => send({ t: "check", name, ok, ...options }),
    progress: (done: number, total: number, label?: string) => send({ t: "progress", done, total, label }),
    input: (step: string, instance: string, file: string) => `${visible.runsFromHere}/${step}/${instance}/${file}`,
    rows: rowsBundle,
  };
}

/** The part of Deno's Jupyter namespace that shows things, so that a notebook's code runs unchanged. */
function kernelApi() {
  const tag = (mime: string) => (strings: TemplateStringsArray, ...values: unknown[]) => ({
    [display]: () => ({ [mime]: String.raw({ raw: strings }, ...values) }),
  });
  const image = (source: string | Uint8Array) => {
    const bytes = typeof source === "string" ? Deno.readFileSync(source) : source;
    return { [display]: () => imageBundle(bytes) ?? { "text/plain": inspect(bytes) } };
  };
  return {
    $display: display,
    display: (value: unknown, options?: { raw?: boolean }) => {
      show("display", options?.raw ? { [display]: () => value } : value);
      return Promise.resolve();
    },
    md: tag("text/markdown"),
    html: tag("text/html"),
    svg: tag("image/svg+xml"),
    image,
    format: (value: unknown) => Promise.resolve(bundleOf(value)),
    broadcast: () => Promise.resolve(),
  };
}

/** A reference to a run comes back as an object with its folder; the rest of a config stays as it is. */
function revive(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  const reference = (value as { $run?: { step: string; instance: string } }).$run;
  if (reference && Object.keys(value).length === 1) {
    return { ...reference, dir: `${visible.runsFromHere}/${reference.step}/${reference.instance}` };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
}

function show(kind: "result" | "display", value: unknown): void {
  const bundle = bundleOf(value);
  if (bundle instanceof Promise) {
    pending.push(bundle.then((data) => sendBundle(kind, data), (error) => sendBundle(kind, notShown(error))));
  } else sendBundle(kind, bundle);
}

function sendBundle(kind: "result" | "display", data: Bundle): void {
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
    return send({ t: "out", kind, data: { "text/plain": text }, dropped: true });
  }
  send({ t: "out", kind, data: clean });
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, item) => typeof item === "bigint" ? String(item) : item);
  } catch {
    return undefined;
  }
}

/** The representations of a value, in the order in which Deno's own kernel looks for them. */
function bundleOf(value: unknown): Bundle | Promise<Bundle> {
  try {
    return richBundle(value) ?? { "text/plain": asText(value) };
  } catch (error) {
    return notShown(error);
  }
}

function richBundle(value: unknown): Bundle | Promise<Bundle> | undefined {
  if (typeof value !== "object" && typeof value !== "function" || value === null) return undefined;
  const object = value as Record<string | symbol, unknown>;
  if (typeof object[display] === "function") {
    const bundle = (object[display] as () => unknown)();
    return bundle instanceof Promise ? bundle.then(checkBundle) : checkBundle(bundle);
  }
  if (typeof value === "function") return undefined;
  if (typeof object.toDataURL === "function") return dataUrlBundle(String(object.toDataURL()));
  if (typeof object.toSpec === "function") return vegaBundle(object.toSpec());
  if (isDataFrame(object)) return rowsBundle((object.toRecords as () => object[])());
  if (value instanceof Uint8Array) return imageBundle(value);
  if (typeof object.outerHTML === "string") return elementBundle(object.outerHTML);
  if (isTableLike(object)) return rowsBundle((object.objects as () => object[])());
  return isRows(value) ? rowsBundle(value) : undefined;
}

function checkBundle(bundle: unknown): Bundle {
  if (typeof bundle === "object" && bundle !== null) return bundle as Bundle;
  return { "text/plain": `[Symbol.for("Jupyter.display") gave ${inspect(bundle)} instead of a MIME bundle]` };
}

function notShown(error: unknown): Bundle {
  return { "text/plain": `[this value could not be shown: ${describeError(error).message}]` };
}

function asText(value: unknown): string {
  return inspect(value, { colors: false, depth: 6, iterableLimit: 100, strAbbreviateSize: 10_000 });
}

function dataUrlBundle(url: string): Bundle | undefined {
  const [, mime, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return mime ? { [mime]: data } : undefined;
}

function vegaBundle(spec: unknown): Bundle {
  const schema = String((spec as { $schema?: unknown })?.$schema ?? "");
  const [, kind = "vega-lite", version = "5"] = /\/(vega|vega-lite)\/v(\d+)/.exec(schema) ?? [];
  return { [`application/vnd.${kind.replace("-", "")}.v${version}+json`]: spec };
}

/** Polars and its kin: a schema, a head and records. */
function isDataFrame(object: Record<string, unknown>): boolean {
  return object.schema !== undefined && typeof object.head === "function" && typeof object.toRecords === "function";
}

/** Arquero and its kin: a table that gives its rows as objects. */
function isTableLike(object: Record<string, unknown>): boolean {
  return typeof object.objects === "function" && typeof object.columnNames === "function";
}

function elementBundle(html: string): Bundle {
  return /^\s*<svg[\s>]/.test(html) ? { "image/svg+xml": withNamespace(html) } : { "text/html": html };
}

/** An SVG in a file of its own needs the namespace that a page would imply. */
function withNamespace(svg: string): string {
  return svg.includes("xmlns=") ? svg : svg.replace("<svg", `<svg xmlns="http://www.w3.org/2000/svg"`);
}

function imageBundle(bytes: Uint8Array): Bundle | undefined {
  const starts = (...head: number[]) => head.every((byte, i) => bytes[i] === byte);
  const mime = starts(0x89, 0x50, 0x4e, 0x47) ? "image/png" : starts(0xff, 0xd8, 0xff) ? "image/jpeg" : undefined;
  return mime && { [mime]: (bytes as unknown as { toBase64(): string }).toBase64() };
}

function isRows(value: unknown): value is object[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.slice(0, 100).every((row) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return false;
    const prototype = Object.getPrototypeOf(row);
    return prototype === null || prototype === Object.prototype;
  });
}

/** Rows as a table: the first 200 as data, the first 50 as HTML for other readers, and text. */
function rowsBundle(rows: object[]): Bundle {
  const data = rows.slice(0, 200) as Record<string, unknown>[];
  const names = [...new Set(data.flatMap((row) => Object.keys(row)))];
  const fields = names.map((name) => ({ name, type: fieldType(data.map((row) => row[name])) }));
  const values = data.map((row) => Object.fromEntries(names.map((name) => [name, cellValue(row[name])])));
  const cell = (text: unknown) => String(text ?? "").replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  const line = (tag: string, items: unknown[]) =>
    `<tr>${items.map((i) => `<${tag}>${cell(i)}</${tag}>`).join("")}</tr>`;
  const body = values.slice(0, 50).map((row) => line("td", names.map((name) => row[name]))).join("");
  const more = rows.length > 50 ? `<caption>first 50 of ${rows.length} rows</caption>` : "";
  return {
    "application/vnd.dataresource+json": { data: values, schema: { fields }, totalRows: rows.length },
    "text/html": `<table>${more}<thead>${line("th", names)}</thead><tbody>${body}</tbody></table>`,
    "text/plain": inspect(rows.slice(0, 50), { colors: false, depth: 3, iterableLimit: 50 }),
  };
}

function fieldType(values: unknown[]): string {
  const kinds = new Set(values.filter((value) => value !== null && value !== undefined).map((value) => typeof value));
  if (kinds.size !== 1) return kinds.size === 0 ? "any" : "string";
  const [kind] = kinds;
  return kind === "number" || kind === "boolean" || kind === "string" ? kind : kind === "bigint" ? "integer" : "any";
}

function cellValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  return typeof value === "object" ? toJson(value) ?? inspect(value) : String(value);
}

/** Makes stack traces name the flow's own file, line and column instead of the instrumented copy. */
function mapStackTraces(): void {
  const copy = visible.buildUrl.startsWith("file:") ? decodeURIComponent(new URL(visible.buildUrl).pathname) : "\0";
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map((site) => {
      const text = String(site);
      const at = text.indexOf(copy) >= 0 ? copy : text.indexOf(visible.buildUrl) >= 0 ? visible.buildUrl : undefined;
      if (at === undefined) return text.includes("/host-") && text.includes("/build/") ? undefined : text;
      const file = text.includes(`file://${copy}`) ? `file://${copy}` : at;
      const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0];
      return text.replace(`${file}:${line}:${column}`, `${visible.flowUrl}:${line}:${originalColumn(line, column)}`);
    });
    return [headOf(error), ...frames.filter((frame) => frame !== undefined).map((frame) => `    at ${frame}`)].join(
      "\n",
    );
  };
}

/** The column in the flow of a place in the instrumented copy; both from 1. */
function originalColumn(line: number, column: number): number {
  let shift = 0;
  for (const [editLine, editColumn, inserted] of visible.edits) {
    if (editLine !== line || editColumn + shift > column) continue;
    if (column < editColumn + shift + inserted) return editColumn;
    shift += inserted;
  }
  return column - shift;
}

function headOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}

function reportLate(error: unknown): void {
  send({ t: "error", late: true, error: describeError(error), ms: now(), rss: memory().rss });
  send({ t: "late" }, writeErr);
}

/** A thrown value as plain data, whatever it is. */
function describeError(thrown: unknown, depth = 0): { name: string; message: string; stack?: string; cause?: unknown } {
  try {
    if (!(thrown instanceof Error)) {
      return { name: "Thrown value", message: headOf(isObject(thrown) ? inspect(thrown) : thrown) };
    }
    const parts = thrown instanceof AggregateError
      ? thrown.errors.slice(0, 5).map((e) => `\n- ${headOf(e)}`).join("")
      : "";
    return {
      name: String(thrown.name),
      message: String(thrown.message) + parts,
      stack: typeof thrown.stack === "string" ? thrown.stack : undefined,
      cause: thrown.cause !== undefined && depth < 5 ? describeError(thrown.cause, depth + 1) : undefined,
    };
  } catch {
    return { name: "Error", message: "The thrown value could not be read" };
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
