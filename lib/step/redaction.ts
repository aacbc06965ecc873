/**
 * Takes secrets out of what a flow says: as they are, and in the forms that programs usually give them. A net against
 * accidents: who wants to tell a secret can always write it in another way.
 * @module
 */

/** One form of a secret, and what is shown instead. */
interface Pattern {
  text: string;
  bytes: Uint8Array;
  mask: Uint8Array;
}

/** Takes secrets out of the bytes of one stream, however they are cut into chunks. */
export interface StreamRedactor {
  /** What can be passed on by now; the start of what may become a secret is held back. */
  push(bytes: Uint8Array): Uint8Array;
  /** What was held back. */
  flush(): Uint8Array;
  /** How many secrets were taken out so far. */
  count(): number;
}

const encoder = new TextEncoder();
/** Shorter texts stand in many places by chance, so only longer ones are looked for as lines, Base64 and digits. */
const longEnough = 8;

/** Finds the forms of secrets, given by their names, in texts, JSON values and streams. */
export class Redactor {
  /** The longest first, so that a secret that holds another one goes as a whole. */
  readonly #patterns: Pattern[];
  readonly #masks: Map<string, string>;
  readonly #any: RegExp;

  constructor(secrets: ReadonlyMap<string, string>) {
    this.#masks = new Map([...secrets].flatMap(([name, value]) => formsOf(value).map((form) => [form, maskOf(name)])));
    const forms = [...this.#masks.keys()].sort((a, b) => b.length - a.length);
    // Without secrets there is nothing to be found; an empty pattern would be found everywhere.
    this.#any = forms.length === 0 ? /(?!)/g : new RegExp(forms.map((form) => RegExp.escape(form)).join("|"), "g");
    this.#patterns = forms.map((text) => ({
      text,
      bytes: encoder.encode(text),
      mask: encoder.encode(this.#masks.get(text)!),
    })).sort((a, b) => b.bytes.length - a.bytes.length);
  }

  /** A text without secrets. */
  text(text: string): string {
    return text.replace(this.#any, (form) => this.#masks.get(form)!);
  }

  /** A copy of a JSON value without secrets in its texts, keys and numbers. */
  json<T>(value: T): T {
    return this.#copy(value) as T;
  }

  #copy(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") {
      const text = this.text(String(value));
      return text === String(value) ? value : text;
    }
    if (Array.isArray(value)) return value.map((item) => this.#copy(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#copy(item)]));
  }

  /** A redactor for the bytes of a stream or a file. */
  stream(): StreamRedactor {
    const patterns = this.#patterns;
    const starts = new Uint8Array(256);
    for (const { bytes } of patterns) starts[bytes[0]] = 1;
    let held = new Uint8Array(0);
    let count = 0;

    function scan(data: Uint8Array, isEnd: boolean): Uint8Array {
      const kept: Uint8Array[] = [];
      let from = 0;
      let at = 0;
      while (at < data.length) {
        const found = starts[data[at]] ? match(data, at, isEnd) : undefined;
        if (found === "more") break;
        if (found) {
          kept.push(data.subarray(from, at), found.mask);
          count++;
          at = from = at + found.bytes.length;
        } else at++;
      }
      held = data.slice(at);
      return concat([...kept, data.subarray(from, at)]);
    }

    function match(data: Uint8Array, at: number, isEnd: boolean): Pattern | "more" | undefined {
      for (const pattern of patterns) {
        const { bytes } = pattern;
        const there = Math.min(bytes.length, data.length - at);
        let same = 0;
        while (same < there && data[at + same] === bytes[same]) same++;
        if (same === bytes.length) return pattern;
        if (same === there && !isEnd) return "more";
      }
    }

    return {
      push: (bytes) => scan(held.length > 0 ? concat([held, bytes]) : bytes, false),
      flush: () => held.length > 0 ? scan(held, true) : held,
      count: () => count,
    };
  }
}

function maskOf(name: string): string {
  return `[secret ${name}]`;
}

/** The texts that stand for a secret: itself, its lines, and what other notations make of them. */
function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).filter((line) => line.length >= longEnough);
  const forms = new Set([value, value.trim()]);
  for (const text of [value, ...lines]) {
    const json = JSON.stringify(text).slice(1, -1);
    const url = encodeURIComponent(text);
    const html = text.replace(/[&<>]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char]!);
    forms.add(text).add(json).add(url).add(url.replaceAll("%20", "+")).add(html);
    forms.add(html.replace(/"/g, "&quot;").replace(/'/g, "&#39;"));
    if (text.length >= longEnough) { for (const form of encodedForms(encoder.encode(text))) forms.add(form); }
  }
  return [...forms].filter((form) => form !== "");
}

/** Base64 wherever the secret starts in what is encoded, in both alphabets, and hexadecimal digits. */
function* encodedForms(bytes: Uint8Array<ArrayBuffer>): Generator<string> {
  for (const before of [0, 1, 2]) {
    const padded = concat([new Uint8Array(before), bytes]);
    // Digits at both ends depend on the neighbours too.
    const inner = padded.toBase64({ omitPadding: true }).slice(
      Math.ceil(before * 4 / 3),
      Math.floor(padded.length * 4 / 3),
    );
    if (inner.length < longEnough) continue;
    yield inner;
    yield inner.replaceAll("+", "-").replaceAll("/", "_");
  }
  yield bytes.toHex();
  yield bytes.toHex().toUpperCase();
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
