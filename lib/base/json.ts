/**
 * JSON as data: the value type, the check that a value survives JSON unchanged, and the canonical text that is hashed.
 * @module
 */
import { shorten } from "./shown_text.ts";

/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | {
  [key: string]: Json;
};

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** Deeper JSON overflows the stack of those who read it. */
const deepest = 500;

/** One reason why a value cannot be written as JSON, with the path to it (`axes[2].start`). */
export interface JsonProblem {
  /** Where in the value; empty for the value itself. */
  path: string;
  /** What was found there, as a noun phrase such as `a function`. */
  found: string;
}

/**
 * Copies a value into plain JSON and lists all that would be lost or changed on the way: functions, symbols, BigInt,
 * NaN and infinities, cycles, what lies deeper than 500 levels, Map, Set and other class instances, `undefined` in a list. Objects with `toJSON` (dates, runs) are asked for
 * their JSON; keys whose value is `undefined` are left out, as `JSON.stringify` does; `-0` becomes `0`. `convert` is
 * given every value first and may put another in its place, such as text for a BigInt.
 */
export function toPlainJson(
  value: unknown,
  convert: (value: unknown) => unknown = (value) => value,
): { value: Json; problems: JsonProblem[] } {
  const problems: JsonProblem[] = [];
  /** The objects around the one that is looked at. */
  const open = new Set<object>();
  return { value: copy(value, ""), problems };

  function copy(given: unknown, path: string): Json {
    const value = convert(given);
    if (
      value === null || typeof value === "boolean" || typeof value === "string"
    ) return value;
    if (typeof value === "number") {
      if (!Number.isFinite(value)) return refuse(path, `the number ${value}`);
      return value === 0 ? 0 : value;
    }
    if (typeof value !== "object") return refuse(path, describe(value));
    if (open.has(value)) {
      return refuse(path, "a reference back to an object that contains it");
    }
    if (open.size >= deepest) return refuse(shorten(path), `more than ${deepest} objects and lists in each other`);
    open.add(value);
    try {
      return copyObject(value, path);
    } finally {
      open.delete(value);
    }
  }

  function copyObject(value: object, path: string): Json {
    if (Array.isArray(value)) {
      return Array.from(value, (item, i) => copy(item, `${path}[${i}]`));
    }
    if ("toJSON" in value && typeof value.toJSON === "function") {
      const json = value.toJSON();
      return json === null && value instanceof Date ? refuse(path, "an invalid date") : copy(json, path);
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      return refuse(
        path,
        `an instance of ${value.constructor?.name ?? "a class"}`,
      );
    }
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) setOwn(result, key, copy(item, path ? `${path}.${key}` : key));
    }
    return result;
  }

  function refuse(path: string, found: string): null {
    problems.push({ path, found });
    return null;
  }
}

function describe(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return `the BigInt ${value}n`;
    case "undefined":
      return "undefined";
    default:
      return `a ${typeof value}`;
  }
}

/** A value as the text of a file or a terminal: indented, with an end of line. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Whether a value is a JSON object: neither null nor a list. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets a member of an object. Plain assignment to `__proto__` would set the prototype and lose the key. */
export function setOwn(object: object, key: string, value: Json): void {
  if (key !== "__proto__") (object as JsonObject)[key] = value;
  else Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
}

/**
 * The one text of a JSON value whatever the order of its keys: keys sorted by UTF-16 code units, no white space,
 * numbers as ECMAScript prints them (so `1.0` is `1` and `-0` is `0`), strings kept code unit by code unit (so NFC and
 * NFD spellings differ). This is RFC 8785 for all values that JSON can hold.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${members.join()}}`;
}
