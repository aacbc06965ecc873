/**
 * The text of tables, piece by piece.
 * @module
 */
import { badTable } from "./table_problems.ts";
import type { TableSource } from "./table_source.ts";

/** The text in pieces: UTF-8, or UTF-16 by its mark. A file without a character that can be seen is refused. */
export async function* textPieces(source: TableSource): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let filled = false;
  for await (const bytes of source.pieces()) {
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    const text = await decode(decoder, bytes, source);
    filled ||= text.trim() !== "";
    yield text;
  }
  const end = decoder === undefined ? "" : await decode(decoder, undefined, source);
  if (end !== "") yield end;
  if (!filled && end === "") throw badTable(source.name, "it is empty");
}

/** The whole text. */
export async function wholeText(source: TableSource): Promise<string> {
  return (await Array.fromAsync(textPieces(source))).join("");
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

async function decode(decoder: TextDecoder, bytes: Uint8Array | undefined, source: TableSource): Promise<string> {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch (cause) {
    const line = await lineOfBadBytes(source);
    throw badTable(source.name, `line ${line}: found bytes that are no ${decoder.encoding.toUpperCase()} text`, {
      hint: 'Save it as UTF-8 (in Excel: "CSV UTF-8")',
      cause,
    });
  }
}

async function lineOfBadBytes(source: TableSource): Promise<number> {
  let decoder: TextDecoder | undefined;
  let line = 1;
  for await (const bytes of source.pieces()) {
    decoder ??= new TextDecoder(encodingOf(bytes));
    const text = decoder.decode(bytes, { stream: true });
    const bad = text.indexOf("\ufffd");
    line += (bad < 0 ? text : text.slice(0, bad)).split("\n").length - 1;
    if (bad >= 0) break;
  }
  return line;
}
