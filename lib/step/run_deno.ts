/**
 * Runs a `deno` subcommand of our own (not a flow) and collects what it says.
 * @module
 */
import { DuctaflowError, messageOf } from "../base/error.ts";
import { denoCommand } from "../executor/local.ts";

/** What a subcommand said. */
export interface DenoOutput {
  ok: boolean;
  stdout: string;
  /** Without colours and without the stack of Deno itself. */
  stderr: string;
}

/** Runs `deno` with arguments, in the environment of the conductor, and waits for its end. */
export async function runDeno(args: string[], cwd?: string): Promise<DenoOutput> {
  const command = new Deno.Command(denoCommand(), {
    args,
    cwd,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DENO_NO_PACKAGE_JSON: "1" },
    stdin: "null",
  });
  const { success, stdout, stderr } = await outputOf(command);
  const decoder = new TextDecoder();
  const said = decoder.decode(stderr).replace(/\n*Stack backtrace:[^]*$/, "");
  return { ok: success, stdout: decoder.decode(stdout), stderr: said.replace(/^\s*(Download|Initialize) .*\n?/gm, "") };
}

async function outputOf(command: Deno.Command): Promise<Deno.CommandOutput> {
  try {
    return await command.output();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DuctaflowError(`Cannot start deno: ${messageOf(cause)}`, {
      code: "cannot-start",
      hint: "Check that deno is on the PATH and that the machine has processes and memory left",
      cause,
    });
  }
}
