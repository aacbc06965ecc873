/**
 * The border between text and HTML. Templates escape every value except `SafeHtml`, which only the functions that build
 * HTML from escaped parts make.
 * @module
 */

/** HTML that is known to be safe to put into the page: a template writes it as it is. */
export class SafeHtml {
  /** The markup. */
  readonly html: string;

  /** Says that this markup was built from escaped parts. */
  constructor(html: string) {
    this.html = html;
  }

  /** The markup, so that safe parts can be joined by template literals. */
  toString(): string {
    return this.html;
  }
}

const special = /[&<>"']/g;
const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

// Controls other than tab and newline; the marks that reorder text on the screen; separators that end a line of script.
// deno-lint-ignore no-control-regex
const hidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const allHidden = new RegExp(hidden, "g");

/** Replaces characters that are invisible or reorder what is seen by visible names: `␀`, `⟨U+202E⟩`. */
export function showControls(text: string): string {
  return hidden.test(text) ? text.replace(allHidden, controlName) : text;
}

function controlName(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** Text as HTML, for elements and quoted attributes; controls are made visible. */
export function escapeHtml(text: string): string {
  return showControls(text).replace(special, (char) => entities[char]);
}

/** Text as the value of a quoted attribute, every character kept. */
export function escapeAttribute(text: string): string {
  return text.replace(special, (char) => entities[char]);
}

/** What a template writes for a value: safe markup as it is, nothing for a missing value, all else escaped. */
export function toHtml(value: unknown): string {
  if (value instanceof SafeHtml) return value.html;
  if (value === undefined || value === null) return "";
  return escapeHtml(typeof value === "string" ? value : String(value));
}

/** A template literal that escapes what is filled in, unless it is `SafeHtml`; arrays are joined. */
export function markup(strings: TemplateStringsArray, ...values: unknown[]): SafeHtml {
  let result = strings[0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    result += (Array.isArray(value) ? value.map(toHtml).join("") : toHtml(value)) + strings[i + 1];
  }
  return new SafeHtml(result);
}
