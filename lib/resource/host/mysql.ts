/**
 * MySQL and MariaDB, by mysql2.
 * @module
 */
import { isDuctaflowError } from "../../base/error.ts";
import { batchSize, rowMaker, type TableColumn, type TableStream } from "./column.ts";
import type { ServerConnection } from "./connection.ts";
import { mysqlDialect, quotedTable, type TableName } from "./dialect.ts";
import { mysqlProblem } from "./mysql_problem.ts";
import { type NumberOptions, resultColumn } from "./numbers.ts";
import { columnOfMysql, converterOf, declaredColumn, toMysql } from "./mysql_values.ts";
import { networkProblem, resourceError } from "./resource_error.ts";
import type { ListedTable, Purpose, Session, TableDescription } from "./session.ts";
import type { BoundSql, SqlValue } from "./sql_text.ts";
import type { Connection, FieldPacket } from "../../deps/mysql.ts";

/** Milliseconds that a server may take to answer at first. */
const patience = 20_000;
/** A prepared statement has at most 65,535 places, and a packet by default 16 MiB. */
const mostPlaces = 20_000;
const mostBytes = 4 * 1024 * 1024;

/** Connects; for a read, to a session that cannot write. */
export async function openMysql(connection: ServerConnection, purpose: Purpose): Promise<Session> {
  const { host, port, user, database, password } = connection;
  if (connection.tls) checkName(connection);
  const { createConnection } = await import("../../deps/mysql.ts");
  const client = createConnection({
    host,
    port,
    user,
    database,
    password: password ?? "",
    connectTimeout: patience,
    ssl: connection.tls ? { rejectUnauthorized: true, verifyIdentity: true, ca: connection.ca } : undefined,
    charset: "utf8mb4",
    timezone: "Z",
    // What the driver would make of dates and long numbers is not exact.
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    multipleStatements: false,
    // A server must not be able to ask for files of this machine.
    flags: ["-LOCAL_FILES"],
  });
  const session = new MysqlSession(connection, client);
  // An error that no statement waits for would end the process.
  client.on("error", () => session.markLost());
  try {
    // Values that do not fit are refused, not cut; moments are in UTC.
    await session.run("set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'");
    await session.run("set session time_zone = '+00:00'");
    if (purpose === "read") await session.run("set session transaction read only");
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** The driver checks the names in certificates, and takes any certificate for an address. */
function checkName(connection: ServerConnection): void {
  if (!/^[\d.]+$|:/.test(connection.host)) return;
  throw resourceError(connection, {
    code: "resource-denied",
    text: "is given by its address, and a certificate is checked for a name",
    hint:
      "Give the host by the name that stands in its certificate, or { tls: false } where nobody can listen in between",
  });
}

class MysqlSession implements Session {
  readonly dialect = mysqlDialect;
  readonly connection: ServerConnection;
  readonly #client: Connection;
  #lost = false;

  constructor(connection: ServerConnection, client: Connection) {
    this.connection = connection;
    this.#client = client;
  }

  markLost(): void {
    this.#lost = true;
  }

  #checkOpen(): void {
    if (this.#lost) throw resourceError(this.connection, networkProblem({ code: "PROTOCOL_CONNECTION_LOST" })!);
  }

  async run(text: string, values: SqlValue[] = []): Promise<Record<string, unknown>[]> {
    this.#checkOpen();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const done = (error: unknown, rows: unknown) => error ? reject(error) : resolve(rows);
    // Transactions, locks and settings cannot be prepared everywhere; they have no values.
    if (values.length === 0) this.#client.query(text, done);
    else this.#client.execute(text, values.map((value) => toMysql(value)) as never[], done);
    try {
      const rows = await promise;
      return Array.isArray(rows) ? rows : [{ affected: (rows as { affectedRows: number }).affectedRows }];
    } catch (error) {
      throw this.explain(error);
    }
  }

  async read({ text, values }: BoundSql, numbers: NumberOptions): Promise<TableStream> {
    await this.run("start transaction with consistent snapshot, read only");
    this.#checkOpen();
    const command = this.#client.execute(
      { sql: text, values: values.map((value) => toMysql(value)), rowsAsArray: true } as never,
    );
    const rows = command.stream({ highWaterMark: batchSize });
    const { promise, resolve, reject } = Promise.withResolvers<FieldPacket[]>();
    rows.once("fields", (fields) => resolve(fields ?? []));
    rows.once("error", reject);
    rows.once("end", () => resolve([]));
    try {
      const fields = await promise;
      const columns = fields.map((field) => resultColumn(columnOfMysql(field), numbers));
      return { columns, batches: this.#batches(rows, columns, fields) };
    } catch (error) {
      throw this.explain(error);
    }
  }

  async *#batches(rows: AsyncIterable<unknown[]>, columns: TableColumn[], fields: FieldPacket[]) {
    const converters = columns.map((column, i) => converterOf(fields[i], column, this.connection));
    const make = rowMaker(columns);
    try {
      let batch = [];
      for await (const values of rows) {
        batch.push(make(values.map((value, i) => value === null || !converters[i] ? value : converters[i](value))));
        if (batch.length < batchSize) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
      await this.run("commit");
    } catch (error) {
      throw this.explain(error);
    }
  }

  async load(table: TableName, columns: TableColumn[], rows: TableStream["batches"]): Promise<number> {
    const target = quotedTable(mysqlDialect, table);
    const names = columns.map(({ name }) => mysqlDialect.quote(name)).join();
    const places = `(${columns.map(() => "?").join()})`;
    const most = Math.max(1, Math.floor(mostPlaces / columns.length));
    let count = 0;
    let waiting: unknown[] = [];
    let bytes = 0;
    const flush = async () => {
      const lines = waiting.length / columns.length;
      if (lines === 0) return;
      const first = count + 1;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#checkOpen();
      const text = `insert into ${target} (${names}) values ${new Array(lines).fill(places).join()}`;
      this.#client.execute(text, waiting as never[], (error: unknown) => error ? reject(error) : resolve());
      try {
        await promise;
      } catch (error) {
        throw isDuctaflowError(error)
          ? error
          : resourceError(this.connection, mysqlProblem(error, this.connection, first));
      }
      count += lines;
      [waiting, bytes] = [[], 0];
    };
    for await (const batch of rows) {
      for (const row of batch) {
        for (const column of columns) {
          const value = toMysql(row[column.name], column);
          bytes += typeof value === "string" || value instanceof Uint8Array ? value.length * 2 : 8;
          waiting.push(value);
        }
        if (waiting.length >= most * columns.length || bytes >= mostBytes) await flush();
      }
    }
    await flush();
    return count;
  }

  async list(): Promise<ListedTable[]> {
    const found = await this.run(
      "select nullif(table_schema, database()) as `schema`, table_name as name, table_type as kind " +
        "from information_schema.tables where table_schema not in ('mysql', 'information_schema', 'performance_schema', 'sys') " +
        "order by table_schema <> database(), table_schema, table_name",
    );
    return found.map(({ schema, name, kind }) => ({
      ...schema === null ? {} : { schema: String(schema) },
      name: String(name),
      kind: kind === "VIEW" ? "view" : "table",
    }));
  }

  async describe(table: TableName): Promise<TableDescription | undefined> {
    const [name, schema] = [...table].reverse();
    const place = [schema ?? this.connection.database, name];
    const columns = await this.run(
      "select column_name as name, column_type as native, data_type as type, is_nullable as nullable, " +
        "numeric_precision as digits, numeric_scale as scale, column_comment as comment " +
        "from information_schema.columns where table_schema = ? and table_name = ? order by ordinal_position",
      place,
    );
    if (columns.length === 0) return undefined;
    const parts = await this.run(
      "select index_name as `index`, column_name as name, sub_part as part from information_schema.statistics " +
        "where table_schema = ? and table_name = ? and non_unique = 0 order by index_name, seq_in_index",
      place,
    );
    // An index on the first letters of a column does not tell rows apart.
    const indexes = [...Map.groupBy(parts, ({ index }) => String(index))]
      .filter(([, parts]) => parts.every(({ part, name }) => part === null && name !== null))
      .map(([index, parts]) => ({ index, names: parts.map(({ name }) => String(name)) }));
    return {
      columns: columns.map(declaredColumn),
      key: indexes.find(({ index }) => index === "PRIMARY")?.names ?? [],
      unique: indexes.map(({ names }) => names),
    };
  }

  explain(error: unknown): Error {
    return isDuctaflowError(error) ? error : resourceError(this.connection, mysqlProblem(error, this.connection));
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const giveUp = setTimeout(resolve, 2000);
    if (this.#lost) resolve();
    else this.#client.end(() => resolve());
    await promise;
    clearTimeout(giveUp);
    this.#client.destroy();
  }
}
