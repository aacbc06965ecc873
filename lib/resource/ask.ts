/**
 * Asks a resource something outside of any run, in a process that may reach it and nothing else.
 * @module
 */
import { childModuleFile } from "../base/child_module.ts";
import { DuctaflowError } from "../base/error.ts";
import { dirname, resolve } from "../deps/path.ts";
import { denoCommand } from "../executor/local.ts";
import { childEnvironment } from "../step/child_environment.ts";
import { type Grant, grantFlags } from "../step/grant.ts";
import { runDeno } from "../step/run_deno.ts";
import { resolveSecrets } from "../step/secrets.ts";
import type { PermissionSet } from "../base/record.ts";
import type { Declaration, SecretReference } from "./declaration.ts";
import type { Answer, DatabaseQuestion } from "./host/answer.ts";

/** Asks, and gives the answer. The secrets go to the process on stdin. */
export async function ask(declaration: Declaration, module: string, question: DatabaseQuestion): Promise<unknown> {
  const secrets = Object.values(declaration.connection).filter((value) =>
    typeof value === "object"
  ) as SecretReference[];
  const values = await resolveSecrets(secrets.map(({ $secret }) => $secret));
  // What makes its database on first use may not make the folder.
  if (declaration.calls === "demo") Deno.mkdirSync(dirname(String(declaration.connection.path)), { recursive: true });
  const order = JSON.stringify({ connection: values.fill(declaration.connection), question });
  const file = await childModuleFile(module, resolve("runs", ".ductaflow", "modules"));
  let said = await tell(declaration, file, order);
  if (said.isUncached) {
    // The driver is fetched on its first use, in the environment of this program, which knows how the network is reached.
    await runDeno(["cache", "--quiet", ...own, file]);
    said = await tell(declaration, file, order);
  }
  if (!said.success) {
    const text = secrets.length > 0 ? values.redact(said.stderr) : said.stderr;
    throw new DuctaflowError(`The resource "${declaration.name}" could not be asked: ${text}`, {
      code: "cannot-start",
    });
  }
  const answer = JSON.parse(said.stdout) as Answer;
  if ("value" in answer) return answer.value;
  const { message, code, hint } = answer.error;
  throw new DuctaflowError(message, { code, hint });
}

const own = ["--no-config", "--no-lock"];

async function tell({ read }: Declaration, file: string, order: string) {
  const grant: Grant = { requested: {}, granted: read as PermissionSet, closed: { read: [], write: [] } };
  // Deno takes no empty lists.
  const flags = grantFlags(grant).filter((flag) => !flag.endsWith("="));
  const child = new Deno.Command(denoCommand(), {
    args: ["run", ...own, ...flags, file],
    clearEnv: true,
    env: await childEnvironment(grant),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A process that ends before it has read says why on stderr.
  await writer.write(new TextEncoder().encode(order)).then(() => writer.close()).catch(() => {});
  const output = await child.output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  return { success: output.success, stdout, stderr, isUncached: /, --cached-only is specified/.test(stderr + stdout) };
}
