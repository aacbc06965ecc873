/**
 * The beginning of a text in a file, without the rest of it.
 * @module
 */

/** The first characters of a text, and whether there are more. */
export function textHead(path: string, count: number): { value: string; more: boolean } {
  using file = Deno.openSync(path, { read: true });
  const { size } = file.statSync();
  // A character of JavaScript takes at most three bytes of UTF-8.
  const bytes = new Uint8Array(Math.min(size, (count + 1) * 3));
  let done = 0;
  for (let read: number | null = 0; done < bytes.length && read !== null; done += read ?? 0) {
    read = file.readSync(bytes.subarray(done));
  }
  // What is cut in the middle of a character is left out.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, done), { stream: true });
  return { value: text.slice(0, count), more: text.length > count };
}
