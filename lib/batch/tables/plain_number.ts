/**
 * Which texts are numbers, and nothing more than numbers.
 * @module
 */

const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Any decimal of so many digits comes back from a double as it was. */
const safeLength = 15;
/** A double written in full has no more digits. */
const mostDigits = 17;

/**
 * Whether a text is a number as JSON writes them and loses nothing as one: no leading zeros, no `+`, no blanks, no whole
 * number beyond 2^53, no more than 17 digits, nothing too large or too small for a double.
 */
export function isPlainNumber(text: string): boolean {
  if (!decimal.test(text)) return false;
  const isWhole = !/[.eE]/.test(text);
  if (text.length <= safeLength && isWhole) return true;
  const number = Number(text);
  if (isWhole) return Number.isSafeInteger(number);
  const digits = text.replace(/[eE].*/, "").replace(/[-.]/g, "").replace(/^0+|0+$/g, "");
  return digits.length <= mostDigits && Number.isFinite(number) && (number !== 0 || digits === "");
}
