/**
 * Removes what was saved to a bucket.
 * @module
 */
import type { S3Connection } from "../../../resource/host/connection.ts";
import { s3Request } from "../../../resource/host/s3_client.ts";
import type { RemovedTarget } from "../remove_table.ts";

/** Removes an object. What is gone already is no error. */
export async function remove(connection: S3Connection, { path = "" }: RemovedTarget): Promise<object> {
  const { status } = await s3Request(connection, { method: "HEAD", key: path, expected: [404] });
  if (status === 404) return { removed: false };
  await s3Request(connection, { method: "DELETE", key: path, expected: [404] });
  return { removed: true };
}
