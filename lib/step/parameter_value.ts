/**
 * Whether a value fits the declared type of a parameter, and how text becomes one.
 * @module
 */
import { secretNameOf } from "../base/names.ts";

import type { Json } from "../base/json.ts";
import type { ParameterType } from "../notebook/flow.ts";

/** Whether a JSON value is of the type. What a secret stands for is text. */
export function matchesType(value: Json, type: ParameterType): boolean {
  const typeOfValue: string = typeof value;
  switch (type.kind) {
    case "null":
      return value === null;
    case "literal":
      return value === type.value;
    case "union":
      return type.of.some((member) => matchesType(value, member));
    case "array":
      return Array.isArray(value) && value.every((item) => matchesType(item, type.of));
    case "unsettable":
      return false;
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value) && secretNameOf(value) === undefined;
    case "string":
      return typeOfValue === "string" || secretNameOf(value) !== undefined;
    default:
      return typeOfValue === type.kind;
  }
}

/** The type that a default value shows, such as a member of a default object; undefined when it shows none. */
export function typeOfValue(value: Json): ParameterType | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const types = value.map(typeOfValue);
    const same = types.every((type) => type !== undefined && JSON.stringify(type) === JSON.stringify(types[0]));
    return same && types[0] ? { kind: "array", of: types[0] } : undefined;
  }
  const kind = typeof value;
  return kind === "string" || kind === "number" || kind === "boolean" ? { kind } : { kind: "object" };
}

/**
 * The value that a text of a command line or a CSV cell means for a type, or undefined when it means none. For a
 * string parameter the text stays as it is, so `001` stays `001`; without a declared type it stays text too. Arrays are
 * written as JSON or separated by commas, objects as JSON.
 */
export function convertText(text: string, type: ParameterType | undefined): Json | undefined {
  if (!type) return text;
  switch (type.kind) {
    case "string":
      return text;
    case "number":
      return convertNumber(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "null":
      return text === "null" || text === "" ? null : undefined;
    case "literal":
      return convertLiteral(text, type.value);
    case "union":
      return convertUnion(text, type.of);
    case "array":
      return convertArray(text, type.of);
    case "unsettable":
      return undefined;
    case "object":
      return parseJson(text);
  }
}

function convertNumber(text: string): number | undefined {
  const number = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function convertLiteral(text: string, value: string | number | boolean): Json | undefined {
  if (typeof value === "number") return convertNumber(text) === value ? value : undefined;
  return text === String(value) ? value : undefined;
}

/** Literals and stricter types first; plain text only when nothing else takes it. */
function convertUnion(text: string, members: ParameterType[]): Json | undefined {
  const ordered = [...members].sort((a, b) => Number(a.kind === "string") - Number(b.kind === "string"));
  for (const member of ordered) {
    const value = convertText(text, member);
    if (value !== undefined) return value;
  }
  return undefined;
}

function convertArray(text: string, item: ParameterType): Json | undefined {
  if (text.trim().startsWith("[")) return parseJson(text);
  if (text.trim() === "") return [];
  const values = text.split(",").map((part) => convertText(part.trim(), item));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
