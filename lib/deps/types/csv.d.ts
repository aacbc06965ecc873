/** Types of the parts of @std/csv 1.x that this project uses. */
export interface ParseOptions {
  separator?: string;
  lazyQuotes?: boolean;
  fieldsPerRecord?: number;
  comment?: string;
  trimLeadingSpace?: boolean;
}
export function parse(input: string, options?: ParseOptions): string[][];
export interface StringifyOptions {
  columns?: readonly string[];
  headers?: boolean;
  separator?: string;
  bom?: boolean;
  crlf?: boolean;
}
export function stringify(
  data: readonly (Record<string, unknown> | readonly unknown[])[],
  options?: StringifyOptions,
): string;
