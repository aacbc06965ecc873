/**
 * CSV and TSV files as rows.
 * @module
 */
import { type Json, setOwn } from "../../base/json.ts";
import { type Column, type ColumnType, withColumns } from "../columns.ts";
import { type Row, type TableOrigin, withOrigin } from "../row.ts";
import { badTable, TableProblems } from "./table_problems.ts";
import { type Field, fieldsOf, RecordSplitter, UnclosedQuote } from "./csv_records.ts";
import { isPlainNumber } from "./plain_number.ts";
import { textPieces } from "./text.ts";
import type { TableSource } from "./table_source.ts";

/** Reads a table of separated values. The types of columns are known at its end only, so records are kept till then. */
export async function readCsv(source: TableSource): Promise<Row[]> {
  let table: CsvTable | undefined;
  let splitter: RecordSplitter | undefined;
  try {
    for await (const piece of textPieces(source)) {
      const opened = table ??= new CsvTable(source.name, source.format === "tsv" ? "\t" : separatorOf(piece));
      splitter ??= new RecordSplitter(opened.separator, lineEndOf(piece), (record, line) => opened.add(record, line));
      splitter.push(piece);
    }
    splitter?.end();
  } catch (error) {
    if (!(error instanceof UnclosedQuote)) throw error;
    throw badTable(source.name, `line ${error.line}: a quote opens here and is never closed`, {
      hint: 'Close it, or write a quote inside quotes as ""',
      cause: error,
    });
  }
  if (table === undefined) throw badTable(source.name, "it is empty");
  return table.toRows();
}

/** Old Macs end lines with a carriage return alone. */
function lineEndOf(text: string): string {
  return !text.includes("\n") && text.includes("\r") ? "\r" : "\n";
}

/** What separates the names of the header, outside quotes. */
function separatorOf(text: string): string {
  const header = /^\s*((?:"[^"]*"|[^"\r\n])*)/.exec(text)?.[1].replace(/"[^"]*"/g, "") ?? "";
  return [",", ";", "\t"].find((separator) => header.includes(separator)) ?? ",";
}

/** The records of one file, checked as they come, made rows when all are there. */
class CsvTable {
  readonly separator: string;
  readonly #source: string;
  readonly #problems: TableProblems;
  readonly #records: string[] = [];
  readonly #lines: number[] = [];
  #header: string[] | undefined;
  /** Fields of a record: those of the header, and blank ones behind them. */
  #width = 0;
  #guesses: TypeGuess[] = [];

  constructor(source: string, separator: string) {
    this.separator = separator;
    this.#source = source;
    this.#problems = new TableProblems(source);
  }

  add(record: string, line: number): void {
    const stray: number[] = [];
    const fields = fieldsOf(record, this.separator, (field) => stray.push(field));
    if (fields.every((field) => field === undefined)) return;
    if (this.#header === undefined) return this.#addHeader(fields, line);
    this.#records.push(record);
    this.#lines.push(line);
    const row = this.#records.length;
    for (const field of stray) {
      this.#problems.add({ row, line, column: this.#header[field] }, "found text after the closing quote");
    }
    if (fields.length !== this.#width) {
      const found = fields.length === 1 ? "1 field" : `${fields.length} fields`;
      this.#problems.add({ row, line }, `found ${found}, expected ${this.#width}`);
    } else {
      const nameless = fields.findIndex((field, i) => i >= this.#header!.length && field?.trim());
      if (nameless >= 0) {
        this.#problems.add({ row, line }, `found a value in column ${nameless + 1}, which has no name`);
      }
    }
    this.#guesses.forEach((guess, i) => guess.see(fields[i]));
  }

  #addHeader(fields: Field[], line: number): void {
    const all = fields.map((field) => field?.trim() ?? "");
    this.#width = all.length;
    // Spreadsheets save columns that are blank from top to bottom, where there once was something.
    const names = this.#header = all.slice(0, all.findLastIndex((name) => name !== "") + 1);
    if (names.some((name) => name.includes("\0"))) {
      throw badTable(this.#source, "it is not text, or UTF-16 without a mark", { hint: "Save it as UTF-8" });
    }
    this.#guesses = names.map(() => new TypeGuess());
    const seen = new Set<string>();
    names.forEach((name, i) => {
      if (name === "") this.#problems.add({ line }, `column ${i + 1} of ${names.length} has no name`);
      else if (seen.has(name)) this.#problems.add({ line }, `two columns are named "${name}"`);
      seen.add(name);
    });
  }

  toRows(): Row[] {
    this.#problems.throwIfAny(`Fields are separated by ${nameOf(this.separator)}; quote those that contain one`);
    const columns = (this.#header ?? []).map((name, i): Column => ({ name, type: this.#guesses[i].type }));
    const { separator } = this;
    const table: TableOrigin = {
      source: this.#source,
      *cells(record) {
        const fields = fieldsOf(record as string, separator);
        for (const [i, { name, type }] of columns.entries()) {
          const value = valueOf(fields[i], type);
          if (value !== undefined) yield [name, fields[i]!, value];
        }
      },
    };
    const rows = this.#records.map((record, i) =>
      withOrigin(rowOf(fieldsOf(record, separator), columns), table, i + 1, this.#lines[i], record)
    );
    return withColumns(rows, columns);
  }
}

function rowOf(fields: Field[], columns: Column[]): Row {
  const row: Row = {};
  for (let i = 0; i < columns.length; i++) {
    const { name, type } = columns[i];
    const value = valueOf(fields[i], type);
    if (value === undefined) continue;
    if (name === "__proto__") setOwn(row, name, value);
    else row[name] = value;
  }
  return row;
}

function valueOf(field: Field, type: ColumnType): Json | undefined {
  if (field === undefined || type === "text") return field;
  if (field.trim() === "") return undefined;
  // A zero with a sign would not come through JSON.
  return type === "number" ? Number(field) + 0 : field.toLowerCase() === "true";
}

function nameOf(separator: string): string {
  return separator === "\t" ? "tabs" : `"${separator}"`;
}

/** What the type of a column still may be, after the cells that were seen. */
class TypeGuess {
  #number = true;
  #boolean = true;
  #filled = false;
  #quotedBlank = false;

  see(field: Field): void {
    if (field === undefined || (!this.#number && !this.#boolean)) return;
    if (field.trim() === "") {
      this.#quotedBlank = true;
      return;
    }
    this.#filled = true;
    this.#number &&= isPlainNumber(field);
    this.#boolean &&= /^(true|false)$/i.test(field);
  }

  get type(): ColumnType {
    if (!this.#filled) return this.#quotedBlank ? "text" : "blank";
    return this.#number ? "number" : this.#boolean ? "boolean" : "text";
  }
}
