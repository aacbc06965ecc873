/**
 * YAML files as rows.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { isJsonObject, type Json } from "../../base/json.ts";
import { plainRow } from "./plain_row.ts";
import { type Row, type TableOrigin, withOrigin } from "../row.ts";
import { badTable, TableProblems } from "./table_problems.ts";
import { isPlainNumber } from "./plain_number.ts";
import { wholeText } from "./text.ts";
import type { TableSource } from "./table_source.ts";

/** A cell that YAML takes for a number or a boolean, with its text. */
type Scalar = [column: string, text: string, value: Json];

/** Reads a YAML list of maps. */
export async function readYaml(source: TableSource): Promise<Row[]> {
  const { values, texts } = await parseTwice(await wholeText(source), source);
  if (!Array.isArray(values)) {
    throw badTable(source.name, `found ${kindOf(values)}, accepted is a list of maps, one a row`, {
      hint: 'Write a "- " before the first key of each row',
    });
  }
  const problems = new TableProblems(source.name);
  const table: TableOrigin = { source: source.name, cells: (kept) => kept as Scalar[] };
  const rows = values.map((value, i) => {
    const text = Array.isArray(texts) ? texts[i] : undefined;
    return toRow(value, isMap(text) ? text : {}, i + 1, table, problems);
  });
  problems.throwIfAny();
  return rows;
}

function toRow(value: unknown, texts: YamlMap, number: number, table: TableOrigin, problems: TableProblems): Row {
  if (!isMap(value)) {
    problems.add({ row: number }, `found ${kindOf(value)}, accepted is a map`);
    return {};
  }
  const cells = Object.entries(value).filter(([column, cell]) => cell !== null || member(texts, column) !== null)
    .map(([column, cell]): [string, unknown] => [column, keepSpelling(cell, member(texts, column))]);
  const row = plainRow(cells, { row: number }, problems, { nullIsBlank: false });
  const scalars = cells.flatMap(([column]): Scalar[] => {
    const text = member(texts, column);
    const isScalar = typeof value[column] === "number" || typeof value[column] === "boolean";
    return isScalar && typeof text === "string" ? [[column, text, row[column]]] : [];
  });
  return withOrigin(row, table, number, undefined, scalars);
}

/**
 * The values of a document, and the same with every scalar as its text. There an empty value is null and a written
 * `null` is text, which tells a blank cell from a null that is meant.
 */
async function parseTwice(text: string, source: TableSource): Promise<{ values: unknown; texts: unknown }> {
  const { parse } = await import("../../deps/yaml.ts");
  try {
    return { values: parse(text, { schema: "core" }), texts: parse(text, { schema: "failsafe" }) };
  } catch (cause) {
    throw badTable(source.name, `it is no YAML: ${messageOf(cause)}`, { cause });
  }
}

/** A value with its numbers, but as text where the number would lose what is written: `001`, `+1`, 20 digits. */
function keepSpelling(value: unknown, text: unknown, done = new Map<unknown, unknown>()): unknown {
  if (Number.isFinite(value)) return typeof text === "string" && !isPlainNumber(text) ? text : value;
  if (typeof value !== "object" || value === null) return value;
  // An alias may lead back to what contains it.
  if (done.has(value)) return done.get(value);
  const copy: object = Array.isArray(value) ? [] : {};
  done.set(value, copy);
  for (const [key, item] of Object.entries(value)) {
    const kept = keepSpelling(item, member(text, key), done);
    Object.defineProperty(copy, key, { value: kept, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

interface YamlMap {
  [key: string]: unknown;
}

function isMap(value: unknown): value is YamlMap {
  return isJsonObject(value as Json);
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as YamlMap)[key] : undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "a map" : `the value "${value}"`;
}
