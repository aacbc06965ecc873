/** A project in a temporary folder, with flows that tests run for real. */
import { assertEquals } from "../../lib/deps/assert.ts";
import { dirname, join } from "../../lib/deps/path.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { explainFreshness, type Run, runStepFlow, StepFailedError } from "../../mod.ts";
import { leanEnvironment } from "./environment.ts";
import type { DuctaflowError, StepOptions } from "../../mod.ts";

/** Where `mod.ts` is, for a conductor's import. */
export const modUrl = new URL("../../mod.ts", import.meta.url).href;

/** Where `lib/flow.ts` is, for a flow's import. */
export const flowUrl = new URL("../../lib/flow.ts", import.meta.url).href;

/** A step is `[flow, instance, config, options]`. */
export type Step = [flow: string, instance?: string, config?: object, options?: StepOptions];

/** What a conductor of its own process said. */
export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** One temporary project. Its own folder lies in another one, so that there is an outside to reach for. */
export class Project {
  /** The folder around the project. */
  readonly outside: string;
  readonly dir: string;
  readonly runsDir: string;

  constructor(outside: string, name: string) {
    this.outside = outside;
    this.dir = join(outside, name);
    this.runsDir = join(this.dir, "runs");
    Deno.mkdirSync(this.dir, { recursive: true });
  }

  /** An absolute path below the project. */
  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  /** Writes files, each with the folders above it. Paths are from the project; `../x` lies outside of it. */
  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(dirname(this.path(name)), { recursive: true });
      Deno.writeTextFileSync(this.path(name), text);
    }
  }

  /** Runs one step from this process. */
  run(...[flow, instance = "one", config = {}, options = {}]: Step): Promise<Run> {
    return runStepFlow(this.path(flow), instance, config, { runsDir: this.runsDir, timeout: "20s", ...options });
  }

  /** Runs a step that must fail, and gives its run. */
  async runFailing(...step: Step): Promise<{ run: Run; error: StepFailedError }> {
    const error = await this.refusal(...step);
    if (!(error instanceof StepFailedError)) throw error;
    return { run: error.run, error };
  }

  /** The error of a step that must throw one of ours. */
  async refusal(...step: Step): Promise<DuctaflowError> {
    let status: string;
    try {
      ({ status } = await this.run(...step));
    } catch (error) {
      if (isDuctaflowError(error)) return error;
      throw error;
    }
    throw new Error(`Expected an error, but the run is ${status}`);
  }

  /** Why a step must run: one `kind: text` a reason, none when it is fresh. */
  async why(...[flow, instance = "one", config = {}, options = {}]: Step): Promise<string[]> {
    const all = { runsDir: this.runsDir, ...options };
    const { fresh, reasons } = await explainFreshness(this.path(flow), instance, config, all);
    assertEquals(fresh, reasons.length === 0);
    return reasons.map(({ kind, text }) => `${kind}: ${text.replaceAll(this.dir, "")}`);
  }

  /** Runs a conductor's text in a process of its own, in the project's folder. */
  async conduct(source: string, { flags = conductorFlags, env = {} }: ConductOptions = {}): Promise<Said> {
    this.write({ "conductor.ts": source });
    return await this.deno(["run", "--no-prompt", ...flags, "conductor.ts"], env);
  }

  /** Runs `deno` in the project's folder in a lean environment and what is given. */
  async deno(args: string[], env: Record<string, string | undefined> = {}): Promise<Said> {
    const all = { ...leanEnvironment(), ...env };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: this.dir,
      env: Object.fromEntries(given),
      clearEnv: true,
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }
}

/** How to start a conductor. */
export interface ConductOptions {
  flags?: string[];
  env?: Record<string, string | undefined>;
}

/** The permissions that are enough for the core. */
export const conductorFlags = ["--allow-read", "--allow-write=runs", "--allow-run=deno"];

/** What a flow of one cell has besides it. */
export interface FlowParts {
  /** Lines below `permissions:` in the header. */
  permissions?: string[];
  /** The text of the parameters cell. */
  parameters?: string;
}

/** A flow with one cell after the parameters cell. */
export function flowOf(code: string, { permissions = [], parameters }: FlowParts = {}): string {
  const header = ["// ---", "// permissions:", ...permissions.map((line) => `//   ${line}`), "// ---"];
  const top = permissions.length === 0 ? [] : header;
  return [...top, `// %% tags=["parameters"]`, ...parameters ? [parameters] : [], "// %% Work", code, ""].join("\n");
}

/** What happened to each attempt of a flow made of them: `did: value`, or `Name: message` of the error. */
export type Outcomes = Record<string, string>;

/**
 * A flow that makes attempts, each an expression, and leaves what became of them in `result.json`. `setting` is code
 * that stands before them; the config gives `paths`.
 */
export function attempts(expressions: Record<string, string>, permissions: string[] = [], setting = ""): string {
  const tries = Object.entries(expressions).map(([name, code]) =>
    `await attempt(${JSON.stringify(name)}, () => ${code});`
  );
  const code = `${setting}
const result: Record<string, string> = {};
async function attempt(name: string, act: () => unknown) {
  try {
    result[name] = \`did: \${await act()}\`;
  } catch (error) {
    const { name: kind, message } = error as Error;
    result[name] = \`\${kind}: \${message}\`;
  }
}
${tries.join("\n")}
Deno.writeTextFileSync("result.json", JSON.stringify(result));`;
  return flowOf(code, { permissions, parameters: "let paths: Record<string, string> = {};" });
}

/** The JSON that a flow left in its run folder. */
export function resultOf<T>(run: Run, name = "result.json"): T {
  return JSON.parse(Deno.readTextFileSync(join(run.dir, name)));
}

/** What a project test may say besides what it does. */
export interface ProjectTestOptions {
  /** Name of the project's folder. */
  folder?: string;
  ignore?: boolean;
}

/** A test in a project of its own, which is removed at the end. */
export function projectTest(
  name: string,
  files: Record<string, string>,
  fn: (project: Project) => Promise<void>,
  { folder = "project", ignore = false }: ProjectTestOptions = {},
): void {
  const test = async () => {
    const outside = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ductaflow-test-" }));
    try {
      const project = new Project(outside, folder);
      project.write({ "deno.json": "{}", ...files });
      await fn(project);
    } finally {
      Deno.removeSync(outside, { recursive: true });
    }
  };
  Deno.test({ name, ignore, fn: test });
}

/** Whether anything is at a path, be it a link that leads nowhere. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
