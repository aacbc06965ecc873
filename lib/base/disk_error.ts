/**
 * Errors of the file system in words that say what to do.
 * @module
 */
import { DuctaflowError, isDuctaflowError, messageOf } from "./error.ts";

/** An error of the file system as an error of the toolkit; other errors come back as they are. */
export function explainDiskError(error: unknown, doing: string): unknown {
  if (isDuctaflowError(error) || !(error instanceof Error)) return error;
  const known = kindOf(error);
  if (!known) return error;
  return new DuctaflowError(`Cannot ${doing}: ${known.what} (${messageOf(error)})`, { ...known, cause: error });
}

/** What is said of a full disk. */
export const diskFull = {
  code: "no-space",
  what: "no space left on the device",
  hint: "Free some space and run it again",
};

/** Whether an error says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const cause = isDuctaflowError(error) ? error.cause : error;
  return cause instanceof Error && /os error (28|122)\b|ENOSPC|EDQUOT/.test(cause.message);
}

/** What the core does not need itself, such as the net for a flow from the web. */
function missingFlag(message: string): string | undefined {
  const [, kind, value] = /Requires (net|env|sys|import) access to "([^"]+)"/.exec(message) ?? [];
  return kind && `Run it with --allow-${kind}=${value} as well`;
}

function kindOf(error: Error): { code: string; what: string; hint: string } | undefined {
  if (isDiskFull(error)) return diskFull;
  if (/os error 30\b/.test(error.message)) {
    return { code: "read-only", what: "the file system is read-only", hint: "Choose another folder with runsDir" };
  }
  // With the folders above made first, only a place that takes none is not found.
  if (error instanceof Deno.errors.NotFound && /: mkdir /.test(error.message)) {
    return { code: "read-only", what: "no folder can be made there", hint: "Choose another folder with runsDir" };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return {
      code: "conductor-permission",
      what: "the conductor itself may not",
      hint: missingFlag(error.message) ?? "Run it with --allow-read --allow-write=runs --allow-run=deno",
    };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return { code: "read-only", what: "the system does not allow it", hint: "Check the owner and mode of the folder" };
  }
  return undefined;
}
