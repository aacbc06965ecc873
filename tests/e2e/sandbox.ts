/**
 * Temporary projects for tests with real processes: flows in a folder of their own, conductors that have only the
 * permissions a user would give, and the promise that nothing is left behind.
 */
import { fail } from "../../lib/deps/assert.ts";
import type { RunRecord } from "../../lib/base/record.ts";
import type { Notebook, Output } from "../../lib/notebook/ipynb.ts";

/** What the core needs, and no more. */
export const conductorFlags = ["--no-prompt", "--allow-read", "--allow-write=runs", "--allow-run=deno"];
export const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
/** Linux shows what runs; elsewhere the tests do not look. */
const hasProc = Deno.build.os === "linux";
const decoder = new TextDecoder();

/** What `outcome(…)` in a conductor says of one `runStepFlow`. */
export interface Outcome {
  status?: string;
  text?: string;
  cached?: boolean;
  reasons?: string[];
  /** Of the error, when it threw one. */
  code?: string;
  message?: string;
  hint?: string;
}

/** How a conductor ended. */
export interface Ended {
  code: number;
  signal: Deno.Signal | null;
  stderr: string;
  /** What it said with `say(…)`. */
  said: unknown[];
}

/** A conductor that runs. */
export interface Conductor {
  pid: number;
  /** What it has said so far with `say(…)`. */
  said: unknown[];
  kill(signal: Deno.Signal): void;
  /** Resolves when it has ended; kills it and fails after the deadline. */
  ended(deadlineMs?: number): Promise<Ended>;
}

/** A temporary project. */
export interface Sandbox {
  /** Absolute path of the project. */
  dir: string;
  path(...parts: string[]): string;
  /** Writes `flows/{name}.ts`: a parameters cell (line 2) unless the text has one, then the text. */
  flow(name: string, text: string): void;
  /** Starts a conductor with these statements, in which `say`, `outcome` and the API are known. */
  start(statements: string, options?: { flags?: string[]; env?: Record<string, string> }): Conductor;
  /** Starts a conductor, waits for its end, expects exit code 0 and returns what it said. */
  // deno-lint-ignore no-explicit-any
  conduct(statements: string, options?: { flags?: string[] }): Promise<any[]>;
  record(step: string, instance: string): RunRecord;
  notebook(step: string, instance: string): Notebook;
  /** Mounts a small file system on `runs/`. Takes root or `sudo`. */
  mountRuns(size: string): Promise<void>;
  /** Runs `mount` for a path of the project and undoes it at the end. Takes root or `sudo`. */
  mount(path: string, ...args: string[]): Promise<void>;
}

/** The parameters cell that `Sandbox.flow` puts first. */
export const parametersCell = `// %% tags=["parameters"]\nlet n = 1;\n`;

/** A test in a sandbox of its own, that ends with nothing left behind. */
export function sandboxed(test: (box: Sandbox) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ductaflow-" }));
    const conductors: Conductor[] = [];
    const mounts: string[] = [];
    try {
      await test(makeSandbox(dir, conductors, mounts));
    } finally {
      for (const conductor of conductors) conductor.kill("SIGKILL");
      await Promise.all(conductors.map((conductor) => conductor.ended()));
      const left = await leftovers(dir);
      for (const path of mounts.reverse()) await asRoot("umount", "-l", path);
      Deno.removeSync(dir, { recursive: true });
      if (left.length > 0) fail(`Processes were left behind:\n${left.join("\n")}`);
    }
  };
}

/** Waits until a condition gives something; fails after the deadline, saying what did not happen. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 60_000,
): Promise<T> {
  for (const end = Date.now() + deadlineMs; Date.now() < end; await pause(20)) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
  }
  return fail(`It did not happen within ${deadlineMs} ms: ${what}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The text of a file, or undefined when there is none. */
export function maybeText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/** A number that a flow wrote into a file, once it is there whole (with a line end). */
export function numberIn(path: string): number | undefined {
  const text = maybeText(path);
  return text?.endsWith("\n") ? Number(text) : undefined;
}

/** Whether a process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const stat = maybeText(`/proc/${pid}/stat`);
  return stat !== undefined && !/^\d+ \(.*\) [ZX]/s.test(stat);
}

/** The text of one stream in the outputs of a cell of an executed notebook; counted as in the flow. */
export function streamText(notebook: Notebook, cell: number, name: "stdout" | "stderr" = "stdout"): string {
  return outputsOf(notebook, cell).map((output) => {
    return output.output_type === "stream" && output.name === name ? joined(output.text) : "";
  }).join("");
}

