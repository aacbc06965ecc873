/** The command line in a sandbox, as a process of its own, with or without a terminal. */
import { leanEnvironment } from "./environment.ts";
import { conductorFlags, type Sandbox } from "./sandbox.ts";

/** The path of `mod.ts`. */
export const mod = new URL("../../mod.ts", import.meta.url).pathname;
export const decoder = new TextDecoder();
const environment = leanEnvironment();

/** What a command said. */
export interface Told {
  code: number;
  out: string;
  err: string;
}

/** Starts the command line in the sandbox, with no more permissions than a conductor needs. */
export function spawn(box: Sandbox, args: string[]): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...conductorFlags, mod, ...args],
    cwd: box.dir,
    env: environment,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  return command.spawn();
}

/** Runs the command line in the sandbox to its end. */
export async function call(box: Sandbox, ...args: string[]): Promise<Told> {
  const { code, stdout, stderr } = await spawn(box, args).output();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** How a command is run in a terminal. */
export interface TerminalOptions {
  columns?: number;
  rows?: number;
  /** Resolves when Ctrl-C is to be pressed. */
  interrupt?: () => Promise<unknown>;
}

/** Runs a command in a pseudo terminal (nothing in Deno makes one) and gives all that was written to it. */
export async function inTerminal(
  box: Sandbox,
  command: string,
  { columns = 60, rows = 24, interrupt }: TerminalOptions = {},
): Promise<{ code: number; text: string }> {
  const script = new Deno.Command("script", {
    args: ["-qec", `stty cols ${columns} rows ${rows}; ${command}`, "/dev/null"],
    cwd: box.dir,
    env: { ...environment, TERM: "xterm" },
    clearEnv: true,
    stdin: interrupt ? "piped" : "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const press = async () => {
    if (!interrupt) return;
    const keys = script.stdin.getWriter();
    await interrupt();
    await keys.write(new Uint8Array([3]));
    // Closed only at the end: a terminal without input ends what runs in it.
    await script.status;
    await keys.close().catch(() => {});
  };
  const [{ code }, text] = await Promise.all([script.status, new Response(script.stdout).text(), press()]);
  return { code, text };
}

/** Whether `script` is there to make terminals. */
export function hasScript(): boolean {
  try {
    return Deno.build.os === "linux" && new Deno.Command("script", { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}
