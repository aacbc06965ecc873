/**
 * What steps do with databases: the functions that run in processes of their own, whatever the database is.
 * @module
 */
import type { SavedArtifact, SavingRun, TypedRows } from "../../ops/external.ts";
import type { TableRow } from "./column.ts";
import type { DatabaseConnection } from "./connection.ts";
import { answer, type DatabaseQuestion } from "./answer.ts";
import { artifactColumns, columnsOfArtifact } from "./artifact_columns.ts";
import { parseNumberSettings } from "../number_options.ts";
import { runKey } from "./run_key.ts";
import { type OpenTable, readQuery } from "./read_query.ts";
import { type SaveMode, type SaveResult, saveTable } from "./save.ts";
import type { ListedTable, Opener, TableDescription } from "./session.ts";
import { parseSql } from "./sql_text.ts";

/** Where a table goes, as the program said it. */
export interface TableTarget {
  table: string[];
  mode: SaveMode;
  key?: string[];
  /** Types of columns that JavaScript has no types for, such as `date` and `decimal(12, 2)`. */
  types?: Record<string, string>;
}

/** The functions of a module in `calls/`. */
export interface DatabaseCalls<C extends DatabaseConnection> {
  /** The rows of a query, in batches as they come, and their columns, also where there are no rows. */
  read(connection: C, query: unknown, values: unknown[], numbers?: unknown): Promise<TypedRows>;
  /** Saves the rows of an artifact. */
  save(artifact: SavedArtifact, run: SavingRun, connection: C, target: TableTarget): Promise<SaveResult>;
  /** Answers the question that stands on stdin. */
  answer(): Promise<void>;
}

/**
 * The calls of one database. Each has a module of its own in `calls/`, which names its opener: so no process loads, or may
 * fetch, the driver of another.
 */
export function databaseCalls<C extends DatabaseConnection>(open: Opener<C>): DatabaseCalls<C> {
  return {
    read: async (connection, query, values, numbers) =>
      typedRows(await readQuery(open, connection, parseSql(query), values, parseNumberSettings(numbers))),
    save: (artifact, run, connection, target) => saveRows(open, artifact, run, connection, target),
    answer: () => answer<C>((connection, question) => answerDatabase(open, connection, question)),
  };
}

function typedRows(table: OpenTable): TypedRows {
  return { columns: artifactColumns(table.columns), [Symbol.asyncIterator]: () => batchesOf(table) };
}

async function* batchesOf(table: OpenTable): AsyncGenerator<TableRow[]> {
  await using open = table;
  yield* open.batches;
}

async function saveRows<C extends DatabaseConnection>(
  open: Opener<C>,
  artifact: SavedArtifact,
  run: SavingRun,
  connection: C,
  target: TableTarget,
): Promise<SaveResult> {
  const columns = await columnsOfArtifact(artifact, target.types ?? {}, connection);
  const session = await open(connection, "write");
  try {
    return await saveTable(session, target, { columns, batches: artifact.batches() }, runKey(run));
  } finally {
    await session.close();
  }
}

async function answerDatabase<C extends DatabaseConnection>(
  open: Opener<C>,
  connection: C,
  question: DatabaseQuestion,
): Promise<null | ListedTable[] | TableDescription | undefined> {
  const session = await open(connection, "read");
  try {
    switch (question.ask) {
      case "test":
        return null;
      case "list":
        return await session.list();
      case "describe":
        return await session.describe(question.table);
    }
  } finally {
    await session.close();
  }
}
