/**
 * Matches a config against the parameters of a flow. All problems are found and reported together, before anything
 * runs.
 * @module
 */
import { quoteValue } from "../base/shown_text.ts";
import { DuctaflowError } from "../base/error.ts";
import { isJsonObject, type Json, setOwn, toPlainJson } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";
import type { Config, ParameterRecord } from "../base/record.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { typeText } from "../notebook/parameter_type.ts";
import type { Flow, Parameter } from "../notebook/flow.ts";
import { flattenConfig } from "./flatten_config.ts";
import { convertText, matchesType, typeOfValue } from "./parameter_value.ts";
import { referencesIn } from "./references.ts";

/** A config that fits its flow. */
export interface BoundConfig {
  /** The config as plain JSON. */
  config: Config;
  /** Values for declared parameters that the config sets. */
  values: { [name: string]: Json };
  /** Names that become globals of the run. */
  globals: { [name: string]: Json };
  parameters: ParameterRecord[];
  /** The names of the secrets that the config refers to. */
  secrets: string[];
  warnings: string[];
}

/** How the values of a config are to be read. */
export interface BindOptions {
  /** True when all values are text that is converted by the declared types: a command line, a CSV row. */
  text?: boolean;
  /** The keys whose values are text, such as `seed` or `model.seed`; the others are JSON values. */
  textKeys?: Iterable<string>;
  /** Whose config it is, such as `prepare/am`, for the message. */
  name?: string;
}

/**
 * Binds a config to a flow.
 *
 * @throws {DuctaflowError} of code `bad-config`, with every problem on its own line: the parameter, the value found,
 * the type accepted and the flow's line
 */
export function bindConfig(flow: Flow, input: unknown, options: BindOptions = {}): BoundConfig {
  const { config, problems, lost } = readConfig(flow, input);
  const textKeys = new Set(options.text ? Object.keys(config) : options.textKeys ?? []);
  for (const { section, problem } of convertMembers(flow, config, textKeys)) {
    problems.push(problem);
    lost.add(section);
  }
  const { variables, ambiguous } = flattenConfig(config);
  const values: { [name: string]: Json } = {};
  const parameters: ParameterRecord[] = [];
  for (const parameter of flow.parameters) {
    if (parameter.name === "config" && !Object.hasOwn(config, "config")) {
      values.config = config;
      continue;
    }
    const bound = bindParameter(parameter);
    if (bound !== undefined) values[parameter.name] = bound.value;
    parameters.push(describeParameter(parameter, bound));
  }
  for (const { name, line } of flow.destructured ?? []) {
    if (!Object.hasOwn(variables, name)) continue;
    problems.push(`${name} (line ${line}): a config cannot set what is destructured; declare it by itself`);
  }
  const declared = declaredNames(flow);
  const { globals, warnings } = globalsFor(flow, variables);
  for (const name of Object.keys(ambiguous).filter((name) => !declared.has(name))) {
    warnings.push(`"${name}" is no variable because the config has it twice: ${list(ambiguous[name])}`);
  }
  // Only now are texts the values that they mean.
  const references = referencesIn(config);
  for (const { path, problem } of references.problems) problems.push(`${path}${lineAt(flow, path)}: ${problem}`);
  if (problems.length > 0) throw badConfig(flow, problems, options.name);
  return { config, values, globals, parameters, secrets: references.secrets, warnings };

  function bindParameter(parameter: Parameter): { value: Json } | undefined {
    const { name, line } = parameter;
    if (lost.has(name)) return undefined;
    if (Object.hasOwn(ambiguous, name)) {
      problems.push(`${name} (line ${line}): the config gives it twice, as ${list(ambiguous[name])}; keep one`);
      return undefined;
    }
    if (!Object.hasOwn(variables, name)) {
      if (parameter.required) problems.push(missing(parameter, Object.keys(variables), declaredNames(flow)));
      return undefined;
    }
    const given = variables[name];
    const textKey = typeof given === "string" ? keyOf(name) : undefined;
    const value = textKey === undefined ? given : convertText(given as string, parameter.type);
    if (value !== undefined && (!parameter.type || matchesType(value, parameter.type))) {
      // The config itself says the same, whether it came as text or not.
      if (textKey !== undefined) replaceValue(config, textKey, value);
      return { value };
    }
    const why = parameter.type?.kind === "unsettable"
      ? `, which no config can hold; declare what JSON has`
      // Data frames that were written as JSON have it where a cell is blank.
      : given === null && !parameter.required
      ? "; leave the key out for the flow's default"
      : "";
    problems.push(`${name} (line ${line}): found ${quoteValue(given, 80)}, accepted is ${parameter.typeText}${why}`);
    return undefined;
  }

  /** The key that gives a variable its value, if that value is text: `seed` or `model.seed`. */
  function keyOf(name: string): string | undefined {
    if (Object.hasOwn(config, name)) return textKeys.has(name) ? name : undefined;
    return [...textKeys].find((key) =>
      key.endsWith(`.${name}`) && Object.hasOwn(config, key.slice(0, -name.length - 1))
    );
  }
}

