/**
 * Cell markers: `// %% title [type] key=value` lines, in the grammar of Jupytext's percent format.
 * @module
 */
import { isJsonObject } from "../base/json.ts";
import { maybePythonLiteral } from "./python_literal.ts";
import type { Json, JsonObject } from "../base/json.ts";

/** What a marker line says about its cell. */
export interface Marker {
  type: "code" | "markdown" | "raw";
  title?: string;
  /** All else: `tags`, `cell_depth`, `region_name`, any key; what cannot be read is `incorrectly_encoded_metadata`. */
  metadata: JsonObject;
}

const explicitMarker = /^\s*\/\/\s*%%(%*)\s(.*)$/;
const bareMarker = /^\s*\/\/\s*(%%|<codecell>|In\[[0-9 ]*\]:?)\s*$/;
const unreadable = "incorrectly_encoded_metadata";

/**
 * Whether a line (without its end) reads as a cell marker. Whether it is one depends on where it stands too: text in a
 * template literal or in a function never is.
 */
export function isMarkerLine(line: string): boolean {
  return explicitMarker.test(line) || bareMarker.test(line);
}

/** What a marker line (without its end) says, or undefined when the line is no marker. */
export function parseMarker(line: string): Marker | undefined {
  if (!explicitMarker.test(line)) return bareMarker.test(line) ? { type: "code", metadata: {} } : undefined;
  const { title: words, metadata } = parseOptions(line.slice(line.indexOf("%%") + 2).trim());
  let title = words;
  const [typeName] = /\[(?:markdown|raw|md)\]/.exec(title) ?? [];
  if (typeName) title = title.replace(typeName, "").replace(/\s+/g, " ").trim();
  if (typeName === "[md]") metadata.region_name = "md";
  const depth = /^%*/.exec(title)![0].length;
  if (depth > 0) {
    metadata.cell_depth = depth;
    title = title.slice(depth).trim();
  }
  const type = typeName === "[raw]" ? "raw" : typeName ? "markdown" : "code";
  return withKeys({ type, metadata, ...(title && { title }) });
}

/** Some tools write the title and the type as keys; they mean the same. */
function withKeys(marker: Marker): Marker {
  const { title, cell_type: type, ...metadata } = marker.metadata;
  const result: Marker = { ...marker, metadata };
  if (typeof title === "string") result.title ??= title;
  else if (title !== undefined) metadata.title = title;
  if (type === "markdown" || type === "raw" || type === "code") result.type = type;
  else if (type !== undefined) metadata.cell_type = type;
  return result;
}

function parseOptions(text: string): { title: string; metadata: JsonObject } {
  const brace = text.indexOf("{");
  const equals = text.indexOf("=");
  if (brace >= 0 && (equals < 0 || brace < equals)) {
    const value = maybeValue(text.slice(brace));
    const metadata = isJsonObject(value) ? value : { [unreadable]: text.slice(brace) };
    return { title: text.slice(0, brace).trim(), metadata };
  }
  if (equals < 0) return { title: text, metadata: {} };
  // The title is what stands before the first key; words such as `.cls` right before it are keys too.
  let keys = text.slice(0, equals).trimEnd().lastIndexOf(" ") + 1;
  for (let word = /(?:^|\s)(\.\S*)\s+$/.exec(text.slice(0, keys)); word;) {
    keys = text.slice(0, keys).trimEnd().length - word[1].length;
    word = /(?:^|\s)(\.\S*)\s+$/.exec(text.slice(0, keys));
  }
  return { title: text.slice(0, keys).trim(), metadata: parseKeys(text.slice(keys)) };
}

/** `key=value` pairs, read from the right as Jupytext does; a bare name is a key whose value is null. */
function parseKeys(input: string): JsonObject {
  const text = input.trim();
  if (text === "") return {};
  const lastSpace = text.lastIndexOf(" ");
  const lastWord = text.slice(lastSpace + 1);
  if (/^[a-zA-Z_.]+[a-zA-Z0-9_.]*$/.test(lastWord) && !text.startsWith("--")) {
    return { [lastWord]: null, ...parseKeys(text.slice(0, Math.max(0, lastSpace))) };
  }
  for (let equals = text.lastIndexOf("="); equals >= 0; equals = equals > 0 ? text.lastIndexOf("=", equals - 1) : -1) {
    const before = text.slice(0, equals).trimEnd();
    const space = before.lastIndexOf(" ");
    const key = before.slice(space + 1);
    if (!/^[a-zA-Z0-9_.@/-]+$/.test(key)) continue;
    const value = maybeValue(text.slice(equals + 1));
    if (value === undefined) continue;
    return { ...parseKeys(text.slice(0, Math.max(0, space))), [key]: value };
  }
  return { [unreadable]: text };
}

function maybeValue(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return maybePythonLiteral(text);
  }
}
