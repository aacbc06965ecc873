/**
 * The text that really runs: the flow with marks at its cells, so that outputs, parameters and errors find their place.
 * The flow's own tokens all stay on their lines.
 * @module
 */
import { cellSpan } from "./parse_flow.ts";
import { applySplices } from "./edits.ts";
import { linesOf } from "./lines.ts";
import { moduleSplices, type PlacedImports } from "./module_references.ts";
import { parameterVariables } from "./parameters.ts";
import { parseModule } from "./parse_module.ts";
import { isSkipped, withoutSkipped } from "./skipped_cells.ts";
import { topLevelSpans } from "./cells.ts";
import type { Directive, File, Statement } from "../deps/babel.ts";
import type { Span } from "./cells.ts";
import type { Edit, Splice } from "./edits.ts";
import type { Cell, Flow } from "./flow.ts";
import type { Lines } from "./lines.ts";
import type { DeclaredVariable } from "./parameters.ts";

/** A flow made ready to run, and how to find the way back to it. */
export interface Instrumented {
  /** The text to run, from a file with the flow's ending (`.ts`, `.tsx`, `.js`, …). */
  source: string;
  /** Where it differs from the flow, in order; lines are the same in both. */
  edits: Edit[];
}

/**
 * Instruments a flow. The result expects one global object, `__ductaflow__`:
 * - `cell(i)` is called where code cell `i` (its index in `flow.cells`) begins, unless it is one to be skipped
 * - `out(value)` gets the value of the last expression of a cell and returns it
 * - `has(name)` and `get(name)` give parameters their values
 * - `meta` stands for `import.meta`
 * - `at(specifier)` resolves the specifier of a computed `import()`
 *
 * Relative imports mean the modules they mean in the flow, wherever the result is put; where a meaning is given in
 * `placed`, that counts.
 * @throws {DuctaflowError} `flow-syntax` when the flow's text does not parse
 */
export async function instrument(flow: Flow, placed?: PlacedImports): Promise<Instrumented> {
  const source = withoutSkipped(flow, linesOf(flow.source));
  const lines = linesOf(source);
  const file = await parseModule(source, flow.url);
  const splices: Splice[] = [];
  if (/^\uFEFF?#!/.test(source)) splices.push({ start: lines.starts[0], end: lines.starts[0] + 2, text: "//" });
  const statements = topLevelSpans(file);
  const codeCells = flow.cells.filter((cell) => cell.type === "code" && !isSkipped(cell));
  // At one place, the mark of a cell comes before what wraps its first expression, and that before what is inside.
  for (const cell of codeCells) splices.push(cellMark(cell, lines, statements));
  const lastIn = lastStatements(file);
  for (const cell of codeCells) {
    const span = cellSpan(lines, flow.cells, cell);
    splices.push(...outputSplices(lastIn(span)));
    if (!cell.tags.includes("parameters")) continue;
    for (const variable of parameterVariables(file, span)) splices.push(...parameterSplices(variable, source));
  }
  splices.push(...moduleSplices(file, flow.url, placed));
  return applySplices(lines, splices);
}

function cellMark({ index, markerLine }: Cell, lines: Lines, statements: Span[]): Splice {
  const start = markerLine === undefined ? statements[0].start : lines.text.indexOf("//", lines.starts[markerLine - 1]);
  return insertion(start, `;__ductaflow__.cell(${index});`);
}

/**
 * Hands on the value of a cell's last statement if that is an expression; a lone text may be parsed as a directive. Of an
 * order to the engine nobody wants to see the text.
 */
function outputSplices(last: Statement | Directive | undefined): Splice[] {
  const value = last?.type === "Directive" ? last.value : last?.type === "ExpressionStatement" && last.expression;
  if (!value || isStrict(value)) return [];
  // The semicolon is there because what follows might otherwise be taken for more of the expression.
  return [insertion(value.start!, ";__ductaflow__.out(("), insertion(value.end!, "));")];
}

function isStrict({ type, value }: { type: string; value?: unknown }): boolean {
  return (type === "DirectiveLiteral" || type === "StringLiteral") && value === "use strict";
}

/** Finds the last statement that starts in a stretch, for stretches in their order: a flow may have many cells. */
function lastStatements({ program }: File): (span: Span) => Statement | Directive | undefined {
  const statements = [...program.directives, ...program.body];
  let next = 0;
  return ({ start, end }) => {
    while (next < statements.length && statements[next].start! < end) next++;
    const last = statements[next - 1];
    return last !== undefined && last.start! >= start ? last : undefined;
  };
}

/** Gives a declared variable its value where it is declared, so that the next line already sees it. */
function parameterSplices({ name, declaration, declarator }: DeclaredVariable, source: string): Splice[] {
  const key = JSON.stringify(name);
  const splices: Splice[] = [];
  // What is only declared becomes a variable of the module, so that it may even have the name of a global.
  if (declaration.declare && declaration.declarations[0] === declarator) {
    splices.push(blank(declaration.start!, "declare"));
  }
  if (declarator.init) {
    splices.push(insertion(declarator.init.start!, `__ductaflow__.has(${key})?__ductaflow__.get(${key}):(`));
    splices.push(insertion(declarator.init.end!, ")"));
  } else splices.push(insertion(declarator.id.end!, ` = __ductaflow__.get(${key})`));
  // Without a semicolon, a next line that starts with `(` or `[` would now go on with the value.
  const isLast = declaration.declarations.at(-1) === declarator;
  if (isLast && source[declaration.end! - 1] !== ";") splices.push(insertion(declaration.end!, ";"));
  return splices;
}

function blank(start: number, word: string): Splice {
  return { start, end: start + word.length, text: " ".repeat(word.length) };
}

function insertion(start: number, text: string): Splice {
  return { start, end: start, text };
}
