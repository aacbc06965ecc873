/**
 * Names of steps and instances. They become folders on any system and parts of Deno's permission flags, so only names
 * that are safe everywhere are taken.
 * @module
 */
import { shorten, visible } from "./shown_text.ts";
import { DuctaflowError, messageOf } from "./error.ts";

const pattern = /^[A-Za-z0-9_][A-Za-z0-9._=+-]{0,99}$/;
const reserved = /^(con|prn|aux|nul|clock\$|com[0-9]|lpt[0-9])(\..*)?$/i;

/** Why a text cannot be the name of a step or an instance, or undefined when it can. */
export function nameProblem(name: unknown): string | undefined {
  if (typeof name !== "string") return "it is not text";
  if (name === "") return "it is empty";
  if (name.length > 100) {
    return `it has ${name.length} characters and 100 is the limit`;
  }
  if (name.startsWith(".")) return "it starts with a dot";
  if (name.startsWith("-")) {
    return "it starts with a dash, as command line options do";
  }
  if (!pattern.test(name)) {
    const odd = [
      ...new Set(name.normalize("NFC").match(/[^A-Za-z0-9._=+-]/gu) ?? []),
    ].map((c) => /[\p{C}\p{Z}]/u.test(c) ? `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}` : c);
    return odd.length > 0
      ? `it contains ${odd.map((c) => c === "U+0020" ? "a space" : `"${c}"`).join(", ")}`
      : "it starts with a sign";
  }
  if (name.endsWith(".")) return "it ends with a dot, which Windows drops";
  if (isDeviceName(name)) return "Windows reserves it for a device";
  return undefined;
}

/** Whether Windows takes a file name for a device, whatever its ending. */
export function isDeviceName(name: string): boolean {
  return reserved.test(name);
}

/** Returns the name when it can be a folder everywhere; throws with a name that could be used otherwise. */
export function checkName(kind: "step" | "instance" | "project" | "workflow", name: unknown): string {
  const problem = nameProblem(name);
  if (problem === undefined) return name as string;
  const text = typeof name === "string" ? name : messageOf(name);
  const wanted = suggestName(text);
  const near = text.length > 60 ? "" : `; "${wanted}" can`;
  throw new DuctaflowError(
    `The ${kind} name "${visible(shorten(text))}" cannot be used: ${problem}${near}`,
    {
      code: "bad-name",
      hint: `Use 1 to 100 characters: letters, digits and any of ._=+- (for example "${wanted}")`,
    },
  );
}

/** A usable name near to any text: accents dropped, other characters replaced by `_`. */
export function suggestName(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").replace(
    /[^A-Za-z0-9._=+-]+/g,
    "_",
  );
  const name = plain.replace(/^[^A-Za-z0-9]+/, "").slice(0, 60).replace(
    /[._]+$/,
    "",
  );
  return nameProblem(name) === undefined ? name : `run_${name}`.slice(0, 60).replace(/[._]+$/, "");
}

/** The name in a reference to a secret, `{ $secret: "NAME" }`; undefined for all else. */
export function secretNameOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "$secret")) return undefined;
  const { $secret: name } = value as { $secret: unknown };
  return typeof name === "string" && Object.keys(value).length === 1 ? name : undefined;
}
