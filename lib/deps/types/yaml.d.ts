/** Types of the parts of @std/yaml 1.x that this project uses. */
/** What values YAML text may hold: `core` gives only what JSON has, `default` dates, bytes and merges too. */
export type SchemaType = "failsafe" | "json" | "core" | "default" | "extended";
export interface ParseOptions {
  schema?: SchemaType;
  allowDuplicateKeys?: boolean;
  onWarning?(error: Error): void;
}
export interface StringifyOptions {
  indent?: number;
  lineWidth?: number;
  schema?: SchemaType;
  skipInvalid?: boolean;
  sortKeys?: boolean | ((a: string, b: string) => number);
  useAnchors?: boolean;
}
export function parse(content: string, options?: ParseOptions): unknown;
export function stringify(data: unknown, options?: StringifyOptions): string;
