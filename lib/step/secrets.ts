/**
 * Secrets that a config names with `{ $secret: "NAME" }`. Their values live in the memory of the conductor and of the
 * flow's process, which gets them on stdin; all that is written or hashed has the names only.
 * @module
 */
import { declaredSecret } from "../base/declared_secrets.ts";
import { DuctaflowError, messageOf } from "../base/error.ts";
import { secretNameOf } from "../base/names.ts";
import type { RunRecord } from "../base/record.ts";
import type { FrameSink } from "../executor/frames.ts";
import { isRunEvent } from "./event_log.ts";
import { Redactor } from "./redaction.ts";
import type { SecretSource } from "./step_options.ts";

/** What is shorter could not be told from text that happens to be the same. */
const shortest = 4;
/** Files are searched for secrets up to this many bytes each. */
const searched = 256 * 1024 * 1024;

/**
 * Finds the values of secrets.
 * @throws {DuctaflowError} of code `no-secret`, with all that are missing or cannot be kept secret
 */
export async function resolveSecrets(names: string[], source: SecretSource = fromEnvironment): Promise<Secrets> {
  const values = new Map<string, string>();
  const problems: [name: string, problem: string][] = [];
  for (const name of names) {
    const value = typeof source === "function"
      ? await askFor(name, source)
      : Object.hasOwn(source, name)
      ? source[name]
      : undefined;
    const problem = problemOf(value);
    if (problem === undefined) values.set(name, value!);
    else problems.push([name, problem]);
  }
  if (problems.length > 0) throw noSecret(problems, source === fromEnvironment);
  return new Secrets(values);
}

async function askFor(
  name: string,
  source: (name: string) => ReturnType<typeof fromEnvironment> | Promise<string | undefined>,
) {
  try {
    return await source(name);
  } catch (cause) {
    if (cause instanceof DuctaflowError) throw cause;
    throw new DuctaflowError(`The secret "${name}" could not be had: ${messageOf(cause)}`, {
      code: "no-secret",
      cause,
    });
  }
}

/** What the program gave by value, and the conductor's own environment. */
function fromEnvironment(name: string): string | undefined {
  try {
    return declaredSecret(name) ?? Deno.env.get(name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotCapable)) throw cause;
    throw new DuctaflowError(`The config names the secret "${name}", but the conductor may not read that variable`, {
      code: "conductor-permission",
      hint: `Run the conductor with --allow-env=${name}`,
      cause,
    });
  }
}

function problemOf(value: unknown): string | undefined {
  if (value === undefined || value === "") return "has no value";
  if (typeof value !== "string") return `is a ${typeof value}, accepted is text`;
  return value.trim().length < shortest
    ? `is too short to be kept out of the outputs: ${shortest} characters are needed`
    : undefined;
}

function noSecret(problems: [name: string, problem: string][], isOfEnvironment: boolean): DuctaflowError {
  const lines = problems.map(([name, problem]) => `the secret "${name}" ${problem}`);
  const text = lines.length === 1 ? `: ${lines[0]}` : lines.map((line) => `\n  - ${line}`).join("");
  return new DuctaflowError(`Nothing was run, for want of secrets${text}`, {
    code: "no-secret",
    hint: isOfEnvironment
      ? `Set the environment variable ${problems[0][0]} where the conductor runs`
      : "Let the option secrets give a value for each name",
  });
}

/** The secrets of one run. */
export class Secrets {
  readonly #values: ReadonlyMap<string, string>;
  readonly #redactor: Redactor;

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
    this.#redactor = new Redactor(values);
  }

  /** The value of one of them. */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** A copy of a JSON value in which references to secrets are their values. */
  fill<T>(value: T): T {
    return this.#filled(value) as T;
  }

  #filled(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#filled(item));
    const name = secretNameOf(value);
    if (name !== undefined) return this.#values.get(name);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#filled(item)]));
  }

  /** A copy of a JSON value without secrets. */
  redact<T>(value: T): T {
    return this.#redactor.json(value);
  }

  /** Hands on what a stream says, without secrets. */
  redactSink(sink: FrameSink): FrameSink {
    const stream = this.#redactor.stream();
    const tell = (bytes: Uint8Array) => {
      if (bytes.length > 0) sink.text(bytes);
    };
    return {
      text: (bytes) => tell(stream.push(bytes)),
      message: (message) => {
        // What was held back was said before.
        tell(stream.flush());
        sink.message(this.#redactMessage(message));
      },
      end: () => {
        tell(stream.flush());
        sink.end?.();
      },
    };
  }

  /** The words by which the toolkit's side tells messages apart are its own. */
  #redactMessage<M extends { t: string }>(message: M): M {
    if (!isRunEvent(message)) return message;
    const clean = this.redact(message);
    for (const key of ["t", "kind", "severity", "cell", "ms", "rss", "value", "done", "total"]) {
      if (key in message) (clean as Record<string, unknown>)[key] = (message as Record<string, unknown>)[key];
    }
    return clean;
  }

  /** Takes secrets out of what a flow put into its record, in place, and warns of files that hold some. */
  redactRecord(record: RunRecord, dir: string): void {
    for (const { name, type, size } of record.artifacts) {
      if (type === "inode/symlink" || size > searched || !this.#isIn(`${dir}/${name}`)) continue;
      record.warnings.push(
        `The file "${name}" holds a secret: the toolkit does not change what a flow writes, so take care of it`,
      );
    }
    // What the flow said is clean already; these come from Deno's audit log and from the files.
    const { permissions } = record;
    for (const key of ["warnings", "untraced"] as const) record[key] = this.redact(record[key]);
    for (const key of ["used", "denied", "suggestion"] as const) {
      if (permissions[key] !== undefined) Object.assign(permissions, { [key]: this.redact(permissions[key]) });
    }
    // In place: the seal of the run is made of the same objects.
    for (const input of record.inputs) input.path = this.#redactor.text(input.path);
    for (const artifact of record.artifacts) {
      artifact.name = this.#redactor.text(artifact.name);
      for (const column of artifact.table?.columns ?? []) column.name = this.#redactor.text(column.name);
    }
  }

  #isIn(path: string): boolean {
    try {
      using file = Deno.openSync(path);
      const stream = this.#redactor.stream();
      const buffer = new Uint8Array(64 * 1024);
      for (let n = file.readSync(buffer); n !== null && stream.count() === 0; n = file.readSync(buffer)) {
        stream.push(buffer.subarray(0, n));
      }
      stream.flush();
      return stream.count() > 0;
    } catch {
      // What cannot be read is told elsewhere.
      return false;
    }
  }
}
