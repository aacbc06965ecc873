/** Types of the parts of @std/cli 1.x that this project uses. */
export interface ParseOptions {
  alias?: Record<string, string | string[]>;
  boolean?: string[];
  string?: string[];
  collect?: string[];
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
export interface ParsedArgs {
  _: string[];
  [key: string]: unknown;
}
export function parseArgs(args: string[], options?: ParseOptions): ParsedArgs;
