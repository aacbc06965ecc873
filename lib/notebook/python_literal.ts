/**
 * Python literals, which Jupytext accepts as values on a marker line beside JSON.
 * @module
 */
import type { Json, JsonObject } from "../base/json.ts";

const constants: Record<string, Json> = { True: true, False: false, None: null };
const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", "0": "\0", "\n": "" };

/**
 * Reads one Python literal: text in single or double quotes, numbers, `True`, `False`, `None`, lists, tuples and
 * dictionaries with text as keys. Undefined when the text is something else or more than that.
 */
export function maybePythonLiteral(text: string): Json | undefined {
  const reader = new LiteralReader(text);
  try {
    return reader.all();
  } catch (error) {
    if (error instanceof NotALiteral) return undefined;
    throw error;
  }
}

class NotALiteral extends Error {}

class LiteralReader {
  #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): Json {
    const value = this.#value();
    if (this.#peek() !== "") throw new NotALiteral();
    return value;
  }

  #value(): Json {
    const next = this.#peek();
    if (next === '"' || next === "'") return this.#string(next);
    if (next === "[") return this.#items("]").items;
    if (next === "(") {
      const { items, commas } = this.#items(")");
      return items.length === 1 && commas === 0 ? items[0] : items;
    }
    if (next === "{") return this.#dictionary();
    const [word] = /^[-+\w.]+/.exec(this.#text.slice(this.#at)) ?? [""];
    this.#at += word.length;
    if (Object.hasOwn(constants, word)) return constants[word];
    if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) && Number.isFinite(Number(word))) return Number(word);
    throw new NotALiteral();
  }

  #string(quote: string): string {
    let text = "";
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new NotALiteral();
      if (char !== "\\") text += char;
      else {
        const escaped = this.#text[++this.#at] ?? "";
        text += escapes[escaped] ?? (/["'\\]/.test(escaped) ? escaped : `\\${escaped}`);
      }
    }
    this.#at++;
    return text;
  }

  #items(close: string): { items: Json[]; commas: number } {
    const items: Json[] = [];
    let commas = 0;
    for (this.#at++; this.#peek() !== close;) {
      items.push(this.#value());
      if (this.#peek() === ",") commas += ++this.#at && 1;
      else if (this.#peek() !== close) throw new NotALiteral();
    }
    this.#at++;
    return { items, commas };
  }

  #dictionary(): JsonObject {
    const entries: [string, Json][] = [];
    for (this.#at++; this.#peek() !== "}";) {
      const key = this.#value();
      if (typeof key !== "string" || this.#peek() !== ":") throw new NotALiteral();
      this.#at++;
      entries.push([key, this.#value()]);
      if (this.#peek() === ",") this.#at++;
      else if (this.#peek() !== "}") throw new NotALiteral();
    }
    this.#at++;
    return Object.fromEntries(entries);
  }

  /** The next character that is not white space; empty at the end. */
  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
    return this.#text[this.#at] ?? "";
  }
}
