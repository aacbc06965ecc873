/**
 * Where a table is read from: a file or a URL, its format, and its bytes.
 * @module
 */
import { DuctaflowError, messageOf } from "../../base/error.ts";
import { entriesOf, maybeStat } from "../../base/maybe_file.ts";
import { nearest } from "../../base/nearest.ts";
import { shortPath } from "../../base/short_path.ts";
import { basename, dirname, fromFileUrl } from "../../deps/path.ts";
import { badTable } from "./table_problems.ts";

/** The formats that tables are read from. */
export type TableFormat = "csv" | "tsv" | "json" | "ndjson" | "yaml" | "parquet" | "sqlite";

/** A table that is there, before it is read. */
export interface TableSource {
  /** The path or URL as messages and origins name it, with `#table`; what a URL says of passwords and queries is left out. */
  name: string;
  format: TableFormat;
  /** The file; undefined for a table from the network. */
  path?: string;
  /** What stands after `#`: the table of a database. */
  table?: string;
  /** The bytes in pieces, from the start at every call. A piece is good until the next is asked for. */
  pieces(): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** All bytes. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

const extensions: { [extension: string]: TableFormat } = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  json: "json",
  ndjson: "ndjson",
  jsonl: "ndjson",
  yaml: "yaml",
  yml: "yaml",
  parquet: "parquet",
  sqlite: "sqlite",
  sqlite3: "sqlite",
  db: "sqlite",
};

const mediaTypes: { [type: string]: TableFormat } = {
  "text/csv": "csv",
  "text/tab-separated-values": "tsv",
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "application/jsonl": "ndjson",
  "application/yaml": "yaml",
  "application/x-yaml": "yaml",
  "text/yaml": "yaml",
  "application/vnd.apache.parquet": "parquet",
};

const pieceSize = 1024 * 1024;

/** Finds a table: a path, or a `file:`, `http:` or `https:` URL, as text or as a `URL`. */
export async function openTable(source: string | URL, signal?: AbortSignal): Promise<TableSource> {
  if (typeof source === "string" && !/^(file|https?):\/\//i.test(source)) {
    const [, path, table] = /^(.+\.(?:sqlite3?|db))#(.+)$/is.exec(source) ?? [undefined, source];
    return openFile(path, table);
  }
  const url = new URL(source);
  const table = url.hash ? decodeURIComponent(url.hash.slice(1)) : undefined;
  url.hash = "";
  if (url.protocol === "file:") return openFile(fromFileUrl(url), table, shortPath(fromFileUrl(url)));
  if (url.protocol === "http:" || url.protocol === "https:") return await download(url, table, signal);
  throw new TypeError(`The table ${url.href} is behind ${url.protocol}, accepted are file:, http: and https:`);
}

function openFile(path: string, table?: string, shown: string = path): TableSource {
  const name = table === undefined ? shown : `${shown}#${table}`;
  const info = maybeStat(path);
  if (info === undefined) throw notFound(path, shown);
  if (info.isDirectory) throw badTable(name, "it is a folder", { hint: "Name the file" });
  return {
    name,
    format: checkFormat(name, formatOf(path), table),
    path,
    table,
    pieces: () => filePieces(path),
    bytes: () => Deno.readFile(path),
  };
}

async function* filePieces(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(pieceSize);
  for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
    yield buffer.subarray(0, count);
  }
}

function notFound(path: string, shown: string): DuctaflowError {
  const folder = dirname(path);
  const meant = nearest(basename(path), namesIn(folder));
  return new DuctaflowError(`There is no table ${shown}`, {
    code: "table-not-found",
    hint: meant ? `Did you mean "${meant}" in ${shortPath(folder)}?` : "Paths are relative to the current folder",
  });
}

function namesIn(folder: string): string[] {
  try {
    return entriesOf(folder).map((entry) => entry.name);
  } catch {
    // The permission may be for the file alone.
    return [];
  }
}

async function download(url: URL, table: string | undefined, signal?: AbortSignal): Promise<TableSource> {
  const name = `${url.origin}${url.pathname}`;
  const response = await orExplain(name, () => fetch(url, { signal }));
  const type = response.headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
  if (!response.ok || type === "text/html") {
    await response.body?.cancel();
    throw notFetched(name, response.ok ? "the server answered with a web page" : statusOf(response));
  }
  const bytes = await orExplain(name, () => response.bytes());
  return {
    name: table === undefined ? name : `${name}#${table}`,
    format: checkFormat(name, formatOf(url.pathname) ?? mediaTypes[type], table),
    table,
    async *pieces() {
      for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
    },
    bytes: () => Promise.resolve(bytes),
  };
}

async function orExplain<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    // A missing permission or an abort tells its own story.
    if (!(error instanceof TypeError)) throw error;
    throw notFetched(name, messageOf(error), error);
  }
}

function statusOf({ status, statusText }: Response): string {
  return `the server answered ${status}${statusText ? ` ${statusText}` : ""}`;
}

function notFetched(name: string, problem: string, cause?: unknown): DuctaflowError {
  return new DuctaflowError(`The table ${name} cannot be fetched: ${problem}`, {
    code: "table-not-fetched",
    hint: "Open the address in a browser, or download the file and give its path",
    ...(cause === undefined ? {} : { cause }),
  });
}

function formatOf(path: string): TableFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase() ?? "";
  return Object.hasOwn(extensions, extension) ? extensions[extension] : undefined;
}

function checkFormat(name: string, format: TableFormat | undefined, table: string | undefined): TableFormat {
  if (format === undefined) {
    const accepted = Object.keys(extensions).map((extension) => `.${extension}`).join(" ");
    throw badTable(name, "its name does not tell the format", { hint: `Accepted are ${accepted}` });
  }
  if (table !== undefined && format !== "sqlite") {
    throw badTable(name, `only SQLite files have tables to choose from, found "#${table}"`, {
      hint: `Leave out "#${table}"`,
    });
  }
  return format;
}
