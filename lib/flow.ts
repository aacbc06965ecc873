/**
 * What a flow may import: show values, report metrics and checks, find the outputs of other steps.
 *
 * Under `runStepFlow` everything lands in the run's notebook, report and record. With plain `deno run flows/x.ts`
 * the same calls print to the console, and in a Jupyter kernel they show in the cell. This module imports nothing.
 *
 * @example
 * ```ts
 * import { check, md, metric } from "./flow.ts";
 *
 * const rows = [{ delay: 4 }, { delay: 31 }];
 * metric("rows", rows.length);
 * check("has rows", rows.length > 0);
 * md(`**${rows.length}** rows`);
 * ```
 *
 * @module
 */

/** A MIME bundle as Jupyter takes it: text for text types, base64 for images, values for JSON types. */
export type MimeBundle = { [mime: string]: unknown };

/** The method by which a value shows itself, as in Deno's own Jupyter kernel. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display") as typeof jupyterDisplay;

/** A value that knows how to show itself in a notebook. */
export interface Displayable {
  /** Returns the representations of the value by MIME type. */
  [jupyterDisplay](): MimeBundle;
}

/** What `metric` may say besides the value. */
export interface MetricOptions {
  /** The unit, such as `"min"` or `"%"`. */
  unit?: string;
  /** One sentence about what is measured. */
  description?: string;
}

/** What `check` may say besides yes or no. */
export interface CheckOptions {
  /** `"warning"` (the default) makes the run `warned`, `"error"` makes it fail. */
  severity?: "warning" | "error";
  /** One sentence, shown when the check does not hold. */
  message?: string;
}

/** Which run this is. */
export interface RunInfo {
  /** The name of the step; the file's name when the flow runs alone. */
  step: string;
  /** The name of the instance; `"standalone"` when the flow runs alone. */
  instance: string;
  /** The run folder, which is also the current folder: absolute, or `"."` when the flow runs alone. */
  dir: string;
}

/** The side of the runner, present only in a process that `runStepFlow` started. */
interface Host {
  run: RunInfo;
  display(value: unknown): void;
  metric(name: string, value: number, options: MetricOptions): void;
  check(name: string, ok: boolean, options: CheckOptions): void;
  progress(done: number, total: number, label?: string): void;
  input(step: string, instance: string, file: string): string;
  rows(rows: object[]): MimeBundle;
}

const host = (globalThis as { [key: symbol]: unknown })[Symbol.for("ductaflow.host")] as Host | undefined;

/** Shows a value now, in the cell that runs: rich objects as themselves, rows as a table, the rest as text. */
export function display(value: unknown): void {
  if (host) return host.display(value);
  if (inKernel()) return void jupyter().display(value);
  console.log(asText(value));
}

/** HTML to show; the report puts it in a sandboxed frame. */
export function html(text: string): Displayable {
  return displayable({ "text/html": text });
}

/** Markdown to show. */
export function md(text: string): Displayable {
  return displayable({ "text/markdown": text });
}

/** An SVG image to show, from its source. */
export function svg(text: string): Displayable {
  return displayable({ "image/svg+xml": text });
}

/** An image to show, from its bytes. */
export function image(bytes: Uint8Array, type: "image/png" | "image/jpeg" = "image/png"): Displayable {
  return displayable({ [type]: (bytes as unknown as { toBase64(): string }).toBase64() });
}

/** Rows to show as a table: one object a row, columns in the order of their first appearance. */
export function table(rows: Iterable<object>): Displayable {
  const list = [...rows];
  return displayable(
    host ? host.rows(list) : { "text/plain": Deno.inspect(list), "text/markdown": markdownTable(list) },
  );
}

/** Reports a number of this run and returns it. Throws a `TypeError` when it is not a finite number or has no name. */
export function metric(name: string, value: number, options: MetricOptions = {}): number {
  checkName("metric", name);
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new TypeError(`The metric "${name}" is "${value}": a metric is a finite number`);
  }
  const { unit, description } = textsOf(`metric "${name}"`, options, ["unit", "description"]);
  if (host) host.metric(name, value, { unit, description });
  else console.log(`metric ${name}: ${value}${unit ? ` ${unit}` : ""}`);
  return value;
}

/**
 * Reports a yes or no of this run and returns it. Throws a `TypeError` when it is not a boolean, has no name or a severity
 * that does not exist.
 */
