/**
 * The files in which Deno keeps code from the web.
 * @module
 */
import { sha256, sha256File } from "../base/hash.ts";

/** Begins the last line, in which Deno notes when and with what headers the code came: it differs with each download. */
const note = "// denoCacheMetadata=";

/** What was downloaded, without Deno's note. */
export function downloadedBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = bytes.lastIndexOf(0x0a);
  const last = bytes.subarray(end + 1, end + 1 + note.length);
  return new TextDecoder().decode(last) === note ? bytes.subarray(0, Math.max(end, 0)) : bytes;
}

/** SHA-256 of the code of a module that is kept in a file. */
export async function hashModule(specifier: string, path: string): Promise<string> {
  return /^https?:/.test(specifier) ? await sha256(downloadedBytes(Deno.readFileSync(path))) : await sha256File(path);
}
