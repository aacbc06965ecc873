/**
 * What a module of operators says about its exports, read from its text: nothing of it runs in the conductor.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { DuctaflowError } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import { nearest } from "../base/nearest.ts";
import { version } from "../base/version.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { readFlowSource } from "../notebook/read_flow.ts";
import { parseOperatorOptions } from "./operator_options.ts";
import type { ReadExports, ReadOperator } from "./read_exports.ts";

/** What an operator is, as its module says. */
export interface OperatorDescription {
  kind: "op" | "metric" | "check";
  /** URL of the file that declares it. */
  url: string;
  /** Line of its declaration, from 1. */
  line: number;
  /** Its source text. */
  source: string;
  /** What it does: the option `description`, or its JSDoc. */
  description?: string;
  options: JsonObject;
}

/** Changes when `readExports` finds more than before. */
const format = 2;
const described = new Map<string, { text: string; exports: ReadExports }>();

/**
 * Finds an exported function. Exports of other modules are followed as far as they are relative.
 * @throws {DuctaflowError} of code `no-operator` with the nearest name
 */
export async function describeOperator(url: string, name: string, cacheDir: string): Promise<OperatorDescription> {
  const seen = new Set<string>();
  const found = await find(url, name);
  if (found === "unknown") return { kind: "op", url, line: 1, source: "", options: {} };
  if (found) return found;
  const { names } = await exportsOf(url, cacheDir);
  const meant = nearest(name, names);
  const list = names.length === 0
    ? "it exports nothing"
    : `it exports ${names.slice(0, 12).map((n) => `"${n}"`).join(", ")}`;
  throw new DuctaflowError(`"${flowLocation(url)}" exports no "${name}": ${list}`, {
    code: "no-operator",
    hint: meant ? `Did you mean "${meant}"?` : "Export the function, or correct its name",
  });

  async function find(at: string, wanted: string): Promise<OperatorDescription | "unknown" | undefined> {
    if (seen.has(`${at} ${wanted}`)) return undefined;
    seen.add(`${at} ${wanted}`);
    const { operators, elsewhere, stars } = await exportsOf(at, cacheDir);
    if (Object.hasOwn(operators, wanted)) {
      const { kind, line, source, options: given, optionsLine } = operators[wanted];
      const place = flowLocation(at, optionsLine ?? line);
      const options = parseOperatorOptions(kind, given, `"${wanted}" (${place})`);
      const description = descriptionOf(operators[wanted]);
      return { kind, url: at, line, source, ...(description === undefined ? {} : { description }), options };
    }
    const other = Object.hasOwn(elsewhere, wanted) ? elsewhere[wanted] : undefined;
    if (other) return isRelative(other.from) ? await find(new URL(other.from, at).href, other.name) : "unknown";
    for (const from of stars) {
      if (!isRelative(from)) return "unknown";
      const found = await find(new URL(from, at).href, wanted);
      if (found) return found;
    }
    return undefined;
  }
}

/** What an operator does: its option `description`, or its JSDoc. */
export function descriptionOf({ options, description }: ReadOperator): string | undefined {
  return typeof options.description === "string" ? options.description : description;
}

function isRelative(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier);
}

/** Kept by content: the parser takes longer to load than everything else here. */
async function exportsOf(url: string, cacheDir: string): Promise<ReadExports> {
  const { source } = await readFlowSource(url).catch((cause) => {
    throw new DuctaflowError(`There is no module of operators "${flowLocation(url)}"`, {
      code: "no-operator",
      hint: "Give ops() the URL of a module, as import.meta.resolve gives it",
      cause,
    });
  });
  const known = described.get(url);
  if (known?.text === source) return known.exports;
  const hash = await sha256(`${version} ${format}\n${url}\n${source}`);
  const path = `${cacheDir}/${hash.slice(0, 16)}.json`;
  let exports = maybeExports(maybeText(path));
  if (!exports) {
    const { readExports } = await import("./read_exports.ts");
    exports = await readExports(source, url);
    Deno.mkdirSync(cacheDir, { recursive: true });
    writeFileAtomic(path, JSON.stringify(exports));
  }
  described.set(url, { text: source, exports });
  return exports;
}

function maybeExports(text: string | undefined): ReadExports | undefined {
  try {
    const value = JSON.parse(text ?? "") as { [key in keyof ReadExports]?: Json };
    return typeof value.operators === "object" && Array.isArray(value.names)
      ? value as unknown as ReadExports
      : undefined;
  } catch {
    return undefined;
  }
}