/**
 * Converts the texts for members of a parameter (`model.seed`) by its default, in place, and yields those that cannot
 * be. Where the config says nothing else of the object, the other members of the default stay.
 */
function* convertMembers(flow: Flow, config: Config, textKeys: Set<string>): Generator<BadMember> {
  for (const { name, line, default: whole } of flow.parameters) {
    const given = Object.hasOwn(config, name) ? config[name] : undefined;
    if (!isJsonObject(given)) continue;
    const isText = (member: string) => textKeys.has(`${name}.${member}`) && typeof given[member] === "string";
    const members = Object.keys(given).filter(isText);
    const model = isJsonObject(whole) ? whole : {};
    const onlyText = members.length > 0 && members.length === Object.keys(given).length;
    for (const member of members) {
      const text = given[member] as string;
      const type = Object.hasOwn(model, member) ? typeOfValue(model[member]) : undefined;
      const value = type && convertText(text, type);
      if (value !== undefined) {
        setOwn(given, member, value);
        continue;
      }
      const accepted = type
        ? `accepted is ${typeText(type)}`
        : `of which the default of ${name} tells no type; give the whole of ${name} as JSON`;
      yield { section: name, problem: `${name}.${member} (line ${line}): found ${quoteValue(text, 80)}, ${accepted}` };
    }
    if (onlyText) config[name] = { ...structuredClone(model), ...given };
  }
}

/** A text that its parameter does not take. */
interface BadMember {
  section: string;
  problem: string;
}

/** Sets what stands at `key` or `section.key`. */
function replaceValue(config: Config, key: string, value: Json): void {
  const dot = Object.hasOwn(config, key) ? -1 : key.lastIndexOf(".");
  if (dot < 0) config[key] = value;
  else (config[key.slice(0, dot)] as Config)[key.slice(dot + 1)] = value;
}

