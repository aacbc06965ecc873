/**
 * SQLite, by the driver that Deno has built in.
 * @module
 */
import { isDuctaflowError, messageOf } from "../../base/error.ts";
import { batchSize, type TableColumn, type TableStream } from "./column.ts";
import type { SqliteConnection } from "./connection.ts";
import { quotedTable, sqliteDialect, type TableName } from "./dialect.ts";
import type { NumberOptions } from "./numbers.ts";
import { resourceError, type ResourceProblem } from "./resource_error.ts";
import type { ListedTable, Purpose, Session, TableDescription } from "./session.ts";
import type { BoundSql, SqlValue } from "./sql_text.ts";
import { columnOfSqlite, fromSqlite, inferSqliteColumns, sqliteResult, toSqlite } from "./sqlite_values.ts";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** How long another process may hold the file. */
const patience = 30_000;

/** Opens a file; for a read it must be there, and it is opened so that nothing can be written. */
export async function openSqlite(connection: SqliteConnection, purpose: Purpose): Promise<Session> {
  const { DatabaseSync } = await import("node:sqlite");
  if (purpose === "read") checkFile(connection);
  try {
    const database = new DatabaseSync(connection.path, { readOnly: purpose === "read", timeout: patience });
    // The first look at the file: SQLite opens anything.
    database.prepare("select count(*) from sqlite_schema").get();
    return new SqliteSession(connection, database);
  } catch (error) {
    throw resourceError(connection, problemOf(error));
  }
}

function checkFile(connection: SqliteConnection): void {
  try {
    if (Deno.statSync(connection.path).isFile) return;
    throw resourceError(connection, { code: "resource-missing", text: "is no file" });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw resourceError(connection, {
      code: "resource-missing",
      text: "is not there",
      hint: "Check the path; a save makes the file, a read does not",
    });
  }
}

class SqliteSession implements Session {
  readonly dialect = sqliteDialect;
  readonly connection: SqliteConnection;
  readonly #database: DatabaseSync;

  constructor(connection: SqliteConnection, database: DatabaseSync) {
    this.connection = connection;
    this.#database = database;
  }

  // deno-lint-ignore require-await
  async run(text: string, values: SqlValue[] = []): Promise<Record<string, unknown>[]> {
    try {
      return this.#database.prepare(text).all(...values.map((value) => toSqlite(value) as SQLInputValue));
    } catch (error) {
      throw this.explain(error);
    }
  }

  // deno-lint-ignore require-await
  async read({ text, values }: BoundSql, numbers: NumberOptions): Promise<TableStream> {
    try {
      const statement = this.#database.prepare(text);
      checkWhole(statement.sourceSQL, text, this.connection);
      statement.setReadBigInts(true);
      // Known to Deno 2.9, and not yet to its types.
      (statement as unknown as { setReturnArrays(on: boolean): void }).setReturnArrays(true);
      const columns = statement.columns().map(({ name, type }) =>
        sqliteResult(columnOfSqlite(name, type ?? undefined), numbers)
      );
      const rows = statement.iterate(...values.map((value) => toSqlite(value) as SQLInputValue)) as unknown as Iterator<
        unknown[]
      >;
      // Errors of the query itself come with its first row.
      const first = take(rows, batchSize);
      inferSqliteColumns(columns, first, numbers);
      return { columns, batches: this.#batches(columns, first, rows, numbers) };
    } catch (error) {
      throw this.explain(error);
    }
  }

  *#batches(columns: TableColumn[], first: unknown[][], rows: Iterator<unknown[]>, numbers: NumberOptions) {
    try {
      let seen = 0;
      for (let batch = first; batch.length > 0; batch = take(rows, batchSize)) {
        inferSqliteColumns(columns, batch, numbers);
        yield batch.map((values, i) => {
          const row: Record<string, unknown> = {};
          for (let c = 0; c < columns.length; c++) {
            row[columns[c].name] = fromSqlite(values[c], columns[c], seen + i + 1, this.connection);
          }
          return row;
        });
        seen += batch.length;
      }
    } catch (error) {
      throw this.explain(error);
    }
  }

