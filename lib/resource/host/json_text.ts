/**
 * JSON for others to read.
 * @module
 */

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** JSON in which a BigInt is a number with all its digits, which JSON allows and JavaScript would not write. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, item) => typeof item === "bigint" ? rawJSON(String(item)) : item, indent);
}
