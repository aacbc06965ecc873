/**
 * Runs processes on this machine, each in a process group of its own, watched by one watchdog for the conductor.
 * @module
 */
import { DuctaflowError, messageOf } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import type { Execution, Executor, ProcessOrder } from "./executor.ts";

const encoder = new TextEncoder();
let command: string | undefined;
let watchdog: Promise<Watchdog> | undefined;

/** Tells a watchdog about processes; resolves to one that is running. */
interface Watchdog {
  /** Resolves when it is in the watchdog's pipe, where it outlives the conductor. */
  say(line: string): Promise<void>;
}

/**
 * The executor of this machine.
 *
 * @param buildDir absolute path of the folder for generated code, where the watchdog's script is kept
 */
export function localExecutor(buildDir: string): Executor {
  return { name: "local", start: (order) => start(order, buildDir) };
}

/**
 * The `deno` to start: the very executable that runs the conductor where that is allowed, else by name, since
 * `--allow-run=deno` grants the name only.
 */
export function denoCommand(): string {
  if (command === undefined) {
    const path = Deno.execPath();
    const granted = Deno.permissions.querySync({ name: "run", command: path }).state === "granted";
    command = granted ? path : "deno";
  }
  return command;
}

async function start(order: ProcessOrder, buildDir: string): Promise<Execution> {
  const guard = await (watchdog ??= startWatchdog(buildDir));
  const child = spawn(order);
  await guard.say(`+${child.pid}`);
  const exited = child.status.then(({ code, signal }) => signal ? { code, signal } : { code });
  // The process does nothing before it has its orders, so it cannot outlive the conductor unwatched.
  await giveInput(child, order.input);
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    kill: (signal) => killGroup(child, signal, guard),
    release: () => void guard.say(`-${child.pid}`),
  };
}

function spawn(order: ProcessOrder): Deno.ChildProcess {
  try {
    return new Deno.Command(denoCommand(), {
      args: order.args,
      env: order.env,
      clearEnv: true,
      cwd: order.cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    throw new DuctaflowError(`Cannot start deno: ${messageOf(error)}`, {
      code: "cannot-start",
      hint: error instanceof Deno.errors.NotCapable
        ? "Run the conductor with --allow-run=deno"
        : "Check that deno is on the PATH and that the machine has processes and memory left",
      cause: error,
    });
  }
}

async function giveInput(child: Deno.ChildProcess, input: string): Promise<void> {
  try {
    const writer = child.stdin.getWriter();
    await writer.write(encoder.encode(input));
    await writer.close();
  } catch {
    // It died before it read its orders; how it ended is told by its exit.
  }
}

function killGroup(child: Deno.ChildProcess, signal: "SIGTERM" | "SIGKILL", guard: Watchdog): void {
  try {
    Deno.kill(Deno.build.os === "windows" ? child.pid : -child.pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) return;
    // With --allow-run=deno only the child itself may be signalled from here; the watchdog reaches the group.
    guard.say(`${signal} ${child.pid}`);
    // A second SIGTERM would be one too many for a flow that answers it.
    if (signal === "SIGTERM") return;
    try {
      child.kill(signal);
    } catch {
      // It ended already.
    }
  }
}

async function startWatchdog(buildDir: string): Promise<Watchdog> {
  const { default: source } = await import("./watchdog.ts", { with: { type: "text" } });
  const path = `${buildDir}/watchdog-${(await sha256(source)).slice(0, 12)}.ts`;
  try {
    Deno.mkdirSync(buildDir, { recursive: true });
    Deno.writeTextFileSync(path, source);
  } catch (error) {
    watchdog = undefined;
    throw error;
  }
  const args = ["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", "--allow-run", path];
  const options = { args, stdin: "piped", stdout: "null", stderr: "null", detached: true } as const;
  const process = new Deno.Command(denoCommand(), options).spawn();
  process.unref();
  const writer = process.stdin.getWriter();
  let queue = Promise.resolve();
  process.status.then(() => watchdog = undefined);
  return { say: (line) => queue = queue.then(() => writer.write(encoder.encode(`${line}\n`))).catch(() => {}) };
}
