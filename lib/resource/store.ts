/**
 * A place of files as a conductor has it: a bucket or a folder.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { childModule } from "../base/child_module.ts";
import type { Artifact } from "../ops/artifact.ts";
import type { SaveTarget } from "../ops/external.ts";
import { readArtifact } from "../ops/read_artifact.ts";
import type { Declaration, ResourceType } from "./declaration.ts";
import { type NumberSettings, parseNumberSettings } from "./number_options.ts";
import type { Duration } from "../base/duration.ts";

/** The formats of files: tables are rows, JSON is its value, the others are text or bytes. */
export type StoreFormat = "csv" | "tsv" | "json" | "ndjson" | "parquet" | "text" | "bytes";

/** How a file is read. */
export interface FileReadOptions extends NumberSettings {
  /** Its format; by the end of its name unless given. */
  format?: StoreFormat;
  /** How long what was read counts at most. */
  freshFor?: Duration;
}

/** How a file is saved. */
export interface FileSaveOptions {
  /** `"fail"` (default) refuses when there is such a file, `"replace"` takes its place. */
  mode?: "replace" | "fail";
  /** Its format; by the end of its name unless given. */
  format?: StoreFormat;
}

/** A file that a store has. */
export interface StoredFile {
  /** Its path in the folder, or its key after the prefix. */
  key: string;
  /** In bytes. */
  size: number;
  /** When it was last changed, in ISO 8601. */
  modified: string;
}

/** A bucket or a folder. Made by `s3`, `files` and `store`. */
export class Store {
  /** The name of the resource. */
  readonly name: string;
  readonly #declaration: Declaration;

  /** Made by `s3`, `files` and `store`. */
  constructor(declaration: Declaration) {
    this.name = declaration.name;
    this.#declaration = declaration;
  }

  /** What kind of store it is. */
  get type(): ResourceType {
    return this.#declaration.type;
  }

  /** What a file holds, as an artifact: rows, JSON, text or bytes. Nothing is read until it is asked for. */
  read<T = Record<string, unknown>[]>(path: string, options: FileReadOptions = {}): Artifact<T> {
    const { format = formatOf(path), freshFor, integers, decimals } = options;
    // The other formats have no types of numbers.
    const numbers = format === "parquet" ? [{ ...parseNumberSettings({ integers, decimals }) }] : [];
    return readArtifact<T>({
      ...this.#call("read", path),
      args: [this.#declaration.connection, checkedPath(path), format, ...numbers],
      permissions: this.#declaration.read,
      description: `read "${path}"`,
      freshFor,
    });
  }

  /** A file to save to: `artifact.save(store.file("cars.csv", { mode: "replace" }))`. */
  file(path: string, options: FileSaveOptions = {}): SaveTarget {
    const { mode = "fail", format = formatOf(path) } = options;
    if (mode !== "fail" && mode !== "replace") {
      throw new TypeError(`The mode of the file "${path}" is "${mode}", accepted are replace and fail`);
    }
    const target = { path: checkedPath(path), mode, format };
    return {
      saveCall: () => ({
        ...this.#call("save", path),
        args: [this.#declaration.connection, target],
        permissions: this.#declaration.write,
        description: `${mode} "${path}"`,
        target: `${this.name}: file "${path}"`,
      }),
    };
  }

  /** Reaches it, and changes nothing. Throws an error that says what is wrong. */
  async test(): Promise<void> {
    await this.#ask("test");
  }

  /** The files that it has. */
  async list(): Promise<StoredFile[]> {
    return await this.#ask("list") as StoredFile[];
  }

  async #ask(question: "test" | "list"): Promise<unknown> {
    const { ask } = await onDemand<typeof import("./ask.ts")>("lib/resource/ask.ts");
    return await ask(this.#declaration, this.#module(), { ask: question });
  }

  #call(name: "read" | "save", path: string) {
    if (typeof path !== "string") throw new TypeError(`The path of a file is ${Deno.inspect(path)}, accepted is text`);
    const op = `${this.name.replaceAll("-", "_")}_${name}`;
    return { resource: this.name, op, module: this.#module(), export: name };
  }

  #module(): string {
    return childModule(`lib/resource/calls/${this.#declaration.type}.ts`);
  }
}

/** A path that stays below the store. */
function checkedPath(path: string): string {
  const parts = path.split("/");
  if (path !== "" && !parts.some((part) => part === "" || part === "." || part === "..") && !/[\\\0]/.test(path)) {
    return path;
  }
  throw new TypeError(`The path "${path}" is none of a file in a store, accepted is one like "folder/cars.csv"`);
}

const formats: Record<string, StoreFormat> = {
  csv: "csv",
  tsv: "tsv",
  json: "json",
  ndjson: "ndjson",
  jsonl: "ndjson",
  parquet: "parquet",
  txt: "text",
  md: "text",
  html: "text",
  svg: "text",
};

function formatOf(path: string): StoreFormat {
  return formats[/\.(\w+)$/.exec(path)?.[1].toLowerCase() ?? ""] ?? "bytes";
}
