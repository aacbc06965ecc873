/**
 * Splits CSV text into records and records into fields, after RFC 4180. Written here because @std/csv counts records
 * where it says lines, and cannot tell a blank field from a quoted empty one.
 * @module
 */

/** What is handed each record as it stands in the file, without its line end, and the line on which it starts. */
export type RecordVisitor = (record: string, line: number) => void;

const quote = '"';
const quoteCode = 34;
/** A quote that is never closed must not gather the rest of a huge file. */
const longestRecord = 16 * 1024 * 1024;

/** Finds the ends of records in text that comes in pieces. Only the record at the end of a piece is held back. */
export class RecordSplitter {
  readonly #separator: number;
  readonly #lineEnd: string;
  readonly #visit: RecordVisitor;
  #rest = "";
  #line = 1;

  /** `lineEnd` is `\n`, which takes in `\r\n`, or `\r`. */
  constructor(separator: string, lineEnd: string, visit: RecordVisitor) {
    this.#separator = separator.charCodeAt(0);
    this.#lineEnd = lineEnd;
    this.#visit = visit;
  }

  push(piece: string): void {
    const text = this.#rest + piece;
    let start = 0;
    let nextQuote = text.indexOf(quote);
    for (;;) {
      let end = text.indexOf(this.#lineEnd, start);
      if (end < 0) break;
      if (nextQuote >= 0 && nextQuote < start) nextQuote = text.indexOf(quote, start);
      const quoted = nextQuote >= 0 && nextQuote < end;
      if (quoted) end = this.#endOfRecord(text, start);
      if (end < 0) break;
      const record = text.slice(start, text[end - 1] === "\r" && end > start ? end - 1 : end);
      this.#visit(record, this.#line);
      this.#line += quoted ? this.#linesIn(text, start, end) : 1;
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > longestRecord) throw new UnclosedQuote(this.#lineOfLastQuote());
  }

  /** Takes what is left as the last record. */
  end(): void {
    if (this.#rest !== "") this.push(this.#lineEnd);
    if (this.#rest !== "") throw new UnclosedQuote(this.#lineOfLastQuote());
  }

  /** Where the line ends that ends the record, or -1 when it is not in the text. A quote counts only at the start of a field. */
  #endOfRecord(text: string, start: number): number {
    const lineEnd = this.#lineEnd.charCodeAt(0);
    let atStart = true;
    for (let i = start; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (atStart && code === quoteCode) {
        i = endOfQuoted(text, i + 1);
        if (i < 0) return -1;
        atStart = false;
      } else if (code === lineEnd) return i;
      else atStart = code === this.#separator;
    }
    return -1;
  }

  #linesIn(text: string, start: number, end: number): number {
    let lines = 1;
    for (let i = text.indexOf(this.#lineEnd, start); i < end; i = text.indexOf(this.#lineEnd, i + 1)) lines++;
    return lines;
  }

  /** The line on which the quote opens that nothing closes. */
  #lineOfLastQuote(): number {
    const text = this.#rest;
    let open = 0;
    let atStart = true;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (atStart && code === quoteCode) {
        open = i;
        i = endOfQuoted(text, i + 1);
        if (i < 0) break;
        atStart = false;
      } else atStart = code === this.#separator;
    }
    return this.#line + text.slice(0, open).split(this.#lineEnd).length - 1;
  }
}

/** A quote opens on `line` and nothing closes it. */
export class UnclosedQuote extends Error {
  readonly line: number;

  constructor(line: number) {
    super(`A quote opens on line ${line} and is never closed`);
    this.line = line;
  }
}

/** The index of the quote that closes a field whose text starts at `from`, or -1 when there is none. */
function endOfQuoted(text: string, from: number): number {
  for (let i = text.indexOf(quote, from); i >= 0; i = text.indexOf(quote, i + 2)) {
    if (text.charCodeAt(i + 1) !== quoteCode) return i;
  }
  return -1;
}

/** A field: its text; undefined when there is nothing, or nothing but blanks, and no quotes either. */
export type Field = string | undefined;

/** The fields of one record. `onStray` is told the number, from 0, of each field that has text after its closing quote. */
export function fieldsOf(record: string, separator: string, onStray?: (field: number) => void): Field[] {
  if (!record.includes(quote)) return record.split(separator).map(orBlank);
  const fields: Field[] = [];
  for (let start = 0; start <= record.length;) {
    if (record.charCodeAt(start) !== quoteCode) {
      const end = orLength(record, record.indexOf(separator, start));
      fields.push(orBlank(record.slice(start, end)));
      start = end + 1;
      continue;
    }
    const close = endOfQuoted(record, start + 1);
    const end = orLength(record, record.indexOf(separator, close));
    if (end > close + 1) onStray?.(fields.length);
    fields.push(record.slice(start + 1, close).replaceAll('""', quote));
    start = end + 1;
  }
  return fields;
}

function orLength(record: string, index: number): number {
  return index < 0 ? record.length : index;
}

function orBlank(text: string): Field {
  // Most cells start with a character that can be seen.
  return text.charCodeAt(0) > 32 || text.trim() !== "" ? text : undefined;
}
