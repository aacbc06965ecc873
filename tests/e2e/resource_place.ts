/** A folder with a conductor that uses resources. */
import { assertEquals } from "../../lib/deps/assert.ts";

const lib = (path: string) => new URL(`../../lib/${path}`, import.meta.url).href;

/** What a conductor starts with; saves are run as a workflow runs them. */
const head = `
import { duckdb, files, loadResources, mysql, postgres, resource, s3, sqlite, store } from "${
  lib("resource/resource.ts")
}";
import { ident, sql } from "${lib("resource/sql_template.ts")}";
import { conductorGraph } from "${lib("ops/graph.ts")}";
import { maybeFailure, runCalls } from "${lib("ops/run_graph.ts")}";
async function saveAll(run) {
  const graph = conductorGraph();
  const ids = [...graph.calls.keys()];
  const saves = ids.filter((id) => graph.calls.get(id).kind === "save");
  const context = { graph, workflow: "flow", run, runsDir: Deno.cwd() + "/runs", params: new Map(), cwd: Deno.cwd(),
    keys: new Map(ids.map((id) => [id, graph.calls.get(id).label + "-" + id])) };
  const outcome = await runCalls(context, saves);
  const failure = maybeFailure(outcome);
  if (failure) throw failure;
}
`;

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** A folder with a conductor. */
export class Place implements AsyncDisposable {
  readonly dir = Deno.makeTempDirSync();

  async run(code: string, flags: string[] = [], env: Record<string, string> = {}): Promise<Said> {
    Deno.writeTextFileSync(`${this.dir}/conductor.ts`, head + code);
    const { code: status, stdout, stderr } = await new Deno.Command("deno", {
      args: [
        "run",
        "--no-check",
        "--no-prompt",
        "--allow-read",
        "--allow-write=runs",
        "--allow-run=deno",
        ...flags,
        "conductor.ts",
      ],
      cwd: this.dir,
      env: { NO_COLOR: "1", ...env },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code: status, stdout: text(stdout), stderr: text(stderr) };
  }

  /** Runs a conductor that must succeed, and reads what it prints as JSON. */
  async json(code: string, flags: string[] = [], env: Record<string, string> = {}): Promise<unknown> {
    const { code: status, stdout, stderr } = await this.run(code, flags, env);
    assertEquals(status, 0, stderr);
    return JSON.parse(stdout);
  }

  /** All files below the folder that hold one of these texts. */
  filesWith(...texts: string[]): string[] {
    const found: string[] = [];
    const look = (dir: string) => {
      for (const entry of Deno.readDirSync(dir)) {
        const path = `${dir}/${entry.name}`;
        if (entry.isDirectory) look(path);
        else if (entry.isFile) {
          const bytes = new TextDecoder("latin1").decode(Deno.readFileSync(path));
          if (texts.some((text) => bytes.includes(text))) found.push(path);
        }
      }
    };
    look(`${this.dir}/runs`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}
