/**
 * A database as a conductor has it: queries that become artifacts, tables that artifacts are saved to.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { childModule } from "../base/child_module.ts";
import type { Artifact } from "../ops/artifact.ts";
import { artifactId } from "../ops/call_arguments.ts";
import type { SaveTarget } from "../ops/external.ts";
import { readArtifact } from "../ops/read_artifact.ts";
import type { Param } from "../ops/param.ts";
import type { Duration } from "../base/duration.ts";
import type { Declaration, ResourceType } from "./declaration.ts";
import { type NumberSettings, parseNumberSettings } from "./number_options.ts";
import type { ListedTable, TableDescription } from "./host/session.ts";
import { makeQuery, queryData, queryText, type SqlInput, type SqlQuery } from "./sql_template.ts";

/** What may stand in the query of a database: what `sql` takes, parameters, numbers and texts of other operators. */
export type DatabaseInput =
  | SqlInput
  | Param<string>
  | Param<number>
  | Param<boolean>
  | Artifact<string>
  | Artifact<number>
  | Artifact<boolean>
  // A query of the same database.
  | Artifact<Record<string, unknown>[]>;

/** How a table is saved. */
export interface TableOptions {
  /**
   * What becomes of a table that is there already: `"fail"` (default) refuses, `"append"` adds rows, `"replace"` has the
   * new rows only, `"upsert"` changes rows with the same key and adds the others. A table that is not there is made.
   */
  mode?: "append" | "replace" | "fail" | "upsert";
  /** The columns that tell rows apart, for `"upsert"`. */
  key?: string | string[];
  /** Types of new columns that JavaScript has no types for: `{ day: "date", price: "decimal(12, 2)" }`. */
  types?: Record<string, string>;
}

/** How queries of a database are run. */
export interface DatabaseOptions extends NumberSettings {
  /** The name of the resource, for steps and errors. */
  name?: string;
  /** How long what was read counts at most; unless given, until the query changes or a new run of the workflow. */
  freshFor?: Duration;
  /** The time limit of one read or save. */
  timeout?: Duration;
}

/** Queries by the ids of their artifacts, so that one may stand in another. */
const queries = new Map<string, { database: Database; query: SqlQuery }>();

/** A database. Made by `resource`, `sqlite`, `postgres`, `mysql` and `duckdb`. */
export class Database {
  /** The name of the resource. */
  readonly name: string;
  readonly #declaration: Declaration;
  readonly #options: DatabaseOptions;
  readonly #numbers: NumberSettings;

  /** Made by `resource`, `sqlite`, `postgres`, `mysql` and `duckdb`. */
  constructor(declaration: Declaration, options: DatabaseOptions = {}) {
    this.name = declaration.name;
    this.#declaration = declaration;
    this.#options = options;
    const { integers = declaration.numbers?.integers, decimals = declaration.numbers?.decimals } = options;
    this.#numbers = parseNumberSettings({ integers, decimals });
  }

  /** What kind of database it is. */
  get type(): ResourceType {
    return this.#declaration.type;
  }

