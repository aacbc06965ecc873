/**
 * Errors of the flow as plain data that names the flow's own lines. Part of the flow's process: see `main.ts`.
 * @module
 */

/** What is needed to find the way from the instrumented copy back to the flow. */
export interface StackMap {
  /** The URL of the flow file. */
  flowUrl: string;
  /** The URL and path of the instrumented copy. */
  buildUrl: string;
  buildPath: string;
  /** Where the copy has more (or less) characters than the flow: line, column in the flow, characters. */
  edits: [line: number, column: number, inserted: number][];
}

/** A thrown value as plain data. */
export interface DescribedError {
  name: string;
  message: string;
  stack?: string;
  cause?: DescribedError;
}

let mapped: StackMap | undefined;

/** Makes stack traces name the flow's own file, line and column instead of the instrumented copy. */
export function mapStackTraces(map: StackMap): void {
  mapped = map;
  const copy = map.buildPath;
  const own = import.meta.filename ?? import.meta.url;
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map((site) => {
      const text = String(site);
      const at = text.indexOf(copy) >= 0 ? copy : text.indexOf(map.buildUrl) >= 0 ? map.buildUrl : undefined;
      if (at === undefined) return text.includes(own) ? undefined : text;
      const file = text.includes(`file://${copy}`) ? `file://${copy}` : at;
      const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0];
      return text.replace(
        `${file}:${line}:${column}`,
        `${map.flowUrl}:${line}:${originalColumn(map.edits, line, column)}`,
      );
    });
    return [stackHead(error), ...frames.filter((frame) => frame !== undefined).map((frame) => `    at ${frame}`)].join(
      "\n",
    );
  };
}

/**
 * The column in the flow of a place in the instrumented copy; both from 1. Lines are the same in both. A place inside
 * added text gives the place where that was added.
 */
export function originalColumn(edits: StackMap["edits"], line: number, column: number): number {
  let shift = 0;
  for (const [editLine, editColumn, inserted] of edits) {
    if (editLine !== line || editColumn + shift > column) continue;
    if (column < editColumn + shift + inserted) return editColumn;
    shift += inserted;
  }
  return column - shift;
}

/** As V8 begins a stack itself: `Trace: text` for what `console.trace()` makes, which is no error. */
function stackHead(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

function headOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}

/**
 * A text that names the flow's own file, line and column where it names the instrumented copy, as the message of an error
 * that only V8 finds in the flow's text does.
 */
function inFlow(text: string): string {
  if (!mapped || !text.includes(mapped.buildUrl)) return text;
  const { buildUrl, flowUrl, edits } = mapped;
  const [first, ...others] = text.split(buildUrl);
  return first + others.map((rest) => {
    const [place, line, column] = /^:(\d+):(\d+)/.exec(rest) ?? [];
    if (place === undefined) return flowUrl + rest;
    return `${flowUrl}:${line}:${originalColumn(edits, Number(line), Number(column))}${rest.slice(place.length)}`;
  }).join("");
}

/** A thrown value as plain data, whatever it is. */
export function describeError(thrown: unknown, depth = 0): DescribedError {
  try {
    if (!(thrown instanceof Error)) {
      return { name: "Thrown value", message: headOf(isObject(thrown) ? Deno.inspect(thrown) : thrown) };
    }
    const parts = thrown instanceof AggregateError
      ? thrown.errors.slice(0, 5).map((e) => `\n- ${headOf(e)}`).join("")
      : "";
    // An error made of several has no place of its own; the first of them has.
    const cause = thrown.cause ?? (thrown instanceof AggregateError ? thrown.errors[0] : undefined);
    return {
      name: String(thrown.name),
      message: inFlow(String(thrown.message)) + parts,
      stack: typeof thrown.stack === "string" ? inFlow(thrown.stack) : undefined,
      cause: cause !== undefined && depth < 5 ? describeError(cause, depth + 1) : undefined,
    };
  } catch {
    return { name: "Error", message: "The thrown value could not be read" };
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
