/**
 * Cell markers that a missing semicolon takes away: a line that begins with `(`, `[` or a template goes on with the
 * statement before it, also across a marker. Such a flow would run and mean something else than its cells say.
 * @module
 */
import { shorten } from "../base/shown_text.ts";
import { DuctaflowError, isDuctaflowError } from "../base/error.ts";
import { firstFrom, lastBefore } from "./between_tokens.ts";
import { type Span, topLevelSpans } from "./cells.ts";
import { flowLocation } from "./flow_location.ts";
import { type Lines, lineText, positionAt } from "./lines.ts";
import { parseModule } from "./parse_module.ts";
import type { File } from "../deps/babel.ts";

/** A comment that looks like a marker, inside a statement. */
export interface InsideMarker {
  /** Where the comment starts. */
  offset: number;
  statement: Span;
}

/** Refuses a flow in which a semicolon before a marker would make it one. Before an operator one may stand on purpose. */
export async function refuseLostMarkers(lines: Lines, file: File, inside: InsideMarker[], url: string): Promise<void> {
  const comments = file.comments ?? [];
  const lost: string[] = [];
  const ends: number[] = [];
  for (const { offset, statement } of inside) {
    const start = firstFrom(lines.text, comments, offset);
    if (!"([`".includes(lines.text[start]) || !await endsThere(lines.text, offset, statement, url)) continue;
    const end = positionAt(lines, lastBefore(lines.text, comments, offset)).line;
    const next = positionAt(lines, start).line;
    ends.push(end);
    const marker = positionAt(lines, offset).line;
    lost.push(
      `The cell marker on ${flowLocation(url, marker)} is inside a statement: nothing ends line ${end}, so that it ` +
        `goes on with line ${next}, "${excerpt(lineText(lines, next))}"`,
    );
  }
  if (lost.length === 0) return;
  throw new DuctaflowError(lost.join("\n"), {
    code: "flow-syntax",
    hint: `End ${ends.length === 1 ? "line" : "the lines"} ${ends.join(", ")} with a semicolon`,
  });
}

/** Whether with a semicolon at `offset` all would parse, and the statement be over there. */
async function endsThere(text: string, offset: number, { start, end }: Span, url: string): Promise<boolean> {
  const place = offset - start;
  try {
    const file = await parseModule(`${text.slice(start, offset)};${text.slice(offset, end)}`, url);
    return !topLevelSpans(file).some((span) => span.start < place && span.end > place + 1);
  } catch (error) {
    if (isDuctaflowError(error, "flow-syntax")) return false;
    throw error;
  }
}

function excerpt(line: string): string {
  return shorten(line.trim(), 40);
}
