/**
 * Requests to S3: signed, tried again when the service is busy or the line breaks, and checked to be whole.
 * @module
 */
import { AwsV4Signer } from "../../deps/aws4fetch.ts";
import { messageOf } from "../../base/error.ts";
import { sha256 } from "../../base/hash.ts";
import { sleep } from "../../base/sleep.ts";
import type { S3Connection } from "./connection.ts";
import { networkProblem, resourceError, type ResourceProblem } from "./resource_error.ts";

/** How patient a client is. */
export interface S3Patience {
  /** Tries of one request. */
  tries: number;
  /** Milliseconds before the second try; they double, and half of each pause is by chance. */
  pause: number;
  /** Milliseconds that one try may take. */
  limit: number;
}

/** Patience with a real service. */
export const s3Patience: S3Patience = { tries: 6, pause: 200, limit: 120_000 };

/** One request. */
export interface S3Request {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** The key of the object, without the prefix of the connection; empty for the bucket. */
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  /** Answers besides those of success that are no error. */
  expected?: number[];
}

/** An answer, read to its end. */
export interface S3Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A failure that may pass. */
class Passing extends Error {}

/** Asks until there is an answer, or patience ends. */
export async function s3Request(
  connection: S3Connection,
  request: S3Request,
  patience: S3Patience = s3Patience,
): Promise<S3Answer> {
  let pause = patience.pause;
  for (let tried = 1;; tried++) {
    try {
      return await tryOnce(connection, request, patience.limit);
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (tried >= patience.tries) {
        throw resourceError(connection, {
          code: "resource-lost",
          text: `failed ${tried} times, last with: ${error.message}`,
          hint: "Run again later: nothing was saved",
        });
      }
      await sleep(pause / 2 + Math.random() * pause / 2);
      pause *= 2;
    }
  }
}

async function tryOnce(connection: S3Connection, request: S3Request, limit: number): Promise<S3Answer> {
  const { method, body, expected = [] } = request;
  const { url, headers } = await sign(connection, request);
  let status: number;
  let answered: Headers;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const response = await fetch(url, {
      method,
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(limit),
    });
    [status, answered] = [response.status, response.headers];
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw resourceError(connection, networkProblem(error)!);
    if (error instanceof DOMException && error.name === "TimeoutError") throw new Passing(`no answer in ${limit} ms`);
    if (error instanceof TypeError || error instanceof Deno.errors.Http) throw new Passing(networkWords(error));
    throw error;
  }
  const size = answered.get("content-length");
  if (method !== "HEAD" && size !== null && Number(size) !== bytes.length) {
    throw new Passing(`${bytes.length} of ${size} bytes came`);
  }
  // Some answers say yes and then no: an upload of many parts is put together while the answer is written.
  const text = status >= 300 || method === "POST" ? new TextDecoder().decode(bytes) : "";
  const failed = status >= 300 || /<Error>/.test(text);
  if (!failed || expected.includes(status)) return { status, headers: answered, bytes };
  if (status >= 500 || status === 429 || status === 200 || /<Code>(SlowDown|RequestTimeout)</.test(text)) {
    throw new Passing(`${status} ${codeOf(text) ?? ""}`.trim());
  }
  throw resourceError(connection, problemOf(connection, request, status, text));
}

async function sign(connection: S3Connection, { method, key, query, headers, body }: S3Request) {
  const { endpoint, bucket, prefix, region, accessKeyId, secretAccessKey, sessionToken } = connection;
  const path = key === "" ? "" : `/${(prefix + key).split("/").map(encodeSegment).join("/")}`;
  const url = new URL(`${endpoint}/${encodeSegment(bucket)}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: { ...headers, "x-amz-content-sha256": await sha256(body ?? "") },
    body,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    service: "s3",
    region,
  });
  return await signer.sign();
}

function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function networkWords(error: Error): string {
  return messageOf(error.cause ?? error).replace(/\(?https?:\/\/\S+\)?:? ?/g, "").slice(0, 200);
}

function codeOf(text: string): string | undefined {
  return /<Code>([^<]*)</.exec(text)?.[1];
}

function problemOf(
  { bucket, region }: S3Connection,
  { key }: S3Request,
  status: number,
  text: string,
): ResourceProblem {
  const code = codeOf(text) ?? String(status);
  const said = /<Message>([^<]*)</.exec(text)?.[1];
  const right = /<Region>([^<]*)</.exec(text)?.[1];
  if (right !== undefined || status === 301 || status === 307) {
    return {
      code: "resource-statement",
      text: `is not in the region "${region}" (${code})`,
      hint: right === undefined ? "Give the region of the bucket" : `Give its region: "${right}"`,
    };
  }
  if (code === "NoSuchBucket") return { code: "resource-missing", text: `has no bucket "${bucket}"` };
  if (status === 404) return { code: "resource-missing", text: `has no object "${key}"` };
  if (status === 412 || status === 409) return { code: "resource-exists", text: `has an object "${key}" already` };
  if (status === 401 || status === 403 || /ExpiredToken|InvalidToken|TokenRefreshRequired/.test(code)) {
    return {
      code: "resource-denied",
      text: `refused it: ${said ?? code} (${code})`,
      hint: /Expired/.test(code)
        ? "Get new temporary keys, and run again"
        : "Check the keys, and that they may do this in the bucket",
    };
  }
  return { code: "resource-statement", text: `refused it: ${said ?? code} (${status} ${code})` };
}
