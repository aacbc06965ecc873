/**
 * What steps do with databases: the functions that run in processes of their own, whatever the database is.
 * @module
 */
import type { SavedArtifact, SavingRun } from "../../ops/external.ts";
import type { TableRow } from "./column.ts";
import type { DatabaseConnection } from "./connection.ts";
import { columnsOfArtifact } from "./artifact_columns.ts";
import { runKey } from "./run_key.ts";
import { readQuery } from "./read_query.ts";
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

/** The rows of a query, in batches as they come. */
export async function* readRows<C extends DatabaseConnection>(
  open: Opener<C>,
  connection: C,
  query: unknown,
  values: unknown[],
): AsyncGenerator<TableRow[]> {
  await using table = await readQuery(open, connection, parseSql(query), values);
  yield* table.batches;
}

/** Saves the rows of an artifact. */
export async function saveRows<C extends DatabaseConnection>(
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

/** What a program may ask a database outside of any run. */
export type DatabaseQuestion = { ask: "test" } | { ask: "list" } | { ask: "describe"; table: string[] };

/** Answers a question. */
export async function answerDatabase<C extends DatabaseConnection>(
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
