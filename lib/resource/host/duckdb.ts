/**
 * DuckDB, by its own native library.
 * @module
 */
import { isDuctaflowError, messageOf } from "../../base/error.ts";
import { batchSize, rowMaker, type TableColumn, type TableStream } from "./column.ts";
import type { DuckdbConnection } from "./connection.ts";
import { duckdbDialect, quoted, quotedTable, type TableName } from "./dialect.ts";
import { columnOfDuckdb, fromDuckdb, toDuckdb } from "./duckdb_values.ts";
import { jsonText } from "./json_text.ts";
import { type NumberOptions, resultColumn } from "./numbers.ts";
import { resourceError, type ResourceProblem } from "./resource_error.ts";
import type { ListedTable, Purpose, Session, TableDescription } from "./session.ts";
import type { BoundSql, SqlValue } from "./sql_text.ts";
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from "../../deps/duckdb.ts";

type Library = typeof import("../../deps/duckdb.ts");

/** Rows stand in this table before they go where they belong, so that the database converts them. */
const staging = "ductaflow_rows";

/** Opens a file; for a read it must be there, and nothing can be written. */
export async function openDuckdb(connection: DuckdbConnection, purpose: Purpose): Promise<Session> {
  const library = await import("../../deps/duckdb.ts");
  try {
    const instance = await library.DuckDBInstance.create(connection.path, {
      access_mode: purpose === "read" ? "READ_ONLY" : "READ_WRITE",
      // Its own doors to files and the network: the process could pass by its grant through them.
      enable_external_access: "false",
      autoinstall_known_extensions: "false",
    });
    const session = new DuckdbSession(connection, library, instance, await instance.connect());
    await session.run("set timezone = 'UTC'").catch(() => {});
    return session;
  } catch (error) {
    throw isDuctaflowError(error) ? error : resourceError(connection, problemOf(error));
  }
}

class DuckdbSession implements Session {
  readonly dialect = duckdbDialect;
  readonly connection: DuckdbConnection;
  readonly #library: Library;
  readonly #instance: DuckDBInstance;
  readonly #client: DuckDBConnection;

  constructor(connection: DuckdbConnection, library: Library, instance: DuckDBInstance, client: DuckDBConnection) {
    this.connection = connection;
    this.#library = library;
    this.#instance = instance;
    this.#client = client;
  }

  async run(text: string, values: SqlValue[] = []): Promise<Record<string, unknown>[]> {
    try {
      const result = await this.#client.run(text, values.map((value) => toDuckdb(value, this.#library)));
      return await result.getRowObjectsJS() as Record<string, unknown>[];
    } catch (error) {
      throw this.explain(error);
    }
  }

  async read({ text, values }: BoundSql, numbers: NumberOptions): Promise<TableStream> {
    try {
      // The library runs all statements of a text but the last at once.
      const statements = await this.#client.extractStatements(text);
      if (statements.count > 1) {
        throw resourceError(this.connection, {
          code: "resource-statement",
          text: `got ${statements.count} statements`,
          hint: "Write one query",
        });
      }
      const result = await this.#client.stream(text, values.map((value) => toDuckdb(value, this.#library)));
      const types = result.columnTypes();
      const columns = result.columnNames().map((name, i) =>
        resultColumn(columnOfDuckdb(name, types[i].alias ?? String(types[i])), numbers)
      );
      return { columns, batches: this.#batches(result, columns, numbers) };
    } catch (error) {
      throw this.explain(error);
    }
  }

  async *#batches(
    result: { fetchChunk(): Promise<{ rowCount: number; getRows(): DuckDBValue[][] } | null> },
    columns: TableColumn[],
    numbers: NumberOptions,
  ) {
    const make = rowMaker(columns);
    try {
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        yield chunk.getRows().map((values) =>
          make(values.map((value, i) => fromDuckdb(value, columns[i], this.connection, numbers)))
        );
      }
    } catch (error) {
      throw this.explain(error);
    }
  }

  async load(table: TableName, columns: TableColumn[], rows: TableStream["batches"]): Promise<number> {
    const names = columns.map(({ name }) => quoted(duckdbDialect, name));
    await this.run(`drop table if exists temp.${staging}`);
    const typed = columns.map((column, i) => `${names[i]} ${appendedType(column)}`);
    await this.run(`create temporary table ${staging} (${typed.join(", ")})`);
    const appender = await this.#client.createAppender(staging, "main", "temp");
    let count = 0;
    try {
      for await (const batch of rows) {
        for (const row of batch) {
          for (const column of columns) {
            appendTo(appender, row[column.name], column, this.#library);
          }
          appender.endRow();
        }
        count += batch.length;
        if (count % (batchSize * 10) === 0) appender.flushSync();
      }
      appender.closeSync();
      await this.run(
        `insert into ${quotedTable(duckdbDialect, table)} (${names}) select ${names} from temp.${staging}`,
      );
      await this.run(`drop table temp.${staging}`);
      return count;
    } catch (error) {
      throw this.explain(error);
    }
  }

  async list(): Promise<ListedTable[]> {
    const found = await this.run(
      "select nullif(table_schema, 'main') as schema, table_name as name, table_type as kind " +
        "from information_schema.tables order by table_schema <> 'main', table_schema, table_name",
    );
    return found.map(({ schema, name, kind }) => ({
      ...schema === null ? {} : { schema: String(schema) },
      name: String(name),
      kind: kind === "VIEW" ? "view" : "table",
    }));
  }

  async describe(table: TableName): Promise<TableDescription | undefined> {
    const place = [table.length > 1 ? table[table.length - 2] : "main", table[table.length - 1]];
    const rows = await this.run(
      "select column_name as name, data_type as native, is_nullable as nullable from information_schema.columns " +
        "where table_schema = $1 and lower(table_name) = lower($2) order by ordinal_position",
      place,
    );
    if (rows.length === 0) return undefined;
    const keys = await this.run(
      "select constraint_type as kind, array_to_string(constraint_column_names, chr(31)) as names " +
        "from duckdb_constraints() where schema_name = $1 and lower(table_name) = lower($2) " +
        "and constraint_type in ('PRIMARY KEY', 'UNIQUE')",
      place,
    );
    const unique = keys.map(({ names }) => String(names).split("\x1f"));
    return {
      columns: rows.map(({ name, native, nullable }) => ({
        ...columnOfDuckdb(String(name), String(native)),
        nullable: nullable === "YES" || nullable === true,
      })),
      key: unique[keys.findIndex(({ kind }) => kind === "PRIMARY KEY")] ?? [],
      unique,
    };
  }

  explain(error: unknown): Error {
    return isDuctaflowError(error) ? error : resourceError(this.connection, problemOf(error));
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    this.#client.closeSync();
    this.#instance.closeSync();
  }
}

