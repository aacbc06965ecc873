/**
 * What `doctor` finds out, and the means to do so in bounded time.
 * @module
 */

/** One thing that was looked at. */
export interface Finding {
  /** What it is, in a word or two. */
  name: string;
  /** `problem`: it is there or needed, and something is wrong with it; `missing`: it is not there, which may be fine. */
  status: "ok" | "missing" | "problem";
  /** Whether the toolkit does not work without it. */
  needed: boolean;
  /** What it is for, in a phrase. */
  use: string;
  /** What was found. */
  found: string;
  /** What to do, when there is something to do. */
  advice?: string;
}

/** Looks at one thing. */
export type Check = () => Promise<Finding>;

/** What a program said. */
export interface Said {
  ok: boolean;
  /** Its stdout, or its stderr when that is empty. */
  text: string;
  /** It did not end in time. */
  late: boolean;
}

/** How long one thing is looked at. */
export const limitMs = 4000;

/** Runs a program for at most `limitMs`; undefined when there is none by that name, or it may not be run. */
export async function ask(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Said | undefined> {
  const late = AbortSignal.timeout(limitMs);
  try {
    const program = new Deno.Command(command, { args, env: { NO_COLOR: "1", ...env }, stdin: "null", signal: late });
    const { success, stdout, stderr } = await program.output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
    return { ok: success && !late.aborted, text: out || err, late: late.aborted };
  } catch (error) {
    if (late.aborted) return { ok: false, text: "", late: true };
    const { NotFound, NotCapable, PermissionDenied, NotADirectory } = Deno.errors;
    if ([NotFound, NotCapable, PermissionDenied, NotADirectory].some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

/** Its outcome, or the given one when the work takes too long. */
export async function within<T>(work: Promise<T>, otherwise: T, ms = limitMs): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T>((resolve) => timer = setTimeout(() => resolve(otherwise), ms));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
