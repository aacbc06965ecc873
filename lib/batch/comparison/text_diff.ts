/**
 * Two texts line by line.
 * @module
 */

/** The lines in which two texts differ, each with its neighbours. */
export interface TextDiff {
  /** How many lines only the later text has. */
  added: number;
  /** How many lines only the earlier text has. */
  removed: number;
  /** The places that differ, in order. */
  hunks: TextHunk[];
}

/** One place where two texts differ, as in a unified diff. */
export interface TextHunk {
  /** First line in the earlier text, from 1. */
  oldStart: number;
  /** Lines of the earlier text. */
  oldLines: number;
  /** First line in the later text, from 1. */
  newStart: number;
  /** Lines of the later text. */
  newLines: number;
  /** Each begins with `+`, `-`, a blank, or a backslash for a missing end of line. */
  lines: string[];
}

/** Texts that differ in more lines are as good as two texts: looking on would take seconds. */
const mostChanges = 2000;

/** The difference of two texts; undefined when they have hardly a line in common. */
export async function diffTexts(before: string, after: string): Promise<TextDiff | undefined> {
  const { structuredPatch } = await import("../../deps/diff.ts");
  const options = { context: 3, maxEditLength: mostChanges };
  const patch = structuredPatch("", "", before, after, undefined, undefined, options);
  if (!patch) return undefined;
  const hunks = patch.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => {
    return { oldStart, oldLines, newStart, newLines, lines };
  });
  const count = (sign: string) => hunks.flatMap(({ lines }) => lines).filter((line) => line.startsWith(sign)).length;
  return { added: count("+"), removed: count("-"), hunks };
}
