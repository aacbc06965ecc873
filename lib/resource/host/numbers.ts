/**
 * Which JavaScript type the numbers of a query have. The type of the column alone decides, never the values of one run:
 * what a number cannot hold is refused, not rounded and not turned into something else.
 * @module
 */
import type { TableColumn } from "./column.ts";
import type { NumberSettings } from "../number_options.ts";
import type { Connection } from "./connection.ts";
import { resourceError } from "./resource_error.ts";

/** How numbers are read, complete. */
export type NumberOptions = Required<NumberSettings>;

/** A column of a database as the column of a result. */
export function resultColumn(column: TableColumn, { integers, decimals }: NumberOptions): TableColumn {
  const whole = column.type === "bigint" || column.type === "decimal" && column.scale === 0;
  if (whole) return { ...column, stored: column.type, type: integers === "bigint" ? "bigint" : "integer" };
  if (column.type === "decimal" && decimals === "number") return { ...column, stored: "decimal", type: "number" };
  return column;
}

/** An integer as a number. Throws where a number would hold another one. */
export function safeInteger(value: unknown, column: TableColumn, connection: Connection, row?: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `holds ${value}${
      row === undefined ? "" : ` in row ${row}`
    } in column "${column.name}", which is beyond the integers that a number holds exactly`,
    hint: 'Read it with the option { integers: "bigint" }, or as text: cast it in the query',
  });
}

/** A decimal as text, of its digits as an integer and how many of them stand after the point. */
export function exactDecimal(digits: bigint, scale: number): string {
  if (scale <= 0) return String(digits);
  const sign = digits < 0n ? "-" : "";
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
  return `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