  async load(table: TableName, columns: TableColumn[], rows: TableStream["batches"]): Promise<number> {
    const names = columns.map(({ name }) => sqliteDialect.quote(name));
    const places = columns.map((_, i) => sqliteDialect.place(i + 1));
    const statement = this.#database.prepare(
      `insert into ${quotedTable(sqliteDialect, table)} (${names}) values (${places})`,
    );
    let count = 0;
    for await (const batch of rows) {
      for (const row of batch) {
        count++;
        try {
          statement.run(...columns.map((column) => toSqlite(row[column.name], column) as SQLInputValue));
        } catch (error) {
          throw this.explain(error, `row ${count}`);
        }
      }
    }
    return count;
  }

  async list(): Promise<ListedTable[]> {
    const found = await this.run(
      "select name, type from sqlite_schema where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by name",
    );
    return found.map(({ name, type }) => ({ name: String(name), kind: type === "view" ? "view" : "table" }));
  }

  async describe(table: TableName): Promise<TableDescription | undefined> {
    const name = table[table.length - 1];
    const columns = await this.run('select name, type, "notnull", pk from pragma_table_info(?1) order by cid', [name]);
    if (columns.length === 0) return undefined;
    const indexes = await this.run(
      'select il.name as "index", ii.name as name from pragma_index_list(?1) il, pragma_index_info(il.name) ii ' +
        'where il."unique" = 1 and il.partial = 0 order by il.seq, ii.seqno',
      [name],
    );
    const key = columns.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk))
      .map(({ name }) => String(name));
    const unique = Map.groupBy(indexes, ({ index }) => String(index)).values()
      .map((parts) => parts.map(({ name }) => String(name)));
    return {
      columns: columns.map(({ name, type, notnull, pk }) => ({
        ...columnOfSqlite(String(name), String(type)),
        nullable: Number(notnull) === 0 && Number(pk) === 0,
      })),
      key,
      unique: [...key.length > 0 ? [key] : [], ...unique],
    };
  }

  explain(error: unknown, where?: string): Error {
    if (isDuctaflowError(error)) return error;
    return resourceError(this.connection, problemOf(error, where));
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}

/** SQLite takes the first statement of a text and leaves the rest. */
function checkWhole(taken: string, text: string, connection: SqliteConnection): void {
  const rest = text.slice(taken.length).trim();
  if (rest === "" || /^(--[^\n]*\n?|\/\*[^]*?\*\/|\s)+$/.test(rest)) return;
  throw resourceError(connection, {
    code: "resource-statement",
    text: `got several statements: after the first comes "${rest.slice(0, 80)}"`,
    hint: "Write one query",
  });
}

function take(rows: Iterator<unknown[]>, most: number): unknown[][] {
  const taken: unknown[][] = [];
  while (taken.length < most) {
    const { done, value } = rows.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

function problemOf(error: unknown, where?: string): ResourceProblem {
  if (error instanceof Deno.errors.NotCapable) throw error;
  const message = messageOf(error);
  const number = (error as { errcode?: number } | null)?.errcode ?? 0;
  const at = where === undefined ? "" : ` (${where})`;
  // The primary result codes of SQLite.
  switch (number & 0xff) {
    case 5:
    case 6:
      return { code: "resource-lost", text: `is locked by another process for more than ${patience / 1000} s` };
    case 8:
      return {
        code: "resource-read-only",
        text: "refused to be changed: a read changes nothing",
        hint: "Save a table with artifact.save(db.table(…)), or change the database with its own tools",
      };
    case 11:
    case 26:
      return { code: "resource-statement", text: `is no SQLite database, or a damaged one: ${message}` };
    case 14:
      return { code: "resource-missing", text: `cannot be opened: ${message}`, hint: "Check that its folder is there" };
    case 19:
      return { code: "resource-mismatch", text: `refused a row${at}: ${message}` };
  }
  if (/^unable to open database file/.test(message)) {
    return { code: "resource-missing", text: "cannot be opened", hint: "Check that its folder is there" };
  }
  if (/^no such table/.test(message)) return { code: "resource-missing", text: `has ${message}` };
  return { code: "resource-statement", text: `refused the statement${at}: ${message}` };
}