/** The config as plain JSON, with what that lost, and the names of variables that were lost in part or whole. */
function readConfig(flow: Flow, input: unknown): { config: Config; problems: string[]; lost: Set<string> } {
  const { value, problems } = toPlainJson(input ?? {});
  if (!isJsonObject(value)) {
    const found = problems.find(({ path }) => path === "")?.found ?? quoteValue(value, 80);
    return { config: {}, problems: [`the config is ${found}, accepted is an object`], lost: new Set() };
  }
  return {
    config: value,
    problems: problems.map(({ path, found }) => {
      const parameter = parameterAt(flow, path);
      if (!parameter) return `${path}: found ${found}, which JSON cannot hold`;
      return `${path} (line ${parameter.line}): found ${found}, which JSON cannot hold, accepted is ${parameter.typeText}`;
    }),
    lost: new Set(problems.flatMap(({ path }) => path.split(/[.[]/, 2))),
  };
}

/** The parameter that takes what stands at `key` or `section.key`. */
function parameterAt(flow: Flow, path: string): Parameter | undefined {
  return flow.parameters.find(({ name }) => name === path) ??
    flow.parameters.find(({ name }) => path.split(".").length === 2 && path.endsWith(`.${name}`));
}

/** Where the parameter is declared that takes what stands at a path, or around it: ` (line 3)`. */
function lineAt(flow: Flow, path: string): string {
  const [first, second] = path.split(/[.[]/, 2);
  const parameter = parameterAt(flow, first) ?? parameterAt(flow, `${first}.${second}`);
  return parameter ? ` (line ${parameter.line})` : "";
}

function describeParameter(parameter: Parameter, bound: { value: Json } | undefined): ParameterRecord {
  const { name, typeText: type, line } = parameter;
  if (bound) return { name, type, value: bound.value, source: "config", line };
  return { name, type, value: parameter.default ?? parameter.defaultText ?? null, source: "default", line };
}

/** What a config that was bound set in its run. */
export function boundValues(
  flow: Flow,
  config: Config,
  parameters: ParameterRecord[],
): Pick<BoundConfig, "values" | "globals"> {
  const values: BoundConfig["values"] = {};
  for (const { name, value, source } of parameters) if (source === "config") values[name] = value;
  if (!Object.hasOwn(values, "config") && declaredNames(flow).has("config")) values.config = config;
  return { values, globals: globalsFor(flow, flattenConfig(config).variables).globals };
}

/** Everything that no declaration takes becomes a global, so that plain use of the name works. */
function globalsFor(flow: Flow, variables: { [name: string]: Json }): { globals: Config; warnings: string[] } {
  const declared = declaredNames(flow);
  const globals: Config = {};
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(variables)) {
    if (declared.has(name)) continue;
    if (name in globalThis || name === "__ductaflow__") {
      warnings.push(`"${name}" is no variable: a global of that name exists`);
      continue;
    }
    globals[name] = value;
    const meant = maybeMeant(flow, name, declared);
    if (meant) warnings.push(`The flow declares no "${name}"; did you mean "${meant}"?`);
  }
  return { globals, warnings };
}

/**
 * The parameter that was meant by a key which the flow neither declares nor mentions, such as `["perid"]` or
 * `["place", "perid"]`; undefined when the key is as good as any.
 */
export function meantParameter(flow: Flow, path: string[]): string | undefined {
  const declared = declaredNames(flow);
  // Only names that become variables: the members of a parameter are its own affair.
  const names = path.slice(0, 2);
  if (names.some((name) => declared.has(name))) return undefined;
  for (const name of names) {
    const meant = maybeMeant(flow, name, declared);
    if (meant !== undefined) return meant;
  }
}

function maybeMeant(flow: Flow, name: string, declared: Set<string>): string | undefined {
  return isMentioned(flow, name) ? undefined : nearest(name, declared);
}

/** Whether a name occurs in the flow at all; only to tell a mistyped key from one that is used as a global. */
function isMentioned(flow: Flow, name: string): boolean {
  return /^[\w$]+$/.test(name) && new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`).test(flow.source);
}

function missing(parameter: Parameter, given: string[], declared: Set<string>): string {
  const { name, line, typeText } = parameter;
  const meant = nearest(name, given.filter((key) => !declared.has(key)));
  const hint = meant ? `; the config has "${meant}"` : "";
  return `${name} (line ${line}): missing, accepted is ${typeText}${hint}`;
}

function declaredNames(flow: Flow): Set<string> {
  return new Set(flow.parameters.map((parameter) => parameter.name));
}

function badConfig(flow: Flow, problems: string[], name?: string): DuctaflowError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map((problem) => `\n  - ${problem}`).join("");
  return new DuctaflowError(
    `The config${name ? ` of ${name}` : ""} does not fit ${flowLocation(flow.url)}: ${count}${lines}`,
    {
      code: "bad-config",
      hint: "Change the config, or the declarations in the parameters cell",
    },
  );
}

function list(paths: string[]): string {
  return paths.map((path) => `"${path}"`).join(" and ");
}
