/**
 * Command lines to be typed again.
 * @module
 */

/** The words of a command line as a shell takes them. */
export function shellWords(words: string[]): string {
  return words.map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
