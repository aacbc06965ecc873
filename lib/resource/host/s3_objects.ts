/**
 * Objects of S3: listed, read, and written so that they are there whole or not at all.
 * @module
 */
import type { S3Connection } from "./connection.ts";
import { type S3Patience, s3Patience, s3Request } from "./s3_client.ts";

/** An object as a listing has it. */
export interface S3Object {
  key: string;
  size: number;
  modified: string;
}

/** A part of a large object: S3 wants at least 5 MiB, and at most 10,000 parts. */
const partSize = 16 * 1024 * 1024;
const runHeader = "x-amz-meta-ductaflow-run";

/** The objects below the prefix of the connection, and below `folder` in it. */
export async function listObjects(
  connection: S3Connection,
  folder = "",
  patience: S3Patience = s3Patience,
): Promise<S3Object[]> {
  const objects: S3Object[] = [];
  let token: string | undefined;
  do {
    const query = {
      "list-type": "2",
      prefix: connection.prefix + folder,
      ...token ? { "continuation-token": token } : {},
    };
    const { bytes } = await s3Request(connection, { method: "GET", key: "", query }, patience);
    const xml = new TextDecoder().decode(bytes);
    for (const [, item] of xml.matchAll(/<Contents>([^]*?)<\/Contents>/g)) {
      const key = valueOf(item, "Key")!.slice(connection.prefix.length);
      objects.push({ key, size: Number(valueOf(item, "Size")), modified: valueOf(item, "LastModified") ?? "" });
    }
    token = valueOf(xml, "IsTruncated") === "true" ? valueOf(xml, "NextContinuationToken") : undefined;
  } while (token !== undefined);
  return objects;
}

/** The bytes of an object. */
export async function readObject(
  connection: S3Connection,
  key: string,
  patience: S3Patience = s3Patience,
): Promise<Uint8Array<ArrayBuffer>> {
  return (await s3Request(connection, { method: "GET", key }, patience)).bytes;
}

/** How an object is written. */
export interface PutOptions {
  /** `"fail"` refuses when the object is there. */
  mode: "replace" | "fail";
  type: string;
  /** The run that writes: it does so once. */
  runId: string;
  patience?: S3Patience;
}

/** Writes an object; gives its size, and whether this run had written it before. */
export async function putObject(
  connection: S3Connection,
  key: string,
  pieces: AsyncIterable<Uint8Array>,
  { mode, type, runId, patience = s3Patience }: PutOptions,
): Promise<{ bytes: number; alreadySaved: boolean }> {
  const before = await s3Request(connection, { method: "HEAD", key, expected: [404] }, patience);
  if (before.status !== 404 && before.headers.get(runHeader) === runId) {
    return { bytes: Number(before.headers.get("content-length")), alreadySaved: true };
  }
  const headers = { "content-type": type, [runHeader]: runId, ...mode === "fail" ? { "if-none-match": "*" } : {} };
  const parts = partsOf(pieces);
  const first = await parts.next();
  const second = await parts.next();
  const bytes = second.done
    ? await putWhole(connection, key, first.value ?? new Uint8Array(), headers, patience)
    : await putParts(connection, key, chain(first.value!, second.value, parts), headers, patience);
  return { bytes, alreadySaved: false };
}

async function putWhole(
  connection: S3Connection,
  key: string,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
  patience: S3Patience,
): Promise<number> {
  await s3Request(connection, { method: "PUT", key, headers, body }, patience);
  return body.length;
}

/** Nothing is seen of the parts until they are put together. */
async function putParts(
  connection: S3Connection,
  key: string,
  parts: AsyncIterable<Uint8Array<ArrayBuffer>>,
  { "if-none-match": condition, ...headers }: Record<string, string>,
  patience: S3Patience,
): Promise<number> {
  const begun = await s3Request(connection, { method: "POST", key, query: { uploads: "" }, headers }, patience);
  const uploadId = valueOf(new TextDecoder().decode(begun.bytes), "UploadId")!;
  const tags: string[] = [];
  let size = 0;
  try {
    for await (const body of parts) {
      const query = { partNumber: String(tags.length + 1), uploadId };
      const { headers } = await s3Request(connection, { method: "PUT", key, query, body }, patience);
      tags.push(headers.get("etag") ?? "");
      size += body.length;
    }
    const list = tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`).join("");
    const body = new TextEncoder().encode(`<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`);
    const complete = { method: "POST", key, query: { uploadId }, body } as const;
    await s3Request(connection, { ...complete, headers: condition ? { "if-none-match": condition } : {} }, patience);
    return size;
  } catch (error) {
    // Parts that nobody puts together are paid for until somebody removes them.
    await s3Request(connection, { method: "DELETE", key, query: { uploadId }, expected: [404] }, patience).catch(
      () => {},
    );
    throw error;
  }
}

async function* partsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    size += piece.length;
    if (size < partSize) continue;
    yield joined(waiting, size);
    [waiting, size] = [[], 0];
  }
  if (size > 0) yield joined(waiting, size);
}

async function* chain(
  first: Uint8Array<ArrayBuffer>,
  second: Uint8Array<ArrayBuffer>,
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
) {
  yield first;
  yield second;
  yield* rest;
}

function joined(pieces: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function valueOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1].replace(
    /&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi,
    (whole, decimal, hex, word) =>
      decimal
        ? String.fromCodePoint(Number(decimal))
        : hex
        ? String.fromCodePoint(parseInt(hex, 16))
        : entities[word] ?? whole,
  );
}
