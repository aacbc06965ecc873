/**
 * What a program or `resources.yaml` says about a resource, checked: where it is, and the names of its secrets.
 * @module
 */
import { isAbsolute, join, resolve } from "../deps/path.ts";
import { declareSecret, passwordOfVariable } from "../base/declared_secrets.ts";
import { DuctaflowError } from "../base/error.ts";
import { nearest } from "../base/nearest.ts";
import type { PermissionOptions } from "../step/grant.ts";
import type { NumberSettings } from "./number_options.ts";
import { loopback, serverAddress, urlParts } from "./server_url.ts";

/** A kind of resource. */
export type ResourceType = "sqlite" | "postgres" | "mysql" | "duckdb" | "s3" | "files";

const resourceTypes: ResourceType[] = ["sqlite", "postgres", "mysql", "duckdb", "s3", "files"];

/** A reference to a secret. */
export type SecretReference = { $secret: string };

/** A resource as data: what its process needs to know, with the names of secrets in place of their values. */
export interface Declaration {
  name: string;
  type: ResourceType;
  /** The module in `calls/` that talks to it; that of its type unless given. */
  calls?: string;
  /** What the process gets as its `Connection`. */
  connection: Record<string, string | number | boolean | SecretReference>;
  /** How numbers are read from it, unless a program says otherwise. */
  numbers?: NumberSettings;
  /** What a process needs that reads from it. */
  read: PermissionOptions;
  /** What a process needs that writes to it. */
  write: PermissionOptions;
}

const ofServers = ["url", "host", "port", "user", "password", "database", "tls", "ca"];
const ofNumbers = ["integers", "decimals"];

const accepted: Record<ResourceType, string[]> = {
  sqlite: ["path", ...ofNumbers],
  duckdb: ["path", ...ofNumbers],
  files: ["dir"],
  postgres: [...ofServers, ...ofNumbers],
  mysql: [...ofServers, ...ofNumbers],
  s3: ["bucket", "endpoint", "region", "prefix", "accessKeyId", "secretAccessKey", "sessionToken"],
};

/** How a declaration is read. */
export interface DeclarationPlace {
  /** What relative paths start from. */
  folder: string;
  /** False refuses secrets that stand there as they are, as in a file that others may read. */
  allowPlainSecrets: boolean;
}

