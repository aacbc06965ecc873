/**
 * Tar archives (ustar, with pax headers for long names) of regular files: written and read as streams, so that an archive
 * may be larger than the memory.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";

const blockSize = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A file to be written. */
export interface TarFile {
  /** Its name in the archive, with `/`. */
  name: string;
  /** Where it is. */
  path: string;
}

/** The bytes of an archive of files. */
export async function* writeTar(files: Iterable<TarFile>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const { name, path } of files) {
    using file = await Deno.open(path);
    const { size, mtime } = await file.stat();
    const long = encoder.encode(name).length > 100;
    if (long) {
      const record = encoder.encode(paxRecord("path", name));
      yield header("pax", record.length, mtime, "x");
      yield padded(record);
    }
    yield header(long ? "long-name" : name, size, mtime, "0");
    let rest = size;
    const buffer = new Uint8Array(64 * 1024);
    while (rest > 0) {
      const read = await file.read(buffer.subarray(0, Math.min(buffer.length, rest)));
      if (read === null) throw new Error(`"${path}" became shorter while it was read`);
      rest -= read;
      yield buffer.slice(0, read);
    }
    if (size % blockSize > 0) yield new Uint8Array(blockSize - size % blockSize);
  }
  yield new Uint8Array(2 * blockSize);
}

/** An entry of an archive; what was not read of its content when the next one is asked for is passed over. */
export interface TarEntry {
  name: string;
  size: number;
  content: AsyncIterable<Uint8Array>;
}

/** The files of an archive, one after the other. Anything but files and folders is refused. */
export async function* readTar(stream: ReadableStream<Uint8Array>): AsyncGenerator<TarEntry> {
  const source = new Source(stream);
  let longName: string | undefined;
  for (;;) {
    const block = await source.take(blockSize);
    if (block.every((byte) => byte === 0)) return;
    const { name, size, type } = parseHeader(block);
    const pad = (blockSize - size % blockSize) % blockSize;
    if (type === "x") {
      longName = paxPath(decoder.decode(await source.take(size)));
      await source.take(pad);
      continue;
    }
    if (type !== "0" && type !== "5") throw damaged(`"${name}" is neither a file nor a folder`);
    const body = source.pieces(size);
    if (type === "0") yield { name: longName ?? name, size, content: body };
    for await (const _ of body);
    await source.take(pad);
    longName = undefined;
  }
}

function header(name: string, size: number, mtime: Date | null, type: "0" | "x"): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(blockSize);
  const put = (at: number, text: string) => block.set(encoder.encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(0, name);
  put(100, `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  put(124, `${octal(size, 11)} ${octal(Math.floor((mtime?.getTime() ?? 0) / 1000), 11)} `);
  put(148, "        ");
  put(156, `${type}`);
  put(257, "ustar\x0000");
  put(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return block;
}

function parseHeader(block: Uint8Array): { name: string; size: number; type: string } {
  const text = (at: number, length: number) => decoder.decode(block.subarray(at, at + length)).replace(/\0[^]*$/, "");
  const sum = block.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (parseInt(text(148, 8), 8) !== sum) throw damaged("a header does not add up");
  const size = parseInt(text(124, 12), 8);
  if (!Number.isSafeInteger(size)) throw damaged("a size cannot be read");
  const prefix = text(345, 155);
  return { name: (prefix ? `${prefix}/` : "") + text(0, 100), size, type: text(156, 1) || "0" };
}

/** `{length} {key}={value}\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}

function paxPath(text: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1];
}

function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(Math.ceil(bytes.length / blockSize) * blockSize);
  block.set(bytes);
  return block;
}

/** A stream of which pieces of any size are taken. */
class Source {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async take(size: number): Promise<Uint8Array> {
    const taken = new Uint8Array(size);
    let at = 0;
    for await (const piece of this.pieces(size)) {
      taken.set(piece, at);
      at += piece.length;
    }
    return taken;
  }

  async *pieces(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0;) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#reader.read();
        if (done) throw damaged("it ends in the middle");
        this.#rest = value as Uint8Array<ArrayBuffer>;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}

function damaged(why: string): DuctaflowError {
  return new DuctaflowError(`The archive cannot be read: ${why}`, {
    code: "bad-archive",
    hint: "Export the workflow again",
  });
}
