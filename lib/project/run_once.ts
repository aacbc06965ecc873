/**
 * A standalone script that exists only while it runs.
 * @module
 */
import { basename, join } from "../deps/path.ts";
import { denoCommand } from "../executor/local.ts";
import { neededBy } from "./script_needs.ts";
import { scriptFlags } from "./script_flags.ts";
import { scriptTarget } from "./script_options.ts";
import { standaloneText } from "./standalone_script.ts";

/** How a flow is run once. */
export interface RunOnceOptions {
  /** The arguments of the script. */
  args?: string[];
  /** A config file that counts unless the arguments name one. */
  config?: string;
  /** Asks the script to end. */
  onSignal?: (forward: (signal: Deno.Signal) => void) => () => void;
}

/** Makes a script in a temporary folder, runs it with the streams of this process and removes it, whatever happens. */
export async function runOnce(
  flowPath: string | URL,
  { args = [], config, onSignal }: RunOnceOptions,
): Promise<{ code: number; signal: Deno.Signal | null; warnings: string[] }> {
  const { flow } = await scriptTarget(flowPath, {});
  const dir = Deno.makeTempDirSync({ prefix: "ductaflow-" });
  let child: Deno.ChildProcess | undefined;
  let asked: Deno.Signal | undefined;
  // From here on a signal ends the script, not this process, which has to clean up.
  const stop = onSignal?.((signal) => {
    asked = signal;
    if (child) sendTo(child, signal);
  });
  try {
    const path = join(dir, `${flow.name}_standalone.js`);
    const { text, warnings } = await standaloneText(flow, { dir, command: ["deno", "run", basename(path)] });
    if (asked !== undefined) return { code: 0, signal: asked, warnings };
    Deno.writeTextFileSync(path, text);
    const isGiven = args.some((arg) => /^(--config(=|$)|-f)/.test(arg));
    const given = config === undefined || isGiven ? args : ["--config", config, ...args];
    const permissions = await scriptFlags(flow, await neededBy(args, config));
    const flags = ["--quiet", "--no-config", "--no-lock", "--no-remote", "--no-npm", ...permissions];
    child = new Deno.Command(denoCommand(), { args: ["run", ...flags, path, ...given] }).spawn();
    if (asked !== undefined) sendTo(child, asked);
    const { code, signal } = await child.status;
    return { code, signal: signal ?? asked ?? null, warnings };
  } finally {
    stop?.();
    Deno.removeSync(dir, { recursive: true });
  }
}

function sendTo(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended: a terminal sends Ctrl-C to it too.
  }
}
