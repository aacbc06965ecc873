/**
 * SHA-256, of texts, bytes and files, as lower-case hex.
 * @module
 */

const encoder = new TextEncoder();
const oneReadLimit = 16 * 1024 * 1024;

/** SHA-256 of a text (as UTF-8) or of bytes, in 64 hex digits. */
export async function sha256(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)).toHex();
}

/** SHA-256 of a file's bytes, in 64 hex digits; large files are read in pieces. */
export async function sha256File(path: string): Promise<string> {
  if (Deno.statSync(path).size <= oneReadLimit) {
    return await sha256(Deno.readFileSync(path));
  }
  // WebCrypto cannot hash a stream, and node:crypto costs 20 ms to load: only large files pay that.
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1024 * 1024);
  for (
    let n = await file.read(buffer);
    n !== null;
    n = await file.read(buffer)
  ) hash.update(buffer.subarray(0, n));
  return hash.digest("hex");
}
