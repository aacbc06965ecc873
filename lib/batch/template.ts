/**
 * Texts with placeholders, such as `"{zone}_{period}"`: names of instances, paths of deliveries. `{{` and `}}` stand for
 * braces.
 * @module
 */
import { shorten, visible } from "../base/shown_text.ts";
import { DuctaflowError } from "../base/error.ts";
import { nearest } from "../base/nearest.ts";

/** Where the values of placeholders come from. */
export interface Lookup {
  /** The value of a name; undefined for none. */
  get(name: string): unknown;
  /** All names that have a value. */
  names(): string[];
  /** Whether a name without a value has one elsewhere, as a column whose cell is blank. */
  isBlank?(name: string): boolean;
}

/** A piece of a template: text as it is, or the name of a placeholder. */
export type TemplatePart = { text: string } | { placeholder: string };

/** A rendered template, or why it cannot be rendered. */
export interface Filled {
  text: string;
  /** One phrase a problem. */
  problems: string[];
}

const namesShown = 30;
const deepest = 5;
const tokens = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;

/**
 * The pieces of a template.
 *
 * @throws {DuctaflowError} of code `bad-template` for braces that do not pair
 */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const refuse = (what: string) => {
    throw new DuctaflowError(`The template "${template}" has ${what}`, {
      code: "bad-template",
      hint: `Write a placeholder as "{name}"; "{{" and "}}" stand for braces`,
    });
  };
  for (const [token, placeholder] of template.matchAll(tokens)) {
    if (placeholder !== undefined) {
      if (placeholder.trim() === "") refuse("a placeholder without a name");
      parts.push({ placeholder });
    } else if (token === "{") refuse(`a "{" that is not closed`);
    else if (token === "}") refuse(`a "}" that is not opened`);
    else parts.push({ text: token === "{{" || token === "}}" ? token[0] : token });
  }
  return parts;
}

/** The names of the placeholders in a template, each once, in order. */
export function placeholdersOf(template: string): string[] {
  return [...new Set(parseTemplate(template).flatMap((part) => "placeholder" in part ? [part.placeholder] : []))];
}

/**
 * A template with its placeholders replaced by their values: text, finite numbers, true and false.
 *
 * @throws {DuctaflowError} of code `bad-template` with all problems: unknown names (with the nearest and all known ones)
 * and values that have no one text
 */
export function renderTemplate(template: string, lookup: Lookup): string {
  const { text, problems } = fillTemplate(parseTemplate(template), lookup);
  if (problems.length === 0) return text;
  const told = problems.length === 1 ? `: ${problems[0]}` : problems.map((problem) => `\n  - ${problem}`).join("");
  const count = problems.length === 1 ? "" : ` has ${problems.length} problems`;
  throw new DuctaflowError(`The template "${template}"${count}${told}`, { code: "bad-template" });
}

/** Like `renderTemplate` for one that is parsed; `check` may refuse the text of a value with a phrase. */
export function fillTemplate(
  parts: TemplatePart[],
  lookup: Lookup,
  check: (text: string) => string | undefined = () => undefined,
): Filled {
  const problems = new Set<string>();
  const texts = parts.map((part) => {
    if ("text" in part) return part.text;
    const value = lookup.get(part.placeholder);
    const text = textOf(value);
    const problem = text === undefined ? noText(part.placeholder, value, lookup) : check(text);
    if (problem === undefined) return text;
    problems.add(text === undefined ? problem : `"{${part.placeholder}}" is "${visible(shorten(text))}": ${problem}`);
    return "";
  });
  return { text: texts.join(""), problems: [...problems] };
}

/** Values by name from objects, the first that has one wins; `model.seed` reaches into `model`. */
export function lookupIn(...sources: Record<string, unknown>[]): Lookup {
  return {
    get(name) {
      for (const source of sources) {
        const value = ownMember(source, name) ?? memberAt(source, name.split("."));
        if (value !== undefined) return value;
      }
    },
    names: () => [...new Set(sources.flatMap((source) => namesIn(source, "", deepest)))],
  };
}

function ownMember(of: unknown, name: string): unknown {
  return isPlain(of) && Object.hasOwn(of, name) ? of[name] : undefined;
}

function memberAt(source: unknown, path: string[]): unknown {
  return path.reduce(ownMember, source);
}

function namesIn(source: Record<string, unknown>, before: string, depth: number): string[] {
  return Object.entries(source).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return isPlain(value) && depth > 1 ? namesIn(value, `${before}${key}.`, depth - 1) : [before + key];
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined for what has no one text. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const isScalar = typeof value === "boolean" || typeof value === "bigint" || Number.isFinite(value);
  return isScalar ? String(value) : undefined;
}

function noText(name: string, value: unknown, lookup: Lookup): string {
  if (value !== undefined) {
    return `"{${name}}" is ${kindOf(value)}, accepted are text, finite numbers, true and false`;
  }
  if (lookup.isBlank?.(name)) return `"{${visible(shorten(name))}}" has no value`;
  const known = lookup.names();
  const meant = nearest(name, known);
  const shown = known.slice(0, namesShown).map((name) => `"${name}"`).join(", ");
  const more = known.length > namesShown ? ` and ${known.length - namesShown} more` : "";
  return `"{${visible(shorten(name))}}" is not known${meant === undefined ? "" : ` (did you mean "{${meant}}"?)`}; ` +
    (known.length === 0 ? "there are no values at all" : `known are ${shown}${more}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "number" ? `${value}` : `a ${typeof value}`;
}
