/**
 * JSON and NDJSON files as rows.
 * @module
 */
import { quoteValue } from "../../base/shown_text.ts";
import { isJsonObject, type Json } from "../../base/json.ts";
import { messageOf } from "../../base/error.ts";
import { type Row, withOrigin } from "../row.ts";
import { badTable, TableProblems } from "./table_problems.ts";
import { textPieces, wholeText } from "./text.ts";
import type { TableSource } from "./table_source.ts";

/** Reads a JSON list of objects. */
export async function readJson(source: TableSource): Promise<Row[]> {
  return listOfRows(parseText(await wholeText(source), source), source);
}

function parseText(text: string, source: TableSource): Json {
  try {
    return parseExactly(text);
  } catch (cause) {
    throw badTable(source.name, `it is no JSON: ${messageOf(cause)}`, { cause });
  }
}

function listOfRows(value: Json, source: TableSource): Row[] {
  if (!Array.isArray(value)) {
    const lists = isJsonObject(value) ? Object.keys(value).filter((key) => Array.isArray(value[key])) : [];
    throw badTable(source.name, `found ${kindOf(value)}, accepted is a list of objects, one a row`, {
      hint: lists.length === 1 ? `Make what "${lists[0]}" holds the whole file` : 'Write [{"column": value}, ...]',
    });
  }
  const problems = new TableProblems(source.name);
  value.forEach((item, i) => isJsonObject(item) || problems.add({ row: i + 1 }, notAnObject(item)));
  problems.throwIfAny();
  const table = { source: source.name };
  return value.map((row, i) => withOrigin(row as Row, table, i + 1));
}

/** Reads a file with a JSON object a line. Blank lines are skipped. */
export async function readNdjson(source: TableSource): Promise<Row[]> {
  const rows: Row[] = [];
  const problems = new TableProblems(source.name);
  const table = { source: source.name };
  let line = 0;
  let rest = "";
  const take = (text: string) => {
    line++;
    if (text.trim() === "") return;
    const place = { row: rows.length + 1, line };
    const value = parseLine(text);
    if (value instanceof SyntaxError) problems.add(place, `it is no JSON: ${value.message}`);
    else if (!isJsonObject(value)) problems.add(place, notAnObject(value));
    rows.push(withOrigin(value as Row ?? {}, table, rows.length + 1, line));
  };
  for await (const piece of textPieces(source)) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    lines.forEach(take);
  }
  take(rest);
  problems.throwIfAny();
  return rows;
}

function parseLine(text: string): Json | SyntaxError {
  try {
    return parseExactly(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

/** Parses JSON; a whole number beyond 2^53, most likely the id of something, becomes text and keeps its digits. */
function parseExactly(text: string): Json {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, function (_key, value, context?: { source?: string }) {
    const isCut = typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "");
    return isCut ? context!.source : value;
  });
}

function notAnObject(value: Json): string {
  return `found ${kindOf(value)}, accepted is an object`;
}

function kindOf(value: Json): string {
  return Array.isArray(value) ? "a list" : isJsonObject(value) ? "an object" : quoteValue(value);
}
