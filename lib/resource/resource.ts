/**
 * Resources: the outside systems that data comes from and goes to. What talks to them is loaded when it is needed, in a
 * process that may reach that system and nothing else.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { DuctaflowError } from "../base/error.ts";
import { nearest } from "../base/nearest.ts";
import { Database, type DatabaseOptions } from "./database.ts";
import { type Declaration, parseDeclaration } from "./declaration.ts";
import { demoDeclaration } from "./demo/demo_declaration.ts";
import { Store } from "./store.ts";

/** How a database server is reached. */
export interface ServerOptions extends DatabaseOptions {
  /** The whole address: `postgres://user@host:5432/database`, or `"${DATABASE_URL}"` to take it from a variable. */
  url?: string | URL;
  /** The host. Default `"localhost"`. */
  host?: string;
  /** The port. Default 5432 for PostgreSQL and 3306 for MySQL and MariaDB. */
  port?: number | string;
  /** The user. */
  user?: string;
  /** The password, best by reference: `"${NAME}"` or `{ $secret: "NAME" }` takes it from a variable when it is needed. */
  password?: string | { $secret: string };
  /** The database. The user's name unless given. */
  database?: string;
  /** Whether the connection is encrypted and the server's certificate checked. Default: unless the host is this machine. */
  tls?: boolean;
  /** The certificate of the authority to trust: its text, in PEM. */
  ca?: string;
}

/** How a bucket is reached. */
export interface BucketOptions {
  /** The name of the resource, for steps and errors. */
  name?: string;
  /** The bucket. */
  bucket: string;
  /** Origin of the service. Default: that of AWS in the region. */
  endpoint?: string;
  /** Default `"us-east-1"`. */
  region?: string;
  /** What all keys start with. */
  prefix?: string;
  /** Default `"${AWS_ACCESS_KEY_ID}"`. */
  accessKeyId?: string | { $secret: string };
  /** Default `"${AWS_SECRET_ACCESS_KEY}"`. */
  secretAccessKey?: string | { $secret: string };
  /** For temporary keys, such as `"${AWS_SESSION_TOKEN}"`. */
  sessionToken?: string | { $secret: string };
}

const declared = new Map<string, Declaration>();

/** Remembers a resource under its name, as `resource` finds it. */
export function declareResource(declaration: Declaration): void {
  declared.set(declaration.name, declaration);
}

/**
 * A resource by its name: `"demo"`, the built-in database, or one that was declared, in code or by `loadResources()`.
 * Throws when there is none by that name, or it is no database.
 *
 * @example
 * ```ts
 * import { resource } from "./resource.ts";
 *
 * const cars = resource("demo").sql<{ Name: string }>`select * from cars where Origin = ${"Japan"}`;
 * ```
 */
export function resource(name: string, options: DatabaseOptions = {}): Database {
  const declaration = find(name);
  if (declaration.type !== "s3" && declaration.type !== "files") return new Database(declaration, options);
  throw new TypeError(`The resource "${name}" is of type ${declaration.type}, which has files: use store("${name}")`);
}

/**
 * A place of files by its name, declared in code or by `loadResources()`.
 *
 * @example
 * ```ts
 * import { files, store } from "./resource.ts";
 *
 * files("data", { name: "inbox" });
 * const cars = store("inbox").read("cars.csv");
 * ```
 */
export function store(name: string): Store {
  const declaration = find(name);
  if (declaration.type === "s3" || declaration.type === "files") return new Store(declaration);
  throw new TypeError(`The resource "${name}" is of type ${declaration.type}, a database: use resource("${name}")`);
}

function find(name: string): Declaration {
  const found = declared.get(name) ?? (name === "demo" ? demoDeclaration() : undefined);
  if (found) return found;
  const names = ["demo", ...declared.keys()];
  const meant = nearest(name, names);
  throw new DuctaflowError(`There is no resource "${name}", but ${names.map((known) => `"${known}"`).join(", ")}`, {
    code: "no-resource",
    hint: meant ? `Did you mean "${meant}"?` : "Declare it in resources.yaml, and call await loadResources() first",
  });
}

/**
 * A SQLite file; a save makes it when it is not there.
 *
 * @example
 * ```ts
 * import { sqlite } from "./resource.ts";
 *
 * const results = sqlite("runs/results.db");
 * const recent = results.sql`select * from runs where year >= ${2020}`;
 * ```
 */
