/**
 * A flow from its text.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import { nearest } from "../base/nearest.ts";
import { type Span, splitCells } from "./cells.ts";
import { flowLocation } from "./flow_location.ts";
import { parseHeader } from "./header.ts";
import { type Lines, linesOf } from "./lines.ts";
import { refuseLostMarkers } from "./lost_marker.ts";
import { readParameters } from "./parameters.ts";
import { parseModule } from "./parse_module.ts";
import { checkReservedName } from "./reserved_name.ts";
import { isSkipped } from "./skipped_cells.ts";
import type { Cell, Flow } from "./flow.ts";

/**
 * Makes a flow from its text, which `url` says where it came from.
 * @throws {DuctaflowError} as `readFlow` does
 */
export async function parseFlow(source: string, url: string): Promise<Flow> {
  const lines = linesOf(source);
  const { header, endLine } = await parseHeader(lines, url);
  const file = await parseModule(source, url);
  checkReservedName(lines, file, url);
  const { cells, warnings, inside } = splitCells(lines, file, endLine, url);
  await refuseLostMarkers(lines, file, inside, url);
  const cell = parametersCell(cells, url);
  const { warnings: ofParameters, ...declared } = readParameters(lines, file, cellSpan(lines, cells, cell), url);
  header.warnings.push(...warnings, ...ofParameters);
  return { url, name: nameOf(url), source, hash: await sha256(source), header, cells, ...declared };
}

/** The stretch of the source that a cell takes, with its marker line. */
export function cellSpan(lines: Lines, cells: Cell[], cell: Cell): Span {
  const offset = (line: number | undefined) => line === undefined ? undefined : lines.starts[line - 1];
  return {
    start: offset(cell.markerLine) ?? 0,
    end: offset(cells[cell.index + 1]?.markerLine) ?? lines.text.length + 1,
  };
}

function nameOf(url: string): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // A stray percent sign: the name stays as it is written.
  }
  return name.replace(/(.)\.[^.]*$/, "$1") || "flow";
}

function parametersCell(cells: Cell[], url: string): Cell {
  const [cell, second] = cells.filter(({ type, tags }) => type === "code" && tags.includes("parameters"));
  const line = ({ markerLine, line }: Cell) => markerLine ?? line;
  if (cell && !second) {
    if (!isSkipped(cell)) return cell;
    throw new DuctaflowError(`The parameters cell (${flowLocation(url, line(cell))}) is tagged to be skipped`, {
      code: "flow-parameters",
      hint: `Take the tag "skip" away: without its parameters a flow cannot run`,
    });
  }
  if (second) {
    throw new DuctaflowError(
      `The flow has two cells tagged "parameters" (${flowLocation(url, line(cell))} and line ${line(second)})`,
      { code: "flow-parameters", hint: "Move all parameters into one of them and remove the tag from the other" },
    );
  }
  const almost = cells.find(({ title, tags }) =>
    [title, ...tags].some((word) => word && nearest(word.replace(/\W/g, ""), ["parameters"]))
  );
  const add = `// %% tags=["parameters"]`;
  throw new DuctaflowError(`The flow "${flowLocation(url)}" has no cell tagged "parameters"`, {
    code: "flow-parameters",
    hint: almost ? `Write line ${line(almost)} as: ${add}` : `Add this line above the variables: ${add}`,
  });
}
