/**
 * Texts and values as messages show them: short, in quotes, and without what a terminal would act on.
 * @module
 */

/** A text of at most `most` characters; a longer one ends in dots. */
export function shorten(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

/** A text in which characters that a terminal would act on are their code points. */
export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** A value as a clause of a message: `the text "am"`, `5`, `{"a":1}`. */
export function quoteValue(value: unknown, most = 60): string {
  if (typeof value === "string") return `the text "${shorten(value, most)}"`;
  return shorten(JSON.stringify(value) ?? String(value), most);
}
