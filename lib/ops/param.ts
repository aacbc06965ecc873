/**
 * Parameters of workflows: values with a default that a run may be given another value for.
 * @module
 */
import { nearest } from "../base/nearest.ts";

/** What a parameter may be. */
export interface ParamOptions<T> {
  /** The smallest number. */
  min?: number;
  /** The largest number. */
  max?: number;
  /** The only values. */
  enum?: readonly T[];
  /** What it is for. */
  description?: string;
}

/** A parameter. Give it to an operator wherever a value of its type belongs. */
export interface Param<T> {
  /** Tells parameters from other objects. */
  readonly isParam: true;
  /** The name by which a run is given another value. */
  readonly name: string;
  /** The value that it has unless a run is given another; a date that is told by the clock is asked for once a run. */
  default(): T;
  /** What it may be. */
  readonly options: ParamOptions<T>;
  /** Of a date that is told by the clock: the time zone. */
  readonly today?: string;
}

/** The type of a parameter by its default: `5` is a number. */
export type Widened<T> = T extends number ? number : T extends string ? string : T extends boolean ? boolean : T;

/**
 * Makes a parameter. Its values have the type of the default and are checked against the options.
 *
 * @example
 * ```ts
 * import { param } from "./param.ts";
 *
 * const minQuality = param("min_quality", 5, { min: 0, max: 10, description: "Wines below are left out" });
 * const day = param.today({ tz: "Europe/Berlin" });
 * ```
 */
export function param<T>(name: string, value: T, options: ParamOptions<Widened<T>> = {}): Param<Widened<T>> {
  const made: Param<Widened<T>> = {
    isParam: true,
    name: checkParamName(name),
    default: () => value as Widened<T>,
    options: { ...options },
  };
  if (value === undefined || value === null || typeof value === "function") {
    throw new TypeError(`The default of the parameter "${name}" is ${value}, accepted is a value as JSON has it`);
  }
  checkParam(made, value);
  return made;
}

/** The day on which a run starts, as `2026-11-22`, in a time zone. A run tells it in `params`, so that it can be given again when the run is resumed. */
param.today = function ({ name = "today", tz = "UTC" }: { name?: string; tz?: string } = {}): Param<string> {
  // Throws at once for a zone that does not exist.
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: tz, dateStyle: "short" });
  const options = { description: `The day of the run (${tz})` };
  return { isParam: true, name: checkParamName(name), default: () => format.format(new Date()), options, today: tz };
};

function checkParamName(name: unknown): string {
  if (typeof name === "string" && /^[A-Za-z_]\w{0,99}$/.test(name)) return name;
  throw new TypeError(`The name of a parameter is ${Deno.inspect(name)}, accepted are letters, digits and "_"`);
}

/** Checks a value against the type of the default and the options; throws a `TypeError` that names all three. */
export function checkParam<T>({ name, options, ...param }: Param<T>, value: unknown): T {
  const wanted = typeOf(param.default());
  const fail = (accepted: string) =>
    new TypeError(`The parameter "${name}" is ${Deno.inspect(value)}, accepted is ${accepted}`);
  if (typeOf(value) !== wanted) throw fail(`a ${wanted}`);
  if (options.enum && !options.enum.includes(value as T)) {
    throw fail(options.enum.map((item) => JSON.stringify(item)).join(" or "));
  }
  if (typeof value === "number") {
    const { min = -Infinity, max = Infinity } = options;
    if (!Number.isFinite(value)) throw fail("a finite number");
    if (value < min || value > max) {
      throw fail(`${min === -Infinity ? "at most" : `${min} to`} ${max}`.replace(" to Infinity", " or more"));
    }
  }
  return value as T;
}

/** The values of parameters for one run: all checked, unknown names refused. */
export function paramValues(
  params: Iterable<Param<unknown>>,
  given: Record<string, unknown> = {},
): Map<string, unknown> {
  const byName = new Map<string, Param<unknown>>();
  for (const param of params) byName.set(param.name, param);
  for (const name of Object.keys(given)) {
    if (byName.has(name)) continue;
    const meant = nearest(name, [...byName.keys()]);
    const known = [...byName.keys()].map((name) => `"${name}"`).join(", ") || "none";
    throw new TypeError(
      `There is no parameter "${name}"${meant ? `; did you mean "${meant}"?` : `: there are ${known}`}`,
    );
  }
  return new Map([...byName].map(([name, param]) => {
    return [name, Object.hasOwn(given, name) ? checkParam(param, given[name]) : param.default()];
  }));
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "list" : value instanceof Date ? "date" : typeof value;
}