/** The outputs of a cell of an executed notebook; counted as in the flow, without the cells that the toolkit added. */
export function outputsOf(notebook: Notebook, cell: number): Output[] {
  const own = notebook.cells.filter((c) => c.cell_type === "code" && !c.metadata.tags?.includes("injected-parameters"));
  const found = own[cell];
  return found?.cell_type === "code" ? found.outputs : fail(`The notebook has no code cell ${cell}`);
}

function joined(text: string | string[]): string {
  return typeof text === "string" ? text : text.join("");
}

function makeSandbox(dir: string, conductors: Conductor[], mounts: string[]): Sandbox {
  const path = (...parts: string[]) => [dir, ...parts].join("/");
  Deno.mkdirSync(path("flows"));
  let count = 0;
  const box: Sandbox = {
    dir,
    path,
    flow(name, text) {
      Deno.writeTextFileSync(path("flows", `${name}.ts`), text.includes('"parameters"') ? text : parametersCell + text);
    },
    start(statements, { flags = conductorFlags, env } = {}) {
      const file = path(`conductor${count++}.ts`);
      Deno.writeTextFileSync(file, prelude + statements);
      const conductor = startConductor(dir, ["run", "--quiet", ...flags, file], env);
      conductors.push(conductor);
      return conductor;
    },
    async conduct(statements, options) {
      const { code, said, stderr } = await box.start(statements, options).ended();
      if (code !== 0) fail(`The conductor ended with code ${code}:\n${stderr}`);
      return said;
    },
    record: (step, instance) => JSON.parse(Deno.readTextFileSync(path("runs", step, instance, "run.json"))),
    notebook: (step, instance) => JSON.parse(Deno.readTextFileSync(path("runs", step, instance, "flow.ipynb"))),
    mountRuns: (size) => box.mount(path("runs"), "-t", "tmpfs", "-o", `size=${size}`, "tmpfs"),
    async mount(at, ...args) {
      Deno.mkdirSync(at, { recursive: true });
      await asRoot("mount", ...args, at);
      if (!mounts.includes(at)) mounts.push(at);
    },
  };
  return box;
}

const prelude = `import {
  BatchFailedError, explainFreshness, getAllInstances, getRun, isDuctaflowError, planInstances, runInstances, runStepFlow,
} from ${JSON.stringify(import.meta.resolve("../../mod.ts"))};
const say = (value) => console.log(JSON.stringify(value));
const outcome = async (work) => {
  try {
    const { status, cached, reasons, record } = await work;
    return { status, cached, reasons, text: record.statusText };
  } catch (error) {
    if (!isDuctaflowError(error)) throw error;
    const { code, message, hint, run } = error;
    return { code, message, hint, ...(run ? { status: run.status, text: run.record.statusText } : {}) };
  }
};
`;

function startConductor(cwd: string, args: string[], env: Record<string, string> = {}): Conductor {
  const options = { args, cwd, env, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(Deno.execPath(), options).spawn();
  const said: unknown[] = [];
  const listened = Promise.all([child.status, readLines(child.stdout, said), readText(child.stderr)]);
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It ended already.
    }
  };
  return {
    pid: child.pid,
    said,
    kill,
    async ended(deadlineMs = 240_000) {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        kill("SIGKILL");
      }, deadlineMs);
      const [{ code, signal }, , stderr] = await listened;
      clearTimeout(timer);
      if (late) fail(`The conductor did not end within ${deadlineMs} ms:\n${stderr}`);
      return { code, signal, stderr, said };
    },
  };
}

async function readLines(stream: ReadableStream<Uint8Array>, said: unknown[]): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as unknown as TransformStream)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) said.push(JSON.parse(line));
  }
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

/** Processes whose command line names the sandbox; they get a moment to end, and are ended then. */
async function leftovers(dir: string): Promise<string[]> {
  if (!hasProc) return [];
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(30)) {
    if (processesNaming(dir).length === 0) return [];
  }
  const left = processesNaming(dir);
  for (const { pid } of left) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It ended in the meantime.
    }
  }
  return left.map(({ pid, command }) => `${pid}: ${command}`);
}

/** Processes whose command line contains a text. */
export function processesNaming(text: string): { pid: number; command: string }[] {
  const found = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = maybeText(`/proc/${name}/cmdline`)?.replaceAll("\0", " ") ?? "";
    if (command.includes(text) && isAlive(Number(name))) found.push({ pid: Number(name), command });
  }
  return found;
}

async function asRoot(...words: string[]): Promise<void> {
  const [command, ...args] = isRoot ? words : ["sudo", "-n", ...words];
  const { success, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) fail(`${command} ${args.join(" ")}: ${decoder.decode(stderr)}`);
}