/** Reads what is said about a resource. Throws with all that is wrong with it. */
export function parseDeclaration(name: string, given: unknown, place: DeclarationPlace): Declaration {
  if (!/^[A-Za-z_][\w-]{0,63}$/.test(name)) {
    throw bad(name, ["its name may have letters, digits, _ and -, and starts with a letter"]);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw bad(name, ["it is no object"]);
  const options = given as Record<string, unknown>;
  const type = options.type as ResourceType;
  if (!resourceTypes.includes(type)) {
    throw bad(name, [`its type is "${options.type}", accepted are ${resourceTypes.join(", ")}`]);
  }
  const reader = new OptionReader(name, options, accepted[type], place);
  const declaration = { ...declarationOf(name, type, reader), ...numbersOf(reader) };
  reader.throwIfAny();
  return declaration;
}

function numbersOf(reader: OptionReader): { numbers?: NumberSettings } {
  const integers = reader.choice("integers", ["number", "bigint"]);
  const decimals = reader.choice("decimals", ["text", "number"]);
  if (integers === undefined && decimals === undefined) return {};
  return { numbers: { ...integers ? { integers } : {}, ...decimals ? { decimals } : {} } };
}

function declarationOf(name: string, type: ResourceType, reader: OptionReader): Declaration {
  switch (type) {
    case "sqlite":
    case "duckdb": {
      const path = reader.path("path");
      const native: PermissionOptions = type === "duckdb" ? { ffi: true } : {};
      return {
        name,
        type,
        connection: { type, name, path },
        read: { ...native, read: [path] },
        write: { ...native, read: [path], write: [path] },
      };
    }
    case "files": {
      const dir = reader.path("dir");
      return {
        name,
        type,
        connection: { type, name, dir },
        read: { read: [dir] },
        write: { read: [dir], write: [dir] },
      };
    }
    case "s3":
      return bucketDeclaration(name, reader);
    default:
      return serverDeclaration(name, type, reader);
  }
}

function serverDeclaration(name: string, type: "postgres" | "mysql", reader: OptionReader): Declaration {
  const { text, variable } = reader.url("url");
  const parts = text === undefined ? {} : urlParts(text, type, (problem) => reader.refuse(problem));
  const host = reader.text("host") ?? parts.host ?? "localhost";
  const port = reader.port("port") ?? parts.port ?? (type === "postgres" ? 5432 : 3306);
  const user = reader.text("user") ?? parts.user;
  const database = reader.text("database") ?? parts.database ?? user;
  if (user === undefined) reader.refuse("it has no user");
  const fromUrl = parts.password === undefined
    ? undefined
    : variable === undefined
    ? reader.plainSecret("password", parts.password)
    : { $secret: passwordOfVariable(variable) };
  const password = reader.secret("password") ?? fromUrl;
  const ca = reader.text("ca");
  if (ca !== undefined && !ca.includes("-----BEGIN CERTIFICATE-----")) {
    reader.refuse("its ca is no certificate in PEM: accepted is the text of the file, which starts with -----BEGIN");
  }
  const tls = reader.flag("tls") ?? parts.tls ?? !loopback(host);
  const permissions = { net: [serverAddress(host, port)] };
  return {
    name,
    type,
    connection: {
      type,
      name,
      host,
      port,
      user: user ?? "",
      database: database ?? "",
      tls,
      ...ca === undefined ? {} : { ca },
      ...password === undefined ? {} : { password },
    },
    read: permissions,
    write: permissions,
  };
}

function bucketDeclaration(name: string, reader: OptionReader): Declaration {
  const bucket = reader.text("bucket");
  if (bucket === undefined) reader.refuse("it has no bucket");
  const region = reader.text("region") ?? "us-east-1";
  const endpoint = reader.text("endpoint") ?? `https://s3.${region}.amazonaws.com`;
  if (!/^https?:\/\/[^/]+\/?$/.test(endpoint) || !URL.canParse(endpoint)) {
    reader.refuse(`its endpoint is "${endpoint}", accepted is an origin such as https://s3.eu-central-1.amazonaws.com`);
    return { name, type: "s3", connection: {}, read: {}, write: {} };
  }
  const { hostname, port, protocol, origin } = new URL(endpoint);
  const prefix = (reader.text("prefix") ?? "").replace(/^\/+/, "").replace(/([^/])$/, "$1/");
  const token = reader.secret("sessionToken");
  const permissions = { net: [serverAddress(hostname, Number(port) || (protocol === "https:" ? 443 : 80))] };
  return {
    name,
    type: "s3",
    connection: {
      type: "s3",
      name,
      bucket: bucket ?? "",
      endpoint: origin,
      region,
      prefix,
      accessKeyId: reader.secret("accessKeyId") ?? { $secret: "AWS_ACCESS_KEY_ID" },
      secretAccessKey: reader.secret("secretAccessKey") ?? { $secret: "AWS_SECRET_ACCESS_KEY" },
      ...token === undefined ? {} : { sessionToken: token },
    },
    read: permissions,
    write: permissions,
  };
}

const reference = /^\$\{([A-Za-z_]\w*)\}$/;

/** Reads options one by one, and collects what is wrong with them. */
class OptionReader {
  readonly #name: string;
  readonly #options: Record<string, unknown>;
  readonly #place: DeclarationPlace;
  readonly #problems: string[] = [];

  constructor(name: string, options: Record<string, unknown>, known: string[], place: DeclarationPlace) {
    [this.#name, this.#options, this.#place] = [name, options, place];
    for (const key of Object.keys(options)) {
      if (key === "type" || key === "name" || known.includes(key)) continue;
      const meant = nearest(key, known);
      this.refuse(
        `it has no option "${key}"${meant ? `: did you mean "${meant}"?` : `, accepted are ${known.join(", ")}`}`,
      );
    }
  }

  refuse(problem: string): void {
    this.#problems.push(problem);
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw bad(this.#name, this.#problems);
  }

  /** A text; `${NAME}` in it is the value of that variable. */
  text(key: string): string | undefined {
    const value = this.#options[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string" && typeof value !== "number") {
      this.refuse(`its ${key} is ${Deno.inspect(value)}, accepted is text`);
      return undefined;
    }
    return String(value).replace(/\$\{([A-Za-z_]\w*)\}/g, (whole, name) => this.#variable(key, name) ?? whole);
  }

  /** A URL, and the variable that it is the value of, if it is one. */
  url(key: string): { text?: string; variable?: string } {
    const value = this.#options[key] instanceof URL ? String(this.#options[key]) : this.#options[key];
    const variable = typeof value === "string" ? reference.exec(value)?.[1] : secretName(value);
    if (variable !== undefined) return { text: this.#variable(key, variable), variable };
    // A password in the middle of a URL may be a reference: it is taken from the variable when it is needed.
    return { text: typeof value === "string" ? value : this.text(key) };
  }

  path(key: string): string {
    const text = this.#options[key] instanceof URL
      ? decodeURIComponent((this.#options[key] as URL).pathname)
      : this.text(key);
    if (text === undefined || text === "") {
      this.refuse(`it has no ${key}`);
      return "";
    }
    return isAbsolute(text) ? text : resolve(join(this.#place.folder, text));
  }

  port(key: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const port = Number(text);
    if (Number.isInteger(port) && port > 0 && port < 65536) return port;
    this.refuse(`its ${key} is "${text}", accepted is a number from 1 to 65535`);
    return undefined;
  }

  choice<Word extends string>(key: string, words: Word[]): Word | undefined {
    const value = this.#options[key];
    if (value === undefined || words.includes(value as Word)) return value as Word | undefined;
    this.refuse(`its ${key} is ${Deno.inspect(value)}, accepted is ${words.map((word) => `"${word}"`).join(" or ")}`);
    return undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.#options[key];
    if (value === undefined || typeof value === "boolean") return value;
    this.refuse(`its ${key} is ${Deno.inspect(value)}, accepted is true or false`);
    return undefined;
  }

  /** A secret, as a reference to it. */
  secret(key: string): SecretReference | undefined {
    const value = this.#options[key];
    if (value === undefined || value === null || value === "") return undefined;
    const name = typeof value === "string" ? reference.exec(value)?.[1] : secretName(value);
    if (name !== undefined) return { $secret: name };
    if (typeof value === "string") return this.plainSecret(key, value);
    this.refuse(`its ${key} is a ${typeof value}, accepted is \${NAME} or { $secret: "NAME" }`);
    return undefined;
  }

  plainSecret(key: string, value: string): SecretReference | undefined {
    const name = reference.exec(value)?.[1];
    if (name !== undefined) return { $secret: name };
    if (this.#place.allowPlainSecrets) return declareSecret(`${this.#name}.${key}`, value);
    this.refuse(`its ${key} stands there for all to read: write \${NAME}, and set the variable NAME`);
    return undefined;
  }

  #variable(key: string, name: string): string | undefined {
    try {
      const value = Deno.env.get(name);
      if (value === undefined) this.refuse(`its ${key} names the variable ${name}, which is not set`);
      return value;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      this.refuse(`its ${key} names the variable ${name}, which may not be read: add --allow-env=${name}`);
      return undefined;
    }
  }
}

function secretName(value: unknown): string | undefined {
  const name = (value as Partial<SecretReference> | null | undefined)?.$secret;
  return typeof name === "string" ? name : undefined;
}

function bad(name: string, problems: string[]): DuctaflowError {
  const list = problems.length === 1 ? `: ${problems[0]}` : problems.map((problem) => `\n  - ${problem}`).join("");
  return new DuctaflowError(`The resource "${name}" cannot be used${list}`, { code: "bad-resource" });
}
