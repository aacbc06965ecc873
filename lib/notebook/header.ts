/**
 * The YAML header of a flow: comment lines between `// ---` and `// ---` at the top of the file.
 * @module
 */
import { DuctaflowError, isDuctaflowError, messageOf } from "../base/error.ts";
import { parseDuration, parseTimeLimit } from "../base/duration.ts";
import { nearest } from "../base/nearest.ts";
import { toPlainJson } from "../base/json.ts";
import { flowLocation } from "./flow_location.ts";
import { maybeBytes } from "../base/byte_size.ts";
import { parsePermissions } from "./header_permissions.ts";
import { lineText } from "./lines.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { FlowHeader } from "./flow.ts";
import type { HeaderProblem } from "./header_permissions.ts";
import type { Lines } from "./lines.ts";

/** The keys with a meaning here; `jupyter` is Jupytext's own. */
const knownKeys = ["title", "description", "permissions", "timeout", "retries", "fresh_for", "memory", "jupyter"];
const limitOfValues = 10_000;

/** A header and where the text after it begins. */
export interface ParsedHeader {
  header: FlowHeader;
  /** The last line of the header, from 1; without a header, of the shebang and encoding lines; 0 without these. */
  endLine: number;
}

/**
 * Reads the header of a flow, after an optional shebang line and an optional encoding line. Unknown keys are kept;
 * those that look like a misspelled known one give a warning.
 * @throws {DuctaflowError} `flow-header` when it is not closed, not YAML, or a value means nothing
 */
export async function parseHeader(lines: Lines, url: string): Promise<ParsedHeader> {
  const { first, open, close } = findHeader(lines, url);
  if (open === undefined) {
    return { header: { permissions: {}, raw: {}, warnings: lateHeader(lines, first, url) }, endLine: first - 1 };
  }
  const yaml = await readYaml(lines, open, close, url);
  return { header: readHeader(yaml, lines, open, close, url), endLine: close };
}

/**
 * Where the header stands: its `// ---` lines, from 1, and the first line behind shebang and encoding.
 * @throws {DuctaflowError} `flow-header` when it is not closed
 */
export function findHeader(lines: Lines, url: string): { first: number; open?: number; close: number } {
  let first = 1;
  if (lineText(lines, first).startsWith("#!")) first++;
  if (/^[ \t\f]*\/\/.*?coding[:=][ \t]*[-_.a-zA-Z0-9]+/.test(maybeLine(lines, first))) first++;
  let open = first;
  while (open < lines.starts.length && lineText(lines, open).trim() === "") open++;
  if (!isFence(maybeLine(lines, open))) return { first, close: 0 };
  for (let line = open + 1; line <= lines.starts.length; line++) {
    const text = lineText(lines, line);
    if (isFence(text)) return { first, open, close: line };
    if (!text.startsWith("//")) break;
  }
  throw new DuctaflowError(`The header that starts on ${flowLocation(url, open)} is not closed`, {
    code: "flow-header",
    hint: `End it with a line "// ---"; every line before that starts with "//"`,
  });
}

/** A header below other comments is none, to Jupytext too; who wrote it ought to know. */
function lateHeader(lines: Lines, first: number, url: string): string[] {
  for (let line = first; maybeLine(lines, line).startsWith("//"); line++) {
    if (!isFence(lineText(lines, line)) || !/^\/\/\s*\w+:/.test(maybeLine(lines, line + 1))) continue;
    return [`What looks like a header (${flowLocation(url, line)}) is not read; it must be at the top of the file`];
  }
  return [];
}

function isFence(line: string): boolean {
  return /^\/\/\s*---\s*$/.test(line);
}

function maybeLine(lines: Lines, line: number): string {
  return line <= lines.starts.length ? lineText(lines, line) : "";
}

async function readYaml(lines: Lines, open: number, close: number, url: string): Promise<JsonObject> {
  const text: string[] = [];
  for (let line = open + 1; line < close; line++) text.push(lineText(lines, line).replace(/^\/\/ ?/, ""));
  // YAML takes 8 ms to load: a flow without a header does not pay for it.
  const { parseYaml } = await import("../base/parse_yaml.ts");
  let value: unknown;
  try {
    value = parseYaml(text.join("\n"));
  } catch (error) {
    const [, what, line] = /^([\s\S]*?) at line (\d+), column \d+/.exec(messageOf(error)) ?? [];
    const place = flowLocation(url, line ? Math.min(open + Number(line), close) : open);
    throw new DuctaflowError(`The header of the flow is not valid YAML (${place}): ${what ?? messageOf(error)}`, {
      code: "flow-header",
      hint: `Write "key: value" lines; put values with special characters in quotes`,
      cause: error,
    });
  }
  return checkObject(value ?? {}, flowLocation(url, open));
}