export function sqlite(path: string | URL, options: DatabaseOptions = {}): Database {
  return database("sqlite", { path }, options, path);
}

/**
 * A PostgreSQL database.
 *
 * @example
 * ```ts
 * import { postgres } from "./resource.ts";
 *
 * const sales = postgres({ host: "db.example.com", user: "reader", database: "sales", password: "${SALES_PASSWORD}" });
 * const orders = sales.sql`select * from orders where id in ${[1, 2]}`;
 * ```
 */
export function postgres(address: string | URL | ServerOptions, options: DatabaseOptions = {}): Database {
  return server("postgres", address, options);
}

/**
 * A MySQL or MariaDB database.
 *
 * @example
 * ```ts
 * import { mysql } from "./resource.ts";
 *
 * const shop = mysql("mysql://reader@localhost/shop", { freshFor: "1h" });
 * const orders = shop.sql`select * from orders`;
 * ```
 */
export function mysql(address: string | URL | ServerOptions, options: DatabaseOptions = {}): Database {
  return server("mysql", address, options);
}

/**
 * A DuckDB file. DuckDB is a native library: processes that read or save there run with `--allow-ffi`, so nothing holds
 * them.
 *
 * @example
 * ```ts
 * import { duckdb } from "./resource.ts";
 *
 * const flights = duckdb("flights.duckdb").sql`select * from flights where delay > ${60}`;
 * ```
 */
export function duckdb(path: string | URL, options: DatabaseOptions = {}): Database {
  return database("duckdb", { path }, options, path);
}

/**
 * A bucket of S3, or of what speaks its language.
 *
 * @example
 * ```ts
 * import { s3 } from "./resource.ts";
 *
 * const lake = s3({ bucket: "reports", region: "eu-central-1", prefix: "daily" });
 * const cars = lake.read("cars.csv");
 * ```
 */
export function s3(options: BucketOptions): Store {
  const { name = plainName(options.bucket), ...given } = options;
  return new Store(remembered(name, { type: "s3", ...given }));
}

/**
 * A folder of tables and other files.
 *
 * @example
 * ```ts
 * import { files } from "./resource.ts";
 *
 * const cars = files("data").read("cars.csv");
 * ```
 */
export function files(dir: string | URL, options: { name?: string } = {}): Store {
  return new Store(remembered(options.name ?? plainName(String(dir)), { type: "files", dir }));
}

/**
 * Reads `resources.yaml`: all that it declares can be had by `resource(name)` and `store(name)` from then on.
 *
 * @returns the names that it declares
 *
 * @example
 * ```ts
 * import { loadResources, resource } from "./resource.ts";
 *
 * const file = await Deno.makeTempFile();
 * await Deno.writeTextFile(file, "results:\n  type: sqlite\n  path: results.db\n");
 * await loadResources(file);
 * const rows = resource("results").sql`select * from runs`;
 * await Deno.remove(file);
 * ```
 */
export async function loadResources(path: string | URL = "resources.yaml"): Promise<string[]> {
  const { readResourcesFile } = await onDemand<typeof import("./resources_file.ts")>("lib/resource/resources_file.ts");
  const declarations = await readResourcesFile(path);
  declarations.forEach(declareResource);
  return declarations.map(({ name }) => name);
}

function server(type: "postgres" | "mysql", address: string | URL | ServerOptions, options: DatabaseOptions): Database {
  const given = typeof address === "string" || address instanceof URL ? { url: address } : address;
  const { name, freshFor, timeout, integers, decimals, ...connection } = given as ServerOptions;
  const all = { name, freshFor, timeout, integers, decimals, ...options };
  return database(type, connection, all, connection.database ?? type);
}

function database(type: string, given: object, options: DatabaseOptions, hint: string | URL): Database {
  const name = options.name ?? plainName(String(hint));
  const { integers, decimals } = options;
  return new Database(remembered(name, { type, ...given, integers, decimals }), options);
}

function remembered(name: string, given: object): Declaration {
  const declaration = parseDeclaration(name, given, { folder: Deno.cwd(), allowPlainSecrets: true });
  declareResource(declaration);
  return declaration;
}

/** A name for what was given none: the last part of its path. */
function plainName(text: string): string {
  const last = text.replace(/\/+$/, "").split("/").pop()!.replace(/\.[^.]*$/, "").replace(/[^\w-]+/g, "_").slice(0, 60);
  return /^[A-Za-z_]/.test(last) ? last : `r_${last}`;
}
