/**
 * What a flow may import: show values, report metrics and checks, find the outputs of other steps.
 *
 * Under `runStepFlow` everything lands in the run's notebook, report and record. With plain `deno run flows/x.ts`
 * the same calls print to the console (and so do those of `Deno.jupyter`, which otherwise throw there), and in a Jupyter
 * kernel they show in the cell. This module imports nothing.
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
const kernel = host ? undefined : maybeKernel();
if (!host && !kernel) showOnConsole();

/** Shows a value now, in the cell that runs: rich objects as themselves, rows as a table, the rest as text. */
export function display(value: unknown): void {
  if (host) return host.display(value);
  const shown = Array.isArray(value) && value.length > 0 && value.every(isRow) ? table(value) : value;
  if (kernel) return void kernel.display(shown);
  const show = methodOf(shown);
  const bundle: unknown = show?.call(shown);
  if (bundle instanceof Promise) bundle.then((bundle) => console.log(textOf(bundle)));
  else console.log(show ? textOf(bundle as MimeBundle) : asText(shown));
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
export const run: RunInfo = host?.run ??
  (kernel ? runInKernel() : { step: standaloneStep(), instance: "standalone", dir: "." });

/**
 * The path of a file that another instance left, to be read by this one. The read is traced: when that file changes,
 * this run is stale. When the flow runs alone, the path is below `runs/` in the current folder. Throws a `TypeError`
 * when step or instance cannot be a name, or the file is no text. In a kernel, the runs are looked for from the notebook's folder upwards.
 */
export function input(step: string, instance: string, file: string): string {
  for (const [what, name] of Object.entries({ step, instance })) {
    if (typeof name === "string" && /^[A-Za-z0-9_][A-Za-z0-9._=+-]{0,99}$/.test(name)) continue;
    throw new TypeError(`The ${what} of an input is ${Deno.inspect(name)}, accepted is a name as runs have it`);
  }
  if (typeof file !== "string" || file === "") {
    throw new TypeError(`The file of an input is ${Deno.inspect(file)}, accepted is its path in the run folder`);
  }
  if (host) return host.input(step, instance, file);
  return `${kernel ? runsFolder(`${step}/${instance}/${file}`) : "runs"}/${step}/${instance}/${file}`;
}

/** The folder of runs that has a file, looked for from a notebook's folder upwards: it may be a run folder itself. */
function runsFolder(file: string): string {
  const levels = Deno.cwd().split(/[\\/]/).map((_, i) => "../".repeat(i));
  const folders = ["../..", ...levels.map((up) => `${up}runs`)];
  return folders.find((folder) => exists(`${folder}/${file}`)) ?? "runs";
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

function displayable(bundle: MimeBundle): Displayable {
  const value = { [jupyterDisplay]: () => bundle };
  // Printed on a console, a displayable is its text.
  const custom = Symbol.for("Deno.customInspect");
  return Object.defineProperty(value, custom, { value: () => asText(value), enumerable: false });
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  const bundle: unknown = methodOf(value)?.call(value);
  return bundle === undefined || bundle instanceof Promise ? Deno.inspect(value) : textOf(bundle as MimeBundle);
}

function methodOf(value: unknown): Displayable[typeof jupyterDisplay] | undefined {
  const show = (value as Partial<Displayable> | null | undefined)?.[jupyterDisplay];
  return typeof show === "function" ? show : undefined;
}

function textOf(bundle: MimeBundle): string {
  const text = bundle["text/markdown"] ?? bundle["text/plain"];
  return typeof text === "string" ? text : `[${Object.keys(bundle).join(", ")}]`;
}

function isRow(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function markdownTable(rows: object[], limit = 50): string {
  const columns = [...new Set(rows.slice(0, limit).flatMap((row) => Object.keys(row)))];
  const cell = (value: unknown) => String(value ?? "").replaceAll("|", "\\|").replaceAll("\n", " ");
  const line = (values: unknown[]) => `| ${values.map(cell).join(" | ")} |`;
  const body = rows.slice(0, limit).map((row) => line(columns.map((name) => (row as Record<string, unknown>)[name])));
  const more = rows.length > limit ? [`\n${rows.length - limit} more rows`] : [];
  return [line(columns), line(columns.map(() => "---")), ...body, ...more].join("\n");
}

/** What a kernel's `Deno.jupyter` shows things with. */
interface Kernel {
  display(value: unknown, options?: { raw?: boolean }): Promise<void>;
}

/** The `Deno.jupyter` of a kernel; the namespace exists elsewhere too but throws when touched. */
function maybeKernel(): Kernel | undefined {
  try {
    return (Deno as unknown as { jupyter: Kernel }).jupyter;
  } catch {
    return undefined;
  }
}

/** Gives a flow that runs alone the part of `Deno.jupyter` that shows things, on the console. */
function showOnConsole(): void {
  const tag = (mime: string) => (strings: TemplateStringsArray, ...values: unknown[]) =>
    displayable({ [mime]: String.raw({ raw: strings }, ...values) });
  const jupyter = {
    $display: jupyterDisplay,
    display: (value: unknown, options?: { raw?: boolean }) =>
      Promise.resolve(display(options?.raw ? displayable(value as MimeBundle) : value)),
    md: tag("text/markdown"),
    html: tag("text/html"),
    svg: tag("image/svg+xml"),
    image: (source: string | Uint8Array) => {
      const bytes = typeof source === "string" ? Deno.readFileSync(source) : source;
      return image(bytes, bytes[0] === 0xff ? "image/jpeg" : "image/png");
    },
    format: (value: unknown) => Promise.resolve(methodOf(value)?.call(value) ?? { "text/plain": asText(value) }),
    broadcast: () => Promise.resolve(),
  };
  try {
    (Deno as unknown as { jupyter: unknown }).jupyter = jupyter;
  } catch {
    // A Deno that does not let it be set: `display` of this module works all the same.
  }
}

/** A notebook in a run folder runs as that instance. */
function runInKernel(): RunInfo {
  const dir = Deno.cwd();
  const [step, instance] = dir.split(/[\\/]/).slice(-2);
  return exists("../../.ductaflow") ? { step, instance, dir } : { step: "notebook", instance: "standalone", dir: "." };
}

function standaloneStep(): string {
  const file = Deno.mainModule.split("/").pop() ?? "";
  return decodeURIComponent(file.replace(/\.[^.]*$/, "")) || "flow";
}

/** What an operator may say about itself. It is read from the source, so it is written out: texts, numbers, lists. */
export interface OperatorOptions {
  /** What it does, in a sentence. */
  description?: string;
  /** The time limit of one try, such as `"2m"`. */
  timeout?: string | number;
  /** How often a failed call is tried again. */
  retries?: number;
  /** The permissions that it asks for; paths are relative to the module. The conductor has the last word. */
  permissions?: { [kind in "read" | "write" | "net" | "env" | "run" | "sys" | "ffi" | "import"]?: string[] | boolean };
  /** The most memory that its values may take up, such as `"512MB"`. */
  memory?: string;
  /** How long a result counts as fresh at most, such as `"1d"`: for what cannot be traced, such as the network. */
  fresh_for?: string | number;
}

/** What a metric may say about itself. */
export interface MetricOperatorOptions extends OperatorOptions {
  /** The unit, such as `"min"` or `"%"`. */
  unit?: string;
}

/** What a check may say about itself. */
export interface CheckOperatorOptions extends OperatorOptions {
  /** `"warning"` (the default) makes the run of a workflow `warned`, `"error"` makes it fail and keeps it from saving. */
  severity?: "warning" | "error";
}

/** What a check gives: yes or no, or this. */
export interface CheckResult {
  /** Whether it holds. */
  ok: boolean;
  /** One sentence for when it does not hold. */
  message?: string;
}

/**
 * Says something about an exported function that conductors call through `ops`. The function stays what it is, to be
 * called and tested as any other.
 *
 * @example
 * ```ts
 * import { defineOp } from "./flow.ts";
 *
 * export const clean = defineOp((rows: { mpg: number | null }[]) => rows.filter((row) => row.mpg !== null), {
 *   timeout: "2m",
 *   permissions: { read: ["./limits.json"] },
 * });
 * clean([{ mpg: 18 }, { mpg: null }]); // [{ mpg: 18 }]
 * ```
 */
export function defineOp<F extends (...args: never[]) => unknown>(fn: F, _options: OperatorOptions = {}): F {
  return fn;
}

/**
 * Says that an exported function measures something: its number is a metric of the run.
 *
 * @example
 * ```ts
 * import { defineMetric } from "./flow.ts";
 *
 * export const heaviest = defineMetric((rows: { kg: number }[]) => Math.max(...rows.map((row) => row.kg)), { unit: "kg" });
 * heaviest([{ kg: 3 }, { kg: 5 }]); // 5
 * ```
 */
export function defineMetric<F extends (...args: never[]) => number | Promise<number>>(
  fn: F,
  _options: MetricOperatorOptions = {},
): F {
  return fn;
}

/**
 * Says that an exported function checks something: its yes or no is a check of the run. What it throws is an error, not a
 * "no".
 *
 * @example
 * ```ts
 * import { defineCheck } from "./flow.ts";
 *
 * export const hasRows = defineCheck((rows: unknown[]) => rows.length > 0, { severity: "error" });
 * hasRows([]); // false
 * ```
 */
export function defineCheck<F extends (...args: never[]) => boolean | CheckResult | Promise<boolean | CheckResult>>(
  fn: F,
  _options: CheckOperatorOptions = {},
): F {
  return fn;
}
