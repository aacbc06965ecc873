/** Real Jupyter for tests: Debian's nbconvert and jupyter_client, with Deno's own kernel in a home of its own. */
import { dirname, join } from "../lib/deps/path.ts";

const python = "/usr/bin/python3";
const decoder = new TextDecoder();

/** Whether tests with Jupyter are to be skipped; throws instead where `DUCTAFLOW_REQUIRE_JUPYTER=1` wants them. */
export function skipsJupyterTests(): boolean {
  if (hasJupyter()) return false;
  if (Deno.env.get("DUCTAFLOW_REQUIRE_JUPYTER") === "1") {
    throw new Error(`${python} has no nbconvert or jupyter_client`);
  }
  console.log("Skipped: Jupyter is not installed (apt-get install jupyter-nbconvert python3-nbclient)");
  return true;
}

function hasJupyter(): boolean {
  try {
    return new Deno.Command(python, { args: ["-c", "import nbconvert, nbclient, jupyter_client"] }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** A Jupyter with the Deno kernel, below a folder that the test removes. */
export class Jupyter {
  #env: Record<string, string>;

  private constructor(env: Record<string, string>) {
    this.#env = env;
  }

  /** Installs the kernel. Only modules that Deno has in its cache are known there. */
  static async install(home: string): Promise<Jupyter> {
    Deno.mkdirSync(home, { recursive: true });
    const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
    const jupyter = new Jupyter({
      HOME: home,
      DENO_DIR: JSON.parse(decoder.decode(info.stdout)).denoDir,
      PATH: `${dirname(Deno.execPath())}:/usr/bin:/bin`,
      JUPYTER_RUNTIME_DIR: join(home, "runtime"),
      JUPYTER_CONFIG_DIR: join(home, "config"),
      NO_COLOR: "1",
    });
    await jupyter.#call(Deno.execPath(), ["jupyter", "--install"], home);
    return jupyter;
  }

  /** Executes notebooks where they lie, each in its own kernel; an error in a cell fails. */
  async execute(...paths: string[]): Promise<void> {
    for (const path of paths) {
      const args = [
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--ExecutePreprocessor.timeout=120",
        "--inplace",
      ];
      await this.#call(python, [...args, path], dirname(path));
    }
  }

  /**
   * Runs cells in one kernel and gives the MIME bundles that each shows. (nbclient loses what the kernel sends late.)
   * `counts` says how many bundles are awaited of each cell.
   */
  async show(folder: string, cells: string[], counts: number[]): Promise<Record<string, unknown>[][]> {
    return JSON.parse(await this.#call(python, ["-c", showCells, JSON.stringify({ cells, counts })], folder));
  }

  async #call(program: string, args: string[], cwd: string): Promise<string> {
    const command = new Deno.Command(program, { args, cwd, env: this.#env, clearEnv: true, stdin: "null" });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(`${program} ${args.join(" ")}:\n${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }
}

const showCells = `
import json, sys, time, queue
from jupyter_client.manager import start_new_kernel
given = json.loads(sys.argv[1])
manager, client = start_new_kernel(kernel_name="deno")
try:
    shown = []
    end = time.monotonic() + 60
    for cell, count in zip(given["cells"], given["counts"]):
        parent = client.execute(cell)
        shown.append([])
        while len(shown[-1]) < count:
            if time.monotonic() > end:
                sys.exit("Not all was shown: " + json.dumps(shown))
            try:
                message = client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            if message["msg_type"] == "error":
                sys.exit(json.dumps(message["content"]))
            if message["msg_type"] in ("display_data", "execute_result"):
                shown[-1].append(message["content"]["data"])
    print(json.dumps(shown))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
`;
