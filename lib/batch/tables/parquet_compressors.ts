/**
 * What Parquet files are packed with.
 * @module
 */
import type { FileMetaData } from "../../deps/parquet.ts";

/** Snappy is in the package; the others come with Deno, and are loaded only for files packed with them. */
export async function compressorsFor({ row_groups }: FileMetaData) {
  const codecs = new Set(row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec)));
  if (!["GZIP", "BROTLI", "ZSTD"].some((codec) => codecs.has(codec as "GZIP"))) return {};
  const { brotliDecompressSync, gunzipSync, zstdDecompressSync } = await import("node:zlib");
  return {
    GZIP: (input: Uint8Array) => new Uint8Array(gunzipSync(input)),
    BROTLI: (input: Uint8Array) => new Uint8Array(brotliDecompressSync(input)),
    ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)),
  };
}
