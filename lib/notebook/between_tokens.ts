/**
 * What stands before and behind a place that is between the tokens of a source text.
 * @module
 */
import type { Comment } from "../deps/babel.ts";

/** The offset of the last character before `offset` that is neither white space nor of a comment; -1 without one. */
export function lastBefore(text: string, comments: Comment[], offset: number): number {
  for (let at = offset;;) {
    const end = text.slice(0, at).trimEnd().length;
    const comment = comments.find((comment) => comment.end === end);
    if (!comment) return end - 1;
    at = comment.start!;
  }
}

/** The offset of the first character from `offset` on that is neither white space nor of a comment. */
export function firstFrom(text: string, comments: Comment[], offset: number): number {
  for (let at = offset;;) {
    const start = at + /^\s*/.exec(text.slice(at))![0].length;
    const comment = comments.find((comment) => comment.start === start);
    if (!comment) return start;
    at = comment.end!;
  }
}
