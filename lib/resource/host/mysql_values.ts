/**
 * Types and values of MySQL and MariaDB as ours.
 * @module
 */
import type { ColumnType, TableColumn } from "./column.ts";
import type { ServerConnection } from "./connection.ts";
import { jsonText } from "./json_text.ts";
import { safeInteger } from "./numbers.ts";
import { resourceError } from "./resource_error.ts";
import type { FieldPacket } from "../../deps/mysql.ts";

/** Types by their numbers in the protocol; all others are texts. */
const known: Record<number, [ColumnType, string]> = {
  0: ["decimal", "decimal"],
  1: ["integer", "tinyint"],
  2: ["integer", "smallint"],
  3: ["integer", "int"],
  4: ["number", "float"],
  5: ["number", "double"],
  7: ["timestamp", "timestamp"],
  8: ["bigint", "bigint"],
  9: ["integer", "mediumint"],
  10: ["date", "date"],
  12: ["timestamp", "datetime"],
  13: ["integer", "year"],
  16: ["bytes", "bit"],
  245: ["json", "json"],
  246: ["decimal", "decimal"],
};
const binaryCharset = 63;
const blobTypes = [249, 250, 251, 252, 253, 254];
const unsigned = 32;

/** The column for a field of a result. */
export function columnOfMysql(field: FieldPacket): TableColumn {
  const { name, columnType: type = -1, columnLength = 0, decimals = 0, flags } = field as FieldPacket & {
    columnType?: number;
    columnLength?: number;
  };
  const charset = (field as { characterSet?: number }).characterSet;
  if (blobTypes.includes(type)) {
    // Enumerations and sets are binary in computed columns, and texts all the same.
    if (charset === binaryCharset) return { name, type: "bytes", native: "blob" };
    const isJson = (field as { extendedFormat?: string }).extendedFormat === "json";
    return isJson ? { name, type: "json", native: "json" } : { name, type: "text", native: "text" };
  }
  const [ours, native] = known[type] ?? ["text", "text"];
  // The words of BOOLEAN: an integer with one digit.
  if (type === 1 && columnLength === 1) return { name, type: "boolean", native: "boolean" };
  if (type === 8 && Number(flags) & unsigned) return { name, type: ours, native: "bigint unsigned" };
  if (ours !== "decimal") return { name, type: ours, native, ...ours === "timestamp" ? { zoned: type === 7 } : {} };
  // Their length counts the sign and the point.
  const signs = (Number(flags) & unsigned ? 0 : 1) + (decimals > 0 ? 1 : 0);
  return { name, type: "decimal", native, precision: columnLength - signs, scale: decimals };
}

/** The column as the catalogue tells it. */
export function declaredColumn(row: Record<string, unknown>): TableColumn {
  const { name, native, type, nullable, digits, scale } = row;
  const word = String(type).toLowerCase();
  const ours = typeOfWord(word, String(native).toLowerCase());
  return {
    name: String(name),
    type: ours,
    native: String(native),
    nullable: nullable === "YES",
    ...ours === "decimal" ? { precision: Number(digits), scale: Number(scale) } : {},
    ...ours === "timestamp" ? { zoned: word === "timestamp" } : {},
  };
}

function typeOfWord(word: string, native: string): ColumnType {
  if (native.startsWith("tinyint(1)")) return "boolean";
  if (/blob|binary|^bit$/.test(word)) return "bytes";
  return Object.values(known).find(([, name]) => name === word)?.[0] ?? "text";
}

/** How values of the driver become ours; undefined where they stay as they are. */
export function converterOf(
  field: FieldPacket,
  column: TableColumn,
  connection: ServerConnection,
): ((value: unknown) => unknown) | undefined {
  switch (column.type) {
    case "boolean":
      return (value) => Number(value) !== 0;
    case "bigint":
      return (value) => BigInt(value as string | number);
    case "integer":
      return column.stored ? (value) => safeInteger(value, column, connection) : Number;
    case "number":
      return Number;
    case "decimal":
      return String;
    case "json":
      return (value) => typeof value === "string" ? JSON.parse(value) : value;
    case "bytes":
      // A plain Uint8Array of its own, not a view of the driver's buffer.
      return (value) => Uint8Array.from(value as Uint8Array);
    case "text":
      return (value) => value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
    case "date":
    case "timestamp":
      return (value) => dateOf(String(value), field, column, connection);
  }
}

function dateOf(text: string, field: FieldPacket, column: TableColumn, connection: ServerConnection): Date {
  const date = new Date(column.type === "date" ? text : `${text.replace(" ", "T")}Z`);
  if (!Number.isNaN(date.getTime())) return date;
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `holds the ${column.native} "${text}" in column "${field.name}", which no JavaScript Date can be`,
    hint:
      `Convert it in the query, for example cast(\`${field.name}\` as char), or nullif() where it stands for no value`,
  });
}

/** A value as a parameter. */
export function toMysql(value: unknown, column?: TableColumn): null | number | string | boolean | Uint8Array {
  if (value === null || value === undefined) return null;
  if (column?.type === "json") return jsonText(value);
  switch (typeof value) {
    case "number":
      if (Number.isFinite(value)) return value;
      throw new TypeError(`column "${column?.name}" holds ${value}, which MySQL cannot keep: save null`);
    case "bigint":
      return String(value);
    case "boolean":
      return value ? 1 : 0;
    case "string":
      return value;
  }
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) {
    const text = value.toISOString();
    return column?.type === "date" ? text.slice(0, 10) : text.slice(0, 23).replace("T", " ");
  }
  return jsonText(value);
}
