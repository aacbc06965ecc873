/**
 * The one error class of the project, and the guard that recognises it across copies of the module.
 * @module
 */

const brand = Symbol.for("ductaflow.error");

/** What an error may carry besides its message. */
export interface DuctaflowErrorOptions {
  /** A stable, machine-readable name of the kind of failure, such as `"flow-not-found"`. */
  code: string;
  /** What to do next, in one sentence; shown on its own line. */
  hint?: string;
  /** The error underneath, if there is one. */
  cause?: unknown;
}

/** An error of this toolkit: `code` for programs, `message` for people, `hint` for what to type next. */
export class DuctaflowError extends Error {
  /** A stable, machine-readable name of the kind of failure. */
  readonly code: string;
  /** What to do next, if there is something to do. */
  readonly hint?: string;

  /** Makes an error with a sentence that says what failed, where, and what is accepted. */
  constructor(message: string, options: DuctaflowErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "DuctaflowError";
    this.code = options.code;
    if (options.hint !== undefined) this.hint = options.hint;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether a caught value is an error of this toolkit. Looks for a brand, not for the class, because two copies of
 * the module (two URLs) may be loaded in one program.
 */
export function isDuctaflowError(
  error: unknown,
  code?: string,
): error is DuctaflowError {
  return typeof error === "object" && error !== null && brand in error &&
    (code === undefined || (error as { code?: unknown }).code === code);
}

/** The text of any thrown value, without ever throwing itself. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "(a value that cannot be turned into text)";
  }
}
