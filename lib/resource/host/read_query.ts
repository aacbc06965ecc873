/**
 * A query's result as a table that streams.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import type { TableStream } from "./column.ts";
import type { DatabaseConnection } from "./connection.ts";
import { listed } from "./dialect.ts";
import { numberDefaults } from "../number_options.ts";
import type { NumberOptions } from "./numbers.ts";
import type { Opener } from "./session.ts";
import { bindSql, type SqlPart } from "./sql_text.ts";

/** A table that streams from an open connection. */
export interface OpenTable extends TableStream, AsyncDisposable {}

/** Runs a query, which cannot change anything. Dispose the table to close the connection. */
export async function readQuery<C extends DatabaseConnection>(
  open: Opener<C>,
  connection: C,
  query: readonly SqlPart[],
  values: readonly unknown[] = [],
  numbers: NumberOptions = numberDefaults,
): Promise<OpenTable> {
  const session = await open(connection, "read");
  try {
    const table = await session.read(bindSql(query, values, session.dialect), numbers);
    checkColumns(table, connection);
    return { ...table, [Symbol.asyncDispose]: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Rows are objects, which have one value a name. */
function checkColumns({ columns }: TableStream, { name }: DatabaseConnection): void {
  const names = columns.map((column) => column.name);
  if (names.length === 0) {
    throw new DuctaflowError(`The query to "${name}" gives no columns`, {
      code: "resource-statement",
      hint: "Write a query that gives rows, such as a select",
    });
  }
  const twice = names.filter((column, i) => names.indexOf(column) !== i);
  if (twice.length > 0) {
    throw new DuctaflowError(`The query to "${name}" gives two columns with the same name: ${listed(twice)}`, {
      code: "resource-statement",
      hint: `Name them apart, for example: select a.id, b.id as other_id`,
    });
  }
  if (names.includes("__proto__")) {
    throw new DuctaflowError(`The query to "${name}" gives a column "__proto__", which no row can have`, {
      code: "resource-statement",
      hint: "Give it another name with as",
    });
  }
}
