/**
 * The parameters of a workflow: what a trigger may set, checked before anything runs.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { isJsonObject, type Json, type JsonObject, toPlainJson } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";
import type { Flow } from "../notebook/flow.ts";

/** One parameter as a version declares it. */
export interface WorkflowParameter {
  /** Its name. */
  name: string;
  /** Its value unless a trigger gives another; absent when a trigger must. */
  default?: Json;
  /** The default is the date of the run in this time zone, `2026-11-22`, settled once when the run is asked for. */
  today?: string;
  /** The type of the values: that of the default unless it says so. */
  type?: "string" | "number" | "boolean";
  /** The least number. */
  min?: number;
  /** The greatest number. */
  max?: number;
  /** The accepted values. */
  enum?: Json[];
  /** A sentence about it. */
  description?: string;
}

/** How `publishFlow` takes a parameter: a plain default, or what is known about it. */
export type ParameterOption = string | number | boolean | null | Json[] | Omit<WorkflowParameter, "name">;

const known = ["default", "today", "type", "min", "max", "enum", "description"];

/** Reads the option `params`; all problems come together. */
export function parseParameters(given: Record<string, unknown>): WorkflowParameter[] {
  const problems: string[] = [];
  const parameters = Object.entries(given).map(([name, option]) => {
    const isSpec = typeof option === "object" && option !== null && !Array.isArray(option);
    const { value, problems: lost } = toPlainJson(isSpec ? option : { default: option });
    problems.push(...lost.map(({ path, found }) => `"${name}" has ${found} at "${path}"`));
    const spec = value as JsonObject;
    for (const key of Object.keys(spec).filter((key) => !known.includes(key))) {
      const meant = nearest(key, known);
      problems.push(`"${name}" has the key "${key}"${meant ? ` (did you mean "${meant}"?)` : ""}`);
    }
    const parameter = { name, ...spec } as WorkflowParameter;
    if (spec.today !== undefined && !isTimeZone(spec.today)) problems.push(`"${name}" has no time zone in "today"`);
    if (parameter.default !== undefined && spec.enum !== null) {
      const problem = valueProblem(parameter, parameter.default);
      if (problem) problems.push(`the default of ${problem}`);
    }
    return parameter;
  });
  throwAll(problems, "The parameters of the workflow cannot be used", "bad-parameters");
  return parameters;
}

/** The parameters of a flow, with what `params` says besides. */
export function flowParameters(flow: Flow, extra: WorkflowParameter[]): WorkflowParameter[] {
  const names = flow.parameters.map(({ name }) => name);
  const strange = extra.filter(({ name }) => !names.includes(name)).map(({ name }) => {
    const meant = nearest(name, names);
    return `"${name}" is not declared by the flow${meant ? ` (did you mean "${meant}"?)` : ""}`;
  });
  throwAll(strange, `The parameters of the workflow cannot be used`, "bad-parameters");
  return flow.parameters.map((parameter) => {
    const { name, comment } = parameter;
    return {
      name,
      ...(parameter.default === undefined ? {} : { default: parameter.default }),
      ...(comment === undefined ? {} : { description: comment }),
      ...extra.find((each) => each.name === name),
    };
  });
}

/**
 * The values of one run: what the trigger gives over the defaults. `at` decides what day it is. A parameter of a flow
 * whose default is no plain value is left to the flow.
 */
export function bindParameters(
  workflow: string,
  parameters: WorkflowParameter[],
  given: object,
  { at, text = [] }: { at: number; text?: string[] },
): JsonObject {
  const { value, problems: lost } = toPlainJson(given);
  const problems = lost.map(({ path, found }) => `"${path}" is ${found}`);
  const values: JsonObject = {};
  const overrides = isJsonObject(value) ? value : {};
  for (const name of Object.keys(overrides)) {
    if (parameters.some((parameter) => parameter.name === name)) continue;
    const meant = nearest(name, parameters.map((parameter) => parameter.name));
    problems.push(`there is no parameter "${name}"${meant ? `; did you mean "${meant}"?` : ""}`);
  }
  for (const parameter of parameters) {
    const { name, today } = parameter;
    const isGiven = Object.hasOwn(overrides, name);
    const raw = isGiven ? overrides[name] : undefined;
    const own = isGiven ? (text.includes(name) ? fromText(parameter, raw as string) : raw!) : undefined;
    const found = own ?? (today === undefined ? parameter.default : dateIn(today, at));
    if (found === undefined) continue;
    const problem = valueProblem(parameter, found);
    if (problem) problems.push(problem);
    else values[name] = found;
  }
  const names = parameters.map(({ name }) => name).join(", ");
  throwAll(
    problems,
    `"${workflow}" cannot be triggered with these parameters`,
    "bad-config",
    names ? `Its parameters are ${names}` : "It has no parameters",
  );
  return values;
}

/** Text of a command line as the type of the parameter; what cannot be converted stays text, to be refused. */
function fromText(parameter: WorkflowParameter, text: string): Json {
  const type = typeOf(parameter);
  if (type === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (type === "string") return text;
  try {
    return type === "number" || type === "boolean" ? text : JSON.parse(text);
  } catch {
    return text;
  }
}

function typeOf({ type, default: value, today, min, max }: WorkflowParameter): string | undefined {
  if (type !== undefined) return type;
  if (today !== undefined) return "string";
  if (min !== undefined || max !== undefined) return "number";
  const found = typeof value;
  return ["string", "number", "boolean"].includes(found) ? found : undefined;
}

function valueProblem(parameter: WorkflowParameter, value: Json): string | undefined {
  const { name, min = -Infinity, max = Infinity, enum: accepted } = parameter;
  const shown = JSON.stringify(value);
  if (accepted && !accepted.some((each) => JSON.stringify(each) === shown)) {
    return `"${name}" is ${shown}; accepted are ${accepted.map((each) => JSON.stringify(each)).join(", ")}`;
  }
  const type = typeOf(parameter);
  if (type && typeof value !== type) return `"${name}" is ${shown}; accepted is a ${type}`;
  if (typeof value === "number" && (value < min || value > max)) {
    const range = [min === -Infinity ? "" : `at least ${min}`, max === Infinity ? "" : `at most ${max}`];
    return `"${name}" is ${shown}; accepted is ${range.filter(Boolean).join(" and ")}`;
  }
  return undefined;
}

function dateIn(tz: string, at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(tz).toPlainDate().toString();
}

function isTimeZone(tz: Json): boolean {
  try {
    return typeof tz === "string" && Temporal.Now.zonedDateTimeISO(tz).timeZoneId !== "";
  } catch {
    return false;
  }
}

function throwAll(problems: string[], what: string, code: string, hint?: string): void {
  if (problems.length === 0) return;
  throw new DuctaflowError(`${what}: ${problems.join("; ")}`, { code, ...(hint === undefined ? {} : { hint }) });
}