function checkObject(value: unknown, place: string): JsonObject {
  const fail = (what: string) =>
    new DuctaflowError(`The header of the flow (${place}) ${what}`, {
      code: "flow-header",
      hint: `Write "key: value" lines, such as "title: Delay model"`,
    });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fail(`holds ${Array.isArray(value) ? "a list" : JSON.stringify(value)} instead of keys with values`);
  }
  // Aliases make a small text mean an endless or a huge value.
  if (countValues(value) > limitOfValues) throw fail("repeats itself through YAML aliases");
  const { value: json, problems } = toPlainJson(value);
  if (problems.length > 0) throw fail(`holds ${problems[0].found} at "${problems[0].path}"`);
  return json as JsonObject;
}

/** Counts a value and all inside it, as often as it is there; stops a little above the limit. */
function countValues(value: unknown): number {
  const open = [value];
  let count = 0;
  while (open.length > 0 && count + open.length <= limitOfValues) {
    const next = open.pop();
    count++;
    if (typeof next === "object" && next !== null) open.push(...Object.values(next));
  }
  return count + open.length;
}

function readHeader(raw: JsonObject, lines: Lines, open: number, close: number, url: string): FlowHeader {
  const problems: HeaderProblem[] = [];
  const read = <T>(key: string, parse: (value: Json) => T | HeaderProblem): T | undefined => {
    const value = raw[key];
    if (value === undefined || value === null) return undefined;
    const result = parse(value);
    if (!isProblem(result)) return result;
    problems.push(result);
  };
  const permissions = parsePermissions(raw.permissions ?? null);
  problems.push(...permissions.problems);
  const header: FlowHeader = {
    title: read("title", (value) => asText("title", value)),
    description: read("description", (value) => asText("description", value)),
    permissions: permissions.permissions,
    timeoutMs: read("timeout", (value) => asDuration("timeout", value, parseTimeLimit)),
    retries: read("retries", asRetries),
    freshForMs: read("fresh_for", (value) => asDuration("fresh_for", value)),
    memoryBytes: read("memory", asMemory),
    raw,
    line: open,
    warnings: [],
  };
  const lineOf = (key: string) => lineOfKey(lines, open, close, key);
  if (problems.length > 0) throw headerError(problems, (key) => flowLocation(url, lineOf(key)));
  header.warnings = misspelledKeys(raw).map(({ key, known }) =>
    `The header has an unknown key "${key}" (${flowLocation(url, lineOf(key))}); did you mean "${known}"?`
  );
  for (const key of Object.keys(header) as (keyof FlowHeader)[]) if (header[key] === undefined) delete header[key];
  return header;
}

function misspelledKeys(raw: JsonObject): { key: string; known: string }[] {
  const free = knownKeys.filter((known) => !(known in raw));
  return Object.keys(raw).filter((key) => !knownKeys.includes(key)).flatMap((key) => {
    const known = nearest(key.replaceAll("-", "_"), free);
    return known ? [{ key, known }] : [];
  });
}

function headerError(problems: HeaderProblem[], place: (key: string) => string): DuctaflowError {
  const texts = problems.map(({ key, message }) => `${message} (${place(key)})`);
  const [first] = texts;
  const message = texts.length === 1
    ? `In the header of the flow, ${first}`
    : `The header of the flow has ${texts.length} mistakes:\n${texts.map((text) => `- ${text}`).join("\n")}`;
  const hint = [...new Set(problems.map(({ hint }) => hint))].join("; ");
  return new DuctaflowError(message, { code: "flow-header", hint });
}

/** The line of the header on which a key stands, as far as can be told from its text. */
function lineOfKey(lines: Lines, open: number, close: number, key: string): number {
  const text = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`^//(.*[{,\\s])?["']?${text}["']?\\s*:`);
  for (let line = open + 1; line < close; line++) if (pattern.test(lineText(lines, line))) return line;
  return open;
}

function isProblem(value: unknown): value is HeaderProblem {
  return typeof value === "object" && value !== null && "hint" in value && "message" in value;
}

function asText(key: string, value: Json): string | HeaderProblem {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const message = `the value of "${key}" is ${JSON.stringify(value)}, which is not text`;
  return { key, message, hint: `Write text, in quotes if it holds special characters` };
}

function asRetries(value: Json): number | HeaderProblem {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  const message = `the value of "retries" is ${JSON.stringify(value)}, which is not a count`;
  return { key: "retries", message, hint: `Write a whole number, such as "retries: 2"` };
}

function asMemory(value: Json): number | HeaderProblem {
  const bytes = maybeBytes(value);
  if (bytes !== undefined) return bytes;
  const message = `the value of "memory" is ${JSON.stringify(value)}, which is no amount of memory from 32 MB on`;
  return { key: "memory", message, hint: `Write a number with its unit, such as "memory: 512MB" or "memory: 2GB"` };
}

function asDuration(key: string, value: Json, parse = parseDuration): number | HeaderProblem {
  try {
    return parse(value, `"${key}"`);
  } catch (error) {
    if (!isDuctaflowError(error)) throw error;
    return { key, message: error.message, hint: error.hint?.replace(/\.$/, "") ?? "" };
  }
}
