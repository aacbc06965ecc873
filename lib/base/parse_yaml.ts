/**
 * YAML 1.2 as data. Import it lazily: the parser takes 8 ms to load.
 * @module
 */
import { parse } from "../deps/yaml.ts";

/** What YAML 1.2 calls a number, as far as the parser takes it for one too. */
const numbers = [
  /^[-+]?\d+$/,
  /^0x[\dA-Fa-f]+$/,
  /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/,
  /^[-+]?\.(?:inf|Inf|INF)$/,
  /^\.(?:nan|NaN|NAN)$/,
];

/**
 * The value of a document by the core schema of YAML 1.2, which holds what JSON holds: `no` is text, and so is a date.
 * JSON is YAML as well. The parser knows numbers as YAML 1.1 has them, where `010` is 8 and `1_000` is 1000; so it is
 * asked for the texts too.
 *
 * @throws {SyntaxError} naming line and column
 */
export function parseYaml(text: string): unknown {
  const value = parse(text, { schema: "core" });
  return hasOddNumber(text) ? corrected(value, parse(text, { schema: "failsafe" }), new Map()) : value;
}

/** Whether a number may stand in the text that is another one, or none, in YAML 1.2. */
function hasOddNumber(text: string): boolean {
  return /\b0[\db]|\d_|[-+]0x/.test(text);
}

function corrected(value: unknown, text: unknown, done: Map<unknown, unknown>): unknown {
  if (typeof value === "number") return typeof text === "string" ? numberOf(text, value) : value;
  if (typeof value !== "object" || value === null || typeof text !== "object" || text === null) return value;
  // An alias may lead back to what contains it.
  if (done.has(value)) return done.get(value);
  const copy: object = Array.isArray(value) ? [] : {};
  done.set(value, copy);
  for (const [key, item] of Object.entries(value)) {
    const spelled = Object.hasOwn(text, key) ? (text as Record<string, unknown>)[key] : undefined;
    // A key named __proto__ is a key like any other.
    const fixed = { value: corrected(item, spelled, done), enumerable: true, configurable: true, writable: true };
    Object.defineProperty(copy, key, fixed);
  }
  return copy;
}

function numberOf(text: string, value: number): number | string {
  if (!numbers.some((pattern) => pattern.test(text))) return text;
  // A zero in front means nothing.
  return numbers[0].test(text) ? Number(text) : value;
}
