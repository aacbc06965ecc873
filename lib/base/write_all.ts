/**
 * Bytes written to their end.
 * @module
 */

/** Writes all bytes: a single write may take only some of them. */
export function writeAll(to: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += to.writeSync(bytes.subarray(done));
}
