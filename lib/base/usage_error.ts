/**
 * Wrong use of a command line.
 * @module
 */
import { DuctaflowError } from "./error.ts";

/** Wrong use of the command line. */
export function usageError(message: string, hint?: string): DuctaflowError {
  return new DuctaflowError(message, { code: "usage", ...(hint === undefined ? {} : { hint }) });
}
