/**
 * The cell that says, in TypeScript, what the config set: papermill's `injected-parameters`.
 * @module
 */
import type { Json } from "../base/json.ts";
import type { Flow } from "./flow.ts";

/** What the config set in a run. */
export interface InjectedValues {
  /** By the name of the parameter. */
  values: { [name: string]: Json };
  /** What the run had as globals. */
  globals: { [name: string]: Json };
}

/**
 * One line a parameter that the config set, and one a global that it made. Run after the
 * parameters cell it gives the same values, except for `const` with a default, which cannot be set: a comment says so.
 * Empty when the config sets nothing.
 */
export function injectedParameters(flow: Flow, { values, globals }: InjectedValues): string {
  const text = flow.source.split("\n");
  const lines: string[] = [];
  for (const { name, line } of flow.parameters) {
    if (!Object.hasOwn(values, name)) continue;
    const value = values[name];
    const declaration = declarationOf(name, text.slice(0, line));
    const code = literal(value);
    if (declaration === "let") lines.push(`${name} = ${code};`);
    else if (declaration === "declare") lines.push(`${globalNamed(name)} = ${code};`);
    else lines.push(`// ${name} = ${code} (injected at its const declaration)`);
  }
  return [...lines, ...globalAssignments(globals)].join("\n");
}

/** One line a global; those such as `Deno` or `fetch` are never replaced. */
export function globalAssignments(globals: { [name: string]: Json }): string[] {
  const own = Object.entries(globals).filter(([name]) => !(name in globalThis));
  return own.map(([name, value]) => `${globalNamed(name)} = ${literal(value)};`);
}

/** How a name is declared on the last of these lines: by the last keyword before it, there or above. */
function declarationOf(name: string, lines: string[]): "let" | "const" | "declare" {
  const last = lines.pop() ?? "";
  const at = last.search(new RegExp(`(?<![\\w$.])${RegExp.escape(name)}(?![\\w$])`));
  lines.push(last.slice(0, Math.max(0, at)));
  for (let i = lines.length - 1; i >= 0; i--) {
    const keyword = [...lines[i].matchAll(/(?:^|;)\s*(?:export\s+)?(declare\s+)?(const|let|var)\s/g)].at(-1);
    if (keyword?.[1] !== undefined) return "declare";
    if (keyword !== undefined) return keyword[2] === "const" ? "const" : "let";
  }
  return "let";
}

function globalNamed(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `globalThis.${name}` : `globalThis[${literal(name)}]`;
}

/** A JSON value as an expression on one line, safe inside a line comment too. */
export function literal(value: Json): string {
  const json = JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  // In an object literal `__proto__` sets the prototype instead of a key.
  if (json.includes('"__proto__":')) return `JSON.parse(${JSON.stringify(json)})`;
  // Quotes inside a text are escaped, so this is never part of one.
  return json.replace(/\{"\$secret":("(?:[^"\\]|\\.)*")\}/g, "Deno.env.get($1)!");
}
