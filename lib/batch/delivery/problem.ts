/**
 * Why deliveries are refused, all told together.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";

/** One reason. */
export interface Problem {
  /** A sentence without a final period. */
  text: string;
  /** What to do about it. */
  hint?: string;
}

const shown = 20;

/** Throws the problems of a delivery, if there are any. */
export function throwProblems(problems: Problem[]): void {
  if (problems.length === 0) return;
  const hints = [...new Set(problems.flatMap(({ hint }) => hint ?? []))];
  const lines = problems.slice(0, shown).map(({ text }) => `\n  - ${text}`).join("");
  const more = problems.length > shown ? `\n  - and ${problems.length - shown} more` : "";
  throw new DuctaflowError(
    problems.length === 1
      ? `Nothing was delivered. ${problems[0].text}`
      : `Nothing was delivered, for ${problems.length} reasons${lines}${more}`,
    { code: "delivery-refused", ...(hints.length > 0 ? { hint: hints.slice(0, 5).join(". ") } : {}) },
  );
}
