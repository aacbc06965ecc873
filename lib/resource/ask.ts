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
import { resolveSecrets } from "../step/secrets.ts";
import type { PermissionSet } from "../base/record.ts";
import type { Declaration, SecretReference } from "./declaration.ts";
import type { Answer } from "./host/answer.ts";
import type { DatabaseQuestion } from "./host/database_calls.ts";

/** Asks, and gives the answer. The secrets go to the process on stdin. */
export async function ask(declaration: Declaration, module: string, question: DatabaseQuestion): Promise<unknown> {
  const secrets = Object.values(declaration.connection).filter((value) =>
    typeof value === "object"
  ) as SecretReference[];
  const values = await resolveSecrets(secrets.map(({ $secret }) => $secret));
  const granted = declaration.read as PermissionSet;
  // What makes its database on first use may not make the folder.
  if (declaration.calls === "demo") Deno.mkdirSync(dirname(String(declaration.connection.path)), { recursive: true });
  const grant: Grant = { requested: {}, granted, closed: { read: [], write: [] } };
  // The driver is fetched on first use: what runs here is the toolkit's own code. Deno takes no empty lists.
  const flags = grantFlags(grant).filter((flag) => flag !== "--cached-only" && !flag.endsWith("="));
  const child = new Deno.Command(denoCommand(), {
    args: [
      "run",
      "--no-config",
      "--no-lock",
      ...flags,
      await childModuleFile(module, resolve("runs", ".ductaflow", "modules")),
    ],
    clearEnv: true,
    env: await childEnvironment(grant),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const order = JSON.stringify({ connection: values.fill(declaration.connection), question });
  // A process that ends before it has read says why on stderr.
  await writer.write(new TextEncoder().encode(order)).then(() => writer.close()).catch(() => {});
  const { success, stdout, stderr } = await child.output();
  if (!success) {
    const text = new TextDecoder().decode(stderr).trim();
    const said = secrets.length > 0 ? values.redact(text) : text;
    throw new DuctaflowError(`The resource "${declaration.name}" could not be asked: ${said}`, {
      code: "cannot-start",
    });
  }
  const answer = JSON.parse(new TextDecoder().decode(stdout)) as Answer;
  if ("value" in answer) return answer.value;
  const { message, code, hint } = answer.error;
  throw new DuctaflowError(message, { code, hint });
}
