/**
 * PostgreSQL, by postgres.js.
 * @module
 */
import { isDuctaflowError, messageOf } from "../../base/error.ts";
import { batchSize, rowMaker, type TableColumn, type TableStream } from "./column.ts";
import type { ServerConnection } from "./connection.ts";
import { copyLine } from "./copy_text.ts";
import { postgresDialect, quotedTable, type TableName } from "./dialect.ts";
import { type NumberOptions, resultColumn } from "./numbers.ts";
import { columnsOfTable, keysOfTable, listing, type PostgresField, withTableFacts } from "./postgres_catalog.ts";
import { columnOfPostgres, converterOf, rawTypes, toPostgres } from "./postgres_values.ts";
import { networkProblem, resourceError, type ResourceProblem } from "./resource_error.ts";
import type { ListedTable, Purpose, Session, TableDescription } from "./session.ts";
import type { BoundSql, SqlValue } from "./sql_text.ts";
import type { Sql } from "../../deps/postgres.ts";

/** Seconds that a server may take to answer at first. */
const patience = 20;

/** Connects; for a read, to a session that cannot write. */
export async function openPostgres(connection: ServerConnection, purpose: Purpose): Promise<Session> {
  const { postgres } = await import("../../deps/postgres.ts");
  const session = new PostgresSession(connection);
  const { host, port, user, database, password } = connection;
  session.client = postgres(
    {
      host,
      port,
      user,
      database,
      password: password ?? "",
      // The driver would leave an address unchecked, and take a certificate for any other machine.
      ssl: connection.tls ? { rejectUnauthorized: true, ca: connection.ca, host } : false,
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: patience,
      // With one try, a refused connection is told at once.
      backoff: false,
      fetch_types: false,
      onnotice: () => {},
      onclose: () => session.markLost(),
      types: rawTypes,
      connection: {
        application_name: "ductaflow",
        default_transaction_read_only: purpose === "read",
        TimeZone: "UTC",
        DateStyle: "ISO",
        IntervalStyle: "iso_8601",
        extra_float_digits: 1,
      },
    } as unknown as Parameters<typeof postgres>[1],
  );
  try {
    await session.run("select 1");
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

class PostgresSession implements Session {
  readonly dialect = postgresDialect;
  readonly connection: ServerConnection;
  client!: Sql;
  #lost = false;
  /** Rejects when the connection ends: a statement sent between a socket's error and its end gets no answer else. */
  readonly #end = Promise.withResolvers<never>();

  constructor(connection: ServerConnection) {
    this.connection = connection;
    this.#end.promise.catch(() => {});
  }

  /** The driver would connect anew and run what is left of a transaction outside of any. */
  markLost(): void {
    this.#lost = true;
    this.#end.reject(this.#lostError());
  }

  #lostError(): Error {
    return resourceError(this.connection, networkProblem({ code: "CONNECTION_CLOSED" })!);
  }

  #checkOpen(): void {
    if (this.#lost) throw this.#lostError();
  }

  #answered<T>(answer: PromiseLike<T>): Promise<T> {
    return Promise.race([answer, this.#end.promise]);
  }

  async run(text: string, values: SqlValue[] = []): Promise<Record<string, unknown>[]> {
    this.#checkOpen();
    try {
      return [...await this.#answered(this.client.unsafe(text, values.map(toPostgres) as never[]))];
    } catch (error) {
      throw this.explain(error, text);
    }
  }

  async read({ text, values }: BoundSql, numbers: NumberOptions): Promise<TableStream> {
    await this.run("begin isolation level repeatable read read only");
    this.#checkOpen();
    const parameters = values.map(toPostgres) as never[];
    // Never the simple protocol, in which one text may hold several statements.
    const options = { simple: false, prepare: false } as object;
    try {
      const described = await this.#answered(this.client.unsafe(text, parameters, options).describe());
      const fields = described.columns as unknown as PostgresField[];
      const found = await withTableFacts(this, fields.map(columnOfPostgres), fields);
      const columns = found.map((column) => resultColumn(column, numbers));
      const cursor = this.client.unsafe(text, parameters, options).values().cursor(batchSize);
      return {
        columns,
        batches: this.#batches(cursor as unknown as AsyncIterable<unknown[][]>, columns, fields, text),
      };
    } catch (error) {
      throw this.explain(error, text);
    }
  }

  async *#batches(cursor: AsyncIterable<unknown[][]>, columns: TableColumn[], fields: PostgresField[], text: string) {
    const converters = fields.map((field, i) => converterOf(field.type, columns[i], this.connection));
    const make = rowMaker(columns);
    try {
      for await (const batch of cursor) {
        yield batch.map((values) =>
          make(values.map((value, i) => value === null || converters[i] === undefined ? value : converters[i](value)))
        );
      }
      await this.run("commit");
    } catch (error) {
      throw this.explain(error, text);
    }
  }

  async load(table: TableName, columns: TableColumn[], rows: TableStream["batches"]): Promise<number> {
    this.#checkOpen();
    const names = columns.map(({ name }) => postgresDialect.quote(name));
    const target = quotedTable(postgresDialect, table);
    try {
      const copy = this.client.unsafe(`copy ${target} (${names}) from stdin`);
      const failed = rejectionOf(copy as unknown as Rejecting);
      const sink = await this.#answered(copy.writable());
      return await writeAll(sink, this.#answered(failed), columns, rows);
    } catch (error) {
      throw this.explain(error);
    }
  }

  async list(): Promise<ListedTable[]> {
    return listing(await this.run(listing.query));
  }

  async describe(table: TableName): Promise<TableDescription | undefined> {
    const found = await columnsOfTable(this, table);
    return found && { columns: found.columns, ...await keysOfTable(this, found.oid) };
  }

  explain(error: unknown, text?: string): Error {
    return isDuctaflowError(error) ? error : resourceError(this.connection, problemOf(error, this.connection, text));
  }

  async close(): Promise<void> {
    await this.client.end({ timeout: this.#lost ? 0 : 2 }).catch(() => {});
  }
}

/** A query of the driver. */
interface Rejecting {
  reject(error: unknown): void;
}

/**
 * Rejects when the server refuses a copy. The driver has kept its promise by then, with the stream, and would let the
 * stream wait for ever.
 */
function rejectionOf(copy: Rejecting): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const known = copy.reject;
  copy.reject = (error) => (reject(error), known(error));
  return promise;
}

/** Waits for the stream to take what it is given, so that a large table never stands in memory. */
async function writeAll(
  sink: Copying,
  refused: Promise<never>,
  columns: TableColumn[],
  rows: TableStream["batches"],
): Promise<number> {
  const { promise, reject } = Promise.withResolvers<never>();
  const failed = Promise.race([promise, refused]);
  failed.catch(() => {});
  sink.on("error", reject);
  let count = 0;
  try {
    for await (const batch of rows) {
      const text = batch.map((row) => copyLine(row, columns)).join("");
      count += batch.length;
      if (!sink.write(text)) await Promise.race([new Promise<void>((taken) => sink.once("drain", taken)), failed]);
    }
    const ended = new Promise<void>((done, refuse) => sink.end((error) => error ? refuse(error) : done()));
    await Promise.race([ended, failed]);
  } catch (error) {
    sink.destroy(error instanceof Error ? error : new Error(messageOf(error)));
    throw error;
  }
  return count;
}

/** What is used of the stream that a `copy` gives. */
interface Copying {
  write(text: string): boolean;
  end(done: (error?: Error | null) => void): void;
  destroy(error: Error): void;
  on(event: "error" | "close", listener: (error: Error) => void): void;
  once(event: "drain", listener: () => void): void;
}

function problemOf(error: unknown, { user, database }: ServerConnection, text?: string): ResourceProblem {
  const network = networkProblem(error);
  if (network) return network;
  const { code, detail, where, position } = (error ?? {}) as Record<string, string | undefined>;
  const message = `${messageOf(error)}${detail ? `: ${detail}` : ""}`;
  const place = text !== undefined && position !== undefined
    ? ` (line ${lineOf(text, Number(position))} of the query)`
    : "";
  if (code === "28P01" || code === "28000") {
    return {
      code: "resource-denied",
      text: `refused the user "${user}": ${message}`,
      hint: /no encryption/.test(message)
        ? "The server may want encryption: give { tls: true }"
        : "Check user and password; a password is best given by reference, as ${NAME}",
    };
  }
  if (code === "3D000") return { code: "resource-missing", text: `has no database "${database}"` };
  if (code === "42501") return { code: "resource-denied", text: `refused it to the user "${user}": ${message}` };
  if (code === "42P01" || code === "3F000") return { code: "resource-missing", text: `says: ${message}${place}` };
  if (code === "25006") {
    return {
      code: "resource-read-only",
      text: `refused to be changed: ${message}, and a read changes nothing`,
      hint: "Save a table with artifact.save(db.table(…)), or change the database with its own tools",
    };
  }
  if (code?.startsWith("57P") || code?.startsWith("08")) {
    return { code: "resource-lost", text: `ended the connection: ${message}`, hint: "Run again: nothing was saved" };
  }
  const mismatch = code !== undefined && /^(22|23|42804)/.test(code);
  // The line of a copy is that of the row; the rest of its words is the value, which the message has already.
  const row = /^COPY .*, line (\d+)/.exec(where ?? "")?.[1];
  return {
    code: mismatch ? "resource-mismatch" : "resource-statement",
    text: `refused ${row ? `row ${row}` : "the statement"}: ${message}${columnOf(where)}${place}`,
  };
}

function columnOf(where: string | undefined): string {
  const column = /, column ([^:]+):/.exec(where ?? "")?.[1];
  return column === undefined ? "" : `, in column "${column}"`;
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position - 1).split("\n").length;
}
