/**
 * How the command line ends: exit codes, and errors as people and programs read them.
 * @module
 */
import { DuctaflowError, isDuctaflowError, messageOf } from "../base/error.ts";
import { oneLine, type Paint, plainText } from "./style.ts";

/** The exit codes; 128 and more say which signal ended it, as shells do. */
export const exitCodes = { done: 0, runFailed: 1, usage: 2, locked: 75, interrupted: 130 } as const;

const signalNumbers: Partial<Record<Deno.Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
/** What went wrong around the run, not in how it was called. */
const troubles = new Set(["no-space", "read-only", "cannot-start", "delivery-failed"]);

/** A signal ended the command before anything ran. */
export class InterruptedError extends DuctaflowError {
  readonly signal: Deno.Signal;

  constructor(signal: Deno.Signal) {
    super(`Interrupted by ${signal}`, { code: "interrupted" });
    this.signal = signal;
  }
}

/** The exit code after a signal. */
export function signalCode(signal: Deno.Signal): number {
  return 128 + (signalNumbers[signal] ?? 2);
}

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Deno.errors.NotCapable) return exitCodes.usage;
  if (!isDuctaflowError(error)) return exitCodes.runFailed;
  if (error.code === "locked") return exitCodes.locked;
  if (error instanceof InterruptedError) return signalCode(error.signal);
  return error.code.startsWith("step-") || troubles.has(error.code) ? exitCodes.runFailed : exitCodes.usage;
}

/** An error for people: message and hint; a stack only where something unforeseen happened, or when asked for. */
export function errorText(error: unknown, paint: Paint, options: { verbose?: boolean } = {}): string {
  const expected = isDuctaflowError(error) || error instanceof Deno.errors.NotCapable;
  const [first, ...rest] = plainText(messageOf(error)).split("\n");
  const lines = [`${paint("red", expected ? "Error:" : "Unexpected error:")} ${first}`, ...rest];
  const hint = hintOf(error);
  if (hint) lines.push(`${paint("cyan", "Hint:")} ${oneLine(hint)}`);
  if (options.verbose || !expected) lines.push(paint("dim", stackOf(error)));
  return lines.filter((line) => line !== "").join("\n") + "\n";
}

/** An error for programs. */
export function errorJson(error: unknown): { error: { code: string; message: string; hint?: string } } {
  const hint = hintOf(error);
  const code = isDuctaflowError(error)
    ? error.code
    : error instanceof Deno.errors.NotCapable
    ? "conductor-permission"
    : "unexpected";
  return { error: { code, message: messageOf(error), ...(hint ? { hint } : {}) } };
}

function hintOf(error: unknown): string | undefined {
  if (isDuctaflowError(error)) return error.hint;
  return error instanceof Deno.errors.NotCapable ? "Give deno run the flag it names, or -A for all of them" : undefined;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)).join("\n");
  return error.cause === undefined ? frames : `${frames}\nCaused by: ${Deno.inspect(error.cause)}`;
}