/** The type of a column of rows that wait: what JavaScript has. */
function appendedType(column: TableColumn): string {
  return column.type === "json" || column.type === "decimal" ? "VARCHAR" : duckdbDialect.typeOf(column);
}

type Appender = Awaited<ReturnType<DuckDBConnection["createAppender"]>>;

function appendTo(appender: Appender, value: unknown, column: TableColumn, library: Library): void {
  if (value === null || value === undefined) return appender.appendNull();
  switch (column.type) {
    case "boolean":
      return appender.appendBoolean(Boolean(value));
    case "integer":
    case "bigint":
      return appender.appendBigInt(BigInt(value as number));
    case "number":
      return appender.appendDouble(Number(value));
    case "bytes":
      return appender.appendBlob(value as Uint8Array);
    case "date":
      return appender.appendDate(new library.DuckDBDateValue((value as Date).getTime() / 86_400_000));
    case "timestamp": {
      const micros = BigInt((value as Date).getTime()) * 1000n;
      return column.zoned
        ? appender.appendTimestampTZ(new library.DuckDBTimestampTZValue(micros))
        : appender.appendTimestamp(new library.DuckDBTimestampValue(micros));
    }
    case "json":
      return appender.appendVarchar(jsonText(value));
    default:
      return appender.appendVarchar(typeof value === "object" ? jsonText(value) : String(value));
  }
}

function problemOf(error: unknown): ResourceProblem {
  if (error instanceof Deno.errors.NotCapable) throw error;
  const message = messageOf(error).replace(/\s*\n\s*(LINE \d|Candidate bindings)[^]*$/, "").replace(/\s*\n\s*/g, ". ")
    .trim();
  if (/read-only mode|READ_ONLY|is not allowed in read only/i.test(message)) {
    return /database does not exist/.test(message)
      ? {
        code: "resource-missing",
        text: "is not there",
        hint: "Check the path; a save makes the file, a read does not",
      }
      : {
        code: "resource-read-only",
        text: `refused to be changed: ${message}, and a read changes nothing`,
        hint: "Save a table with artifact.save(db.table(…)), or change the database with its own tools",
      };
  }
  if (/Could not set lock|Conflicting lock/.test(message)) {
    return { code: "resource-lost", text: "is open in another process, and DuckDB allows one that writes" };
  }
  if (/^IO Error/.test(message)) return { code: "resource-missing", text: `cannot be opened: ${message}` };
  if (/^Catalog Error: (Table|Schema)/.test(message)) return { code: "resource-missing", text: `says: ${message}` };
  if (/^(Conversion|Constraint|Invalid Input|Out of Range) Error/.test(message)) {
    return { code: "resource-mismatch", text: `refused a row: ${message}` };
  }
  return { code: "resource-statement", text: `refused the statement: ${message}` };
}
