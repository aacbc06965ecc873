/**
 * The first part of a file, as bytes and as text. No preview reads more of a large file than this.
 * @module
 */

/** The first bytes of a file. */
export interface FileHead {
  bytes: Uint8Array;
  /** Whether these are all the bytes of the file. */
  whole: boolean;
}

/** Reads at most `limit` bytes from the start of a file. */
export function readHead(path: string, limit: number): FileHead {
  using file = Deno.openSync(path, { read: true });
  // One byte more than wanted tells whether there is more.
  const buffer = new Uint8Array(Math.min(limit, file.statSync().size) + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = file.readSync(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return { bytes: buffer.subarray(0, Math.min(length, limit)), whole: length <= limit };
}

/** The text of a head: UTF-8, or UTF-16 by its mark; wrong bytes become U+FFFD, a character cut at the end is dropped. */
export function decodeHead({ bytes, whole }: FileHead): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(encoding).decode(bytes, { stream: !whole });
}

const pieceSize = 1024 * 1024;

/** Calls `visit` with the bytes of a file, piece by piece; the buffer is used again for the next piece. */
export function readPieces(path: string, visit: (piece: Uint8Array) => void): void {
  using file = Deno.openSync(path, { read: true });
  const buffer = new Uint8Array(pieceSize);
  for (let count = file.readSync(buffer); count !== null; count = file.readSync(buffer)) {
    visit(buffer.subarray(0, count));
  }
}
