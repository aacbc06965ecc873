/**
 * Options of a command: one table serves the parser, the help and the suggestions.
 * @module
 */
import { nearest } from "../base/nearest.ts";
import { usageError } from "../base/usage_error.ts";
import { parseArgs } from "../deps/cli.ts";

export { usageError };

/** One option, `--name`. */
export interface OptionSpec {
  /** One sentence without a final period. */
  help: string;
  /** What its value is called in the help; an option without it is a switch. */
  value?: string;
  /** May be given several times. */
  many?: true;
  /** The values that are accepted. */
  choices?: readonly string[];
  /** One letter, `-h`. */
  short?: string;
}

/** Options by their names. */
export type OptionTable = Record<string, OptionSpec>;

/** What a command line gives for a table. */
export type OptionValues<T extends OptionTable> = {
  [K in keyof T]: T[K] extends { many: true } ? string[]
    : T[K] extends { value: string } ? string | undefined
    : boolean;
};

/** Options that every command has. */
export const commonOptions = {
  verbose: { help: "Show more: what the flow prints, stacks of errors" },
  help: { help: "Show this help", short: "h" },
} satisfies OptionTable;

/** Reads the arguments of a command. All problems are found and thrown together. */
export function parseOptions<T extends OptionTable>(
  args: string[],
  table: T,
): { values: OptionValues<T>; positionals: string[] } {
  const names = Object.keys(table);
  const isSwitch = (name: string) => table[name].value === undefined;
  const problems: { message: string; hint?: string }[] = [];
  const parsed = parseArgs(joinValues(args, table), {
    boolean: names.filter(isSwitch),
    // "_" keeps positional arguments that look like numbers text.
    string: [...names.filter((name) => !isSwitch(name)), "_"],
    collect: names.filter((name) => table[name].many),
    alias: Object.fromEntries(names.flatMap((name) => table[name].short ? [[name, table[name].short!]] : [])),
    unknown(arg, key) {
      if (key === undefined) return true;
      problems.push(unknownOption(arg, names));
      return false;
    },
  });
  for (const name of switchesWithValue(args, table)) problems.push({ message: `The option --${name} takes no value` });
  for (const name of names.filter((name) => !isSwitch(name))) {
    problems.push(...valueProblems(name, table[name], parsed[name]));
  }
  throwAll(problems);
  const values = Object.fromEntries(names.map((name) => [name, parsed[name]]));
  return { values: values as OptionValues<T>, positionals: parsed._ };
}

/** What the parser would misread: `-` as the value of an option, and a value right behind a short name (`-pkey=1`). */
function joinValues(args: string[], table: OptionTable): string[] {
  const end = args.indexOf("--");
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    const name = end >= 0 && i > end ? undefined : valueOption(arg, table);
    const rest = name !== undefined && !arg.startsWith("--") ? arg.slice(2).replace(/^=/, "") : "";
    if (rest !== "") joined.push(`--${name}=${rest}`);
    else if (name !== undefined && args[i + 1] === "-") joined.push(`--${name}=${args[++i]}`);
    else joined.push(arg);
  }
  return joined;
}

/** The option that takes a value and that an argument names, by its long name alone or by its letter. */
function valueOption(arg: string, table: OptionTable): string | undefined {
  const [, letter] = /^-([A-Za-z])/.exec(arg) ?? [];
  const [, long] = /^--([\w-]+)$/.exec(arg) ?? [];
  const name = long ?? Object.keys(table).find((name) => letter !== undefined && table[name].short === letter);
  return name !== undefined && Object.hasOwn(table, name) && table[name].value !== undefined ? name : undefined;
}

function unknownOption(arg: string, names: string[]): { message: string; hint?: string } {
  const [dashed] = arg.split("=", 1);
  const meant = nearest(dashed.replace(/^-+/, ""), names);
  return {
    message: `There is no option "${dashed}"`,
    hint: meant ? `Did you mean "--${meant}"?` : "Add --help to see the options",
  };
}

function switchesWithValue(args: string[], table: OptionTable): string[] {
  const end = args.indexOf("--");
  const given = (end < 0 ? args : args.slice(0, end)).map((arg) => /^--([^=]+)=/.exec(arg)?.[1]);
  return given.filter((name) => name !== undefined && Object.hasOwn(table, name) && table[name].value === undefined)
    .map(String);
}

function valueProblems(name: string, spec: OptionSpec, value: unknown): { message: string; hint?: string }[] {
  const given = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const accepted = spec.choices?.map((choice) => `"${choice}"`).join(", ");
  return given.flatMap((item) => {
    if (item === "") {
      return [{ message: `The option --${name} needs a value`, hint: `Write --${name} ${spec.value}` }];
    }
    if (!spec.choices || spec.choices.includes(item)) return [];
    const meant = nearest(item, spec.choices);
    return [{
      message: `The option --${name} is "${item}"; accepted are ${accepted}`,
      ...(meant ? { hint: `Did you mean "${meant}"?` } : {}),
    }];
  });
}

function throwAll(problems: { message: string; hint?: string }[]): void {
  if (problems.length === 0) return;
  if (problems.length === 1) throw usageError(problems[0].message, problems[0].hint);
  const lines = problems.map(({ message, hint }) => `\n  - ${message}${hint ? ` (${hint})` : ""}`);
  throw usageError(`The command line has ${problems.length} problems${lines.join("")}`);
}

/** A whole number of at least 0, from text. */
export function parseCount(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`The option --${option} is "${text}"; accepted is a whole number from 0 up`);
}
