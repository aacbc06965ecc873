/**
 * Cell markers as text: the inverse of `marker.ts`, in Jupytext's spelling.
 * @module
 */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { type Marker, parseMarker } from "./marker.ts";

const unreadable = "incorrectly_encoded_metadata";

/**
 * The marker line of a cell. Of the ways to write it, the first is taken that reads back as the same: title and keys in
 * plain form, the title as a key, all as JSON. Undefined when none does.
 */
export function maybeMarkerLine(marker: Marker): string | undefined {
  const { title, metadata } = marker;
  const { cell_depth: depth, ...keys } = metadata;
  const { region_name: region, ...rest } = keys;
  const isDepth = typeof depth === "number" && Number.isSafeInteger(depth) && depth > 0 && depth < 20;
  const isRegion = marker.type === "markdown" && region === "md";
  const type = marker.type === "code" ? "" : isRegion ? "[md]" : `[${marker.type}]`;
  const start = `// %%${isDepth ? "%".repeat(depth) : ""}`;
  const all = { ...(isDepth ? {} : depth === undefined ? {} : { cell_depth: depth }), ...(isRegion ? rest : keys) };
  const titled = title === undefined ? all : { title, ...all };
  const forms = [
    [title ?? "", type, ...keyTexts(all)],
    [type, ...keyTexts(titled)],
    [type, pythonJson(titled)],
  ];
  // Jupytext takes a last word such as ".csv" for a key.
  if (title !== undefined && /(^|\s)\.\S*$/.test(title)) forms.shift();
  return forms.map((parts) => [start, ...parts.filter((part) => part !== "")].join(" ")).find((line) =>
    isSame(line, marker)
  );
}

function isSame(line: string, { type, title, metadata }: Marker): boolean {
  const read = /[\r\n]/.test(line) ? undefined : parseMarker(line);
  return read !== undefined && read.type === type && read.title === title &&
    canonicalJson(read.metadata) === canonicalJson(metadata);
}

/**
 * Keys as Jupytext writes them. A bare one right behind the title would be part of that: it comes behind the first with a
 * value, unless it starts with a dot. (Reading turns their order round: so they are sorted.)
 */
function keyTexts(metadata: JsonObject): string[] {
  const entries = Object.entries(metadata);
  const valued = entries.filter(([, value]) => value !== null).map(([key, value]) =>
    key === unreadable && typeof value === "string" ? value : `${key}=${pythonJson(value)}`
  );
  const bare = entries.filter(([, value]) => value === null).map(([key]) => key).sort();
  const dotted = bare.filter((key) => key.startsWith("."));
  return [...dotted, ...valued.slice(0, 1), ...bare.filter((key) => !key.startsWith(".")), ...valued.slice(1)];
}

/** JSON as Python writes it: a blank behind each comma and colon, ASCII only. */
function pythonJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (isJsonObject(value)) {
    return `{${Object.entries(value).map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`).join(", ")}}`;
  }
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
