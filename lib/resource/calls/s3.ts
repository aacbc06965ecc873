/**
 * What steps do with buckets.
 * @module
 */
import type { SavedArtifact, SavingRun, TypedRows } from "../../ops/external.ts";
import type { StoreFormat } from "../store.ts";
import { answer } from "../host/answer.ts";
import type { S3Connection } from "../host/connection.ts";
import { decodeFile, encodeFile, mediaTypeOf } from "../host/file_formats.ts";
import { listObjects, putObject, readObject } from "../host/s3_objects.ts";
import { runKey } from "../host/run_key.ts";
import { s3Request } from "../host/s3_client.ts";

/** The value of an object. */
export async function read(
  connection: S3Connection,
  key: string,
  format: StoreFormat,
  numbers?: unknown,
): Promise<unknown> {
  const bytes = await readObject(connection, key);
  if (format === "bytes") return bytes;
  // Tables are read from files: this one is in the run folder until it has been read.
  const path = await Deno.makeTempFile({ dir: ".", suffix: `.${format}` });
  let value: unknown;
  try {
    await Deno.writeFile(path, bytes);
    value = await decodeFile(path, format, numbers, connection);
  } catch (error) {
    await Deno.remove(path);
    throw error;
  }
  if (isTypedRows(value)) return thenRemoved(value, path);
  await Deno.remove(path);
  return value;
}

function isTypedRows(value: unknown): value is TypedRows {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function thenRemoved(table: TypedRows, path: string): TypedRows {
  return {
    columns: table.columns,
    async *[Symbol.asyncIterator]() {
      try {
        yield* table;
      } finally {
        await Deno.remove(path);
      }
    },
  };
}

/** Saves an artifact as an object. */
export async function save(
  artifact: SavedArtifact,
  run: SavingRun,
  connection: S3Connection,
  { path, mode, format }: { path: string; mode: "replace" | "fail"; format: StoreFormat },
): Promise<object> {
  const runId = runKey(run);
  const type = mediaTypeOf(path, format);
  return {
    object: path,
    mode,
    ...await putObject(connection, path, encodeFile(artifact, format), { mode, type, runId }),
  };
}

if (import.meta.main) {
  await answer<S3Connection>(async (connection, { ask }) => {
    if (ask === "list") return await listObjects(connection);
    await s3Request(connection, { method: "GET", key: "", query: { "list-type": "2", "max-keys": "1" } });
    return null;
  });
}
