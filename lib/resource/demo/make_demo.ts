/**
 * Makes the demo database out of vega-datasets, with the names and values as they come.
 * @module
 */
import type { TableColumn, TableRow } from "../host/column.ts";
import { ColumnTypes } from "../host/column.ts";
import type { SqliteConnection } from "../host/connection.ts";
import { createStatement } from "../host/save_table.ts";
import type { Session } from "../host/session.ts";
import { openSqlite } from "../host/sqlite.ts";

/** Opens the demo database; the first who does so makes it, in one transaction. */
export async function openDemo(connection: SqliteConnection, purpose: "read" | "write"): Promise<Session> {
  if (!await isMade(connection)) await makeDemo(connection);
  return await openSqlite(connection, purpose);
}

async function isMade(connection: SqliteConnection): Promise<boolean> {
  try {
    if (Deno.statSync(connection.path).size === 0) return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  const session = await openSqlite(connection, "read");
  try {
    return await session.describe(["cars"]) !== undefined;
  } finally {
    await session.close();
  }
}

async function makeDemo(connection: SqliteConnection): Promise<void> {
  const tables = await demoTables();
  const session = await openSqlite(connection, "write");
  try {
    await session.run("begin immediate");
    // Another process may have made it while this one waited.
    if (await session.describe(["cars"]) === undefined) {
      for (const { name, columns, rows } of tables) {
        await session.run(createStatement(session, [name], columns));
        await session.load([name], columns, [rows]);
      }
    }
    await session.run("commit");
  } finally {
    await session.close();
  }
}

interface DemoTable {
  name: string;
  columns: TableColumn[];
  rows: TableRow[];
}

async function demoTables(): Promise<DemoTable[]> {
  const { cars, flights, movies, penguins, seattleWeather } = await import("../../deps/vega_datasets.ts");
  const { parse } = await import("../../deps/csv.ts");
  const [names, ...days] = parse(seattleWeather.trim()) as string[][];
  return [
    table("cars", cars.map((row) => ({ ...row, Year: new Date(row.Year) })), { Year: "date" }),
    table(
      "flights",
      flights.map((row) => ({ ...row, date: new Date(`${row.date.replaceAll("/", "-").replace(" ", "T")}Z`) })),
    ),
    // Some titles and names are numbers there.
    table("movies", movies.map((row) => ({ ...row, Title: asText(row.Title), Director: asText(row.Director) }))),
    table("penguins", penguins),
    table(
      "seattle_weather",
      days.map((day) => Object.fromEntries(names.map((name, i) => [name, weatherValue(name, day[i])]))),
      { date: "date" },
    ),
  ];
}

function table(name: string, rows: TableRow[], types: Record<string, TableColumn["type"]> = {}): DemoTable {
  const found = new ColumnTypes();
  found.add(rows);
  return {
    name,
    rows,
    columns: found.columns().map((column) => ({ ...column, type: types[column.name] ?? column.type })),
  };
}

function weatherValue(name: string, text: string): unknown {
  return name === "date" ? new Date(text) : name === "weather" ? text : Number(text);
}

function asText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