export function check(name: string, ok: boolean, options: CheckOptions = {}): boolean {
  checkName("check", name);
  if (typeof ok !== "boolean") throw new TypeError(`The check "${name}" is "${ok}": a check is true or false`);
  const { severity, message } = textsOf(`check "${name}"`, options, ["severity", "message"]);
  if (severity !== undefined && severity !== "warning" && severity !== "error") {
    throw new TypeError(`The severity of the check "${name}" is "${severity}", accepted is "warning" or "error"`);
  }
  if (host) host.check(name, ok, { severity, message });
  else console.log(`check ${name}: ${ok ? "ok" : `does not hold${message ? `: ${message}` : ""}`}`);
  return ok;
}

function checkName(what: string, name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw new TypeError(`The name of a ${what} is ${Deno.inspect(name)}, accepted is text`);
}

/** The options that exist, each a text: what else is given would make a record that nothing can read. */
function textsOf<K extends string>(
  what: string,
  options: { [key in K]?: unknown },
  keys: K[],
): { [key in K]?: string } {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`The options of the ${what} are ${Deno.inspect(options)}, accepted is an object`);
  }
  const texts: { [key in K]?: string } = {};
  for (const key of keys) {
    const value = options[key];
    if (typeof value === "string") texts[key] = value;
    else if (value !== undefined) {
      throw new TypeError(`The ${key} of the ${what} is ${Deno.inspect(value)}, accepted is text`);
    }
  }
  return texts;
}

/** Tells whoever watches how far a long cell is: `done` of `total`, with an optional word on what is done. */
export function progress(done: number, total: number, label?: string): void {
  host?.progress(done, total, label);
}

/** Which run this is: step, instance and folder. */
export const run: RunInfo = host?.run ?? { step: standaloneStep(), instance: "standalone", dir: "." };

/**
 * The path of a file that another instance left, to be read by this one. The read is traced: when that file changes,
 * this run is stale. When the flow runs alone, the path is below `runs/` in the current folder. Throws a `TypeError`
 * when step or instance cannot be a name, or the file is no text.
 */
export function input(step: string, instance: string, file: string): string {
  for (const [what, name] of Object.entries({ step, instance })) {
    if (typeof name === "string" && /^[A-Za-z0-9_][A-Za-z0-9._=+-]{0,99}$/.test(name)) continue;
    throw new TypeError(`The ${what} of an input is ${Deno.inspect(name)}, accepted is a name as runs have it`);
  }
  if (typeof file !== "string" || file === "") {
    throw new TypeError(`The file of an input is ${Deno.inspect(file)}, accepted is its path in the run folder`);
  }
  return host ? host.input(step, instance, file) : `runs/${step}/${instance}/${file}`;
}

function displayable(bundle: MimeBundle): Displayable {
  const value = { [jupyterDisplay]: () => bundle };
  // Printed on a console, a displayable is its text.
  const custom = Symbol.for("Deno.customInspect");
  return Object.defineProperty(value, custom, { value: () => asText(value), enumerable: false });
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  const show = (value as Partial<Displayable> | null | undefined)?.[jupyterDisplay];
  if (typeof show !== "function") return Deno.inspect(value);
  const bundle = show.call(value);
  const text = bundle["text/markdown"] ?? bundle["text/plain"];
  return typeof text === "string" ? text : `[${Object.keys(bundle).join(", ")}]`;
}

function markdownTable(rows: object[], limit = 50): string {
  const columns = [...new Set(rows.slice(0, limit).flatMap((row) => Object.keys(row)))];
  const cell = (value: unknown) => String(value ?? "").replaceAll("|", "\\|").replaceAll("\n", " ");
  const line = (values: unknown[]) => `| ${values.map(cell).join(" | ")} |`;
  const body = rows.slice(0, limit).map((row) => line(columns.map((name) => (row as Record<string, unknown>)[name])));
  const more = rows.length > limit ? [`\n${rows.length - limit} more rows`] : [];
  return [line(columns), line(columns.map(() => "---")), ...body, ...more].join("\n");
}

/** The `Deno.jupyter` of a kernel; the namespace exists elsewhere too but throws when touched. */
function jupyter(): { display(value: unknown): Promise<void> } {
  return (Deno as unknown as { jupyter: { display(value: unknown): Promise<void> } }).jupyter;
}

function inKernel(): boolean {
  try {
    return jupyter() !== undefined;
  } catch {
    return false;
  }
}

function standaloneStep(): string {
  const file = Deno.mainModule.split("/").pop() ?? "";
  return decodeURIComponent(file.replace(/\.[^.]*$/, "")) || "flow";
}
