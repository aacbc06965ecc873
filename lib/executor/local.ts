/**
 * Runs processes on this machine, watched by one watchdog for the conductor; those that may have children each in a
 * process group of its own.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { DuctaflowError, messageOf } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import type { Execution, Executor, ProcessOrder } from "./executor.ts";

const laterMs = 300;
const encoder = new TextEncoder();
let command: string | undefined;
let watchdog: Promise<Watchdog> | undefined;

/** Tells a watchdog about processes; resolves to one that is running. */
interface Watchdog {
  say(line: string): Promise<void>;
  /** For what does not hurry: goes along with the next line, which spares waking the watchdog. */
  sayLater(line: string): void;
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
  // As `kill` takes it: the number of a process, or of a group with a minus.
  const target = order.mayHaveChildren && Deno.build.os !== "windows" ? -child.pid : child.pid;
  await guard.say(`+${target}`);
  const exited = child.status.then(({ code, signal }) => signal ? { code, signal } : { code });
  // The process does nothing before it has its orders, so it cannot outlive the conductor unwatched.
  await giveInput(child, order.input);
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    kill: (signal) => kill(child, target, signal, guard),
    release: () => guard.sayLater(`-${target}`),
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
      detached: order.mayHaveChildren,
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

function kill(child: Deno.ChildProcess, target: number, signal: "SIGTERM" | "SIGKILL", guard: Watchdog): void {
  try {
    if (target > 0) child.kill(signal);
    else Deno.kill(target, signal);
  } catch (error) {
    // Otherwise it ended already.
    if (!(error instanceof Deno.errors.NotCapable)) return;
    // With --allow-run=deno only a child itself may be signalled from here; the watchdog reaches its group.
    guard.say(`${signal} ${target}`);
    // A second SIGTERM would be one too many for a flow that answers it.
    if (signal === "SIGKILL") kill(child, child.pid, signal, guard);
  }
}

async function startWatchdog(buildDir: string): Promise<Watchdog> {
  const { default: source } = await import("./watchdog.ts", { with: { type: "text" } });
  const path = `${buildDir}/watchdog-${(await sha256(source)).slice(0, 12)}.ts`;
  try {
    Deno.mkdirSync(buildDir, { recursive: true });
    // Whole or not at all: another conductor may be starting its watchdog from this very file.
    writeFileAtomic(path, source);
  } catch (error) {
    watchdog = undefined;
    throw error;
  }
  const args = ["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", "--allow-run", path];
  const options = { args, stdin: "piped", stdout: "null", stderr: "null", detached: true } as const;
  const process = new Deno.Command(denoCommand(), options).spawn();
  process.unref();
  process.status.then(() => watchdog = undefined);
  return speakTo(process.stdin.getWriter());
}

function speakTo(writer: WritableStreamDefaultWriter<Uint8Array>): Watchdog {
  let later = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  // When the watchdog is gone, nobody hears; the next process that starts gets a new one.
  const say = (line: string) => {
    clearTimeout(timer);
    timer = undefined;
    const text = `${later}${line}`;
    later = "";
    return writer.write(encoder.encode(text)).catch(() => {});
  };
  const sayLater = (line: string) => {
    later += line;
    if (timer !== undefined) return;
    timer = setTimeout(() => void say(""), laterMs);
    Deno.unrefTimer(timer as unknown as number);
  };
  return { say: (line) => say(`${line}\n`), sayLater: (line) => sayLater(`${line}\n`) };
}