  /**
   * The rows of a query, as an artifact: nothing runs until it is asked for. Values are bound, never pasted; lists become
   * `(?, ?)`; names come with `ident()`; a query of the same database stands in parentheses. The query runs where nothing
   * can be written.
   */
  sql<Row extends object = Record<string, unknown>>(
    strings: TemplateStringsArray,
    ...values: DatabaseInput[]
  ): Artifact<Row[]> {
    const query = makeQuery(strings, values, (value) => this.#recognise(value));
    const { parts, values: bound } = queryData(query);
    const artifact = readArtifact<Row[]>({
      resource: this.name,
      op: `${this.name.replaceAll("-", "_")}_sql`,
      module: this.#module(),
      export: "read",
      args: [this.#declaration.connection, parts, bound, { ...this.#numbers }],
      permissions: this.#declaration.read,
      description: queryText(query),
      freshFor: this.#options.freshFor,
      timeout: this.#options.timeout,
    });
    queries.set((artifact as unknown as { [artifactId]: string })[artifactId], { database: this, query });
    return artifact;
  }

  /** A table to save to: `artifact.save(db.table("predictions", { mode: "replace" }))`; `"schema.table"` for others' schemas. */
  table(name: string, options: TableOptions = {}): SaveTarget {
    const { mode = "fail", key, types } = checkedOptions(name, options);
    const target = { table: name.split("."), mode, key: typeof key === "string" ? [key] : key, types };
    return {
      saveCall: () => ({
        resource: this.name,
        op: `${this.name.replaceAll("-", "_")}_save`,
        module: this.#module(),
        export: "save",
        args: [this.#declaration.connection, JSON.parse(JSON.stringify(target))],
        permissions: this.#declaration.write,
        description: `${mode} table "${name}"`,
        target: `${this.name}: table "${name}"`,
        timeout: this.#options.timeout,
      }),
    };
  }

  /** Connects, and does nothing. Throws an error that says what is wrong. */
  async test(): Promise<void> {
    await this.#ask({ ask: "test" });
  }

  /** The tables and views that it has. */
  async list(): Promise<ListedTable[]> {
    return await this.#ask({ ask: "list" }) as ListedTable[];
  }

  /** The columns and keys of a table; undefined when there is none by that name. */
  async describe(table: string): Promise<TableDescription | undefined> {
    const found = await this.#ask({ ask: "describe", table: table.split(".") });
    return found as TableDescription | undefined;
  }

  async #ask(question: Parameters<typeof import("./ask.ts").ask>[2]): Promise<unknown> {
    const { ask } = await onDemand<typeof import("./ask.ts")>("lib/resource/ask.ts");
    return await ask(this.#declaration, this.#module(), question);
  }

  #module(): string {
    return childModule(`lib/resource/calls/${this.#declaration.calls ?? this.#declaration.type}.ts`);
  }

  #recognise(value: object): { later: unknown } | SqlQuery | undefined {
    if ("isParam" in value) return { later: value };
    if (!(artifactId in value)) return undefined;
    const chained = queries.get((value as { [artifactId]: string })[artifactId]);
    if (chained === undefined) return { later: value };
    if (chained.database.name === this.name) return chained.query;
    throw new TypeError(
      `A query of "${chained.database.name}" cannot stand in one of "${this.name}": each database knows its own tables`,
    );
  }
}

function checkedOptions(name: string, options: TableOptions): TableOptions {
  if (typeof name !== "string" || name === "" || name.split(".").some((part) => part === "")) {
    throw new TypeError(`The name of a table is ${Deno.inspect(name)}, accepted is "table" or "schema.table"`);
  }
  const { mode = "fail", key, types = {} } = options;
  const modes = ["append", "replace", "fail", "upsert"];
  if (!modes.includes(mode)) {
    throw new TypeError(`The mode of the table "${name}" is "${mode}", accepted are ${modes.join(", ")}`);
  }
  if ((mode === "upsert") !== (key !== undefined && key.length > 0)) {
    throw new TypeError(
      mode === "upsert"
        ? `The mode "upsert" of the table "${name}" needs a key: { mode: "upsert", key: "id" }`
        : `The table "${name}" has a key, which only the mode "upsert" has`,
    );
  }
  for (const [column, word] of Object.entries(types)) checkType(column, word);
  return options;
}

function checkType(column: string, word: string): void {
  if (/^(boolean|integer|bigint|number|text|date|timestamp|json|bytes|decimal(\(\d+(, *\d+)?\))?)$/.test(word)) return;
  throw new TypeError(
    `The type of the column "${column}" is "${word}", accepted are boolean, integer, bigint, number, decimal(12, 2), ` +
      "text, date, timestamp, json and bytes",
  );
}
