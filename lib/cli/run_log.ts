/**
 * What a run printed and showed, as text: from its notebook, or from the event log of one that is going on or was cut
 * off.
 * @module
 */
import { dirname, join } from "../deps/path.ts";
import type { Notebook, Output } from "../notebook/ipynb.ts";
import { readEventLog } from "../step/event_log.ts";
import { instancePaths } from "../step/instance_paths.ts";
import type { Run } from "../step/run.ts";
import { plainText } from "./style.ts";

/** The outputs of one cell as text without escape codes. */
export interface CellLog {
  /** Index of the cell in the flow; -1 before the first. */
  cell: number;
  text: string;
}

/** The outputs of a run, cell by cell; cells without outputs are left out. */
export function readRunLog(run: Pick<Run, "step" | "instance" | "dir">): CellLog[] {
  const notebook = maybeNotebook(join(run.dir, "flow.ipynb"));
  return notebook ? fromNotebook(notebook) : fromEvents(run);
}

/** The last lines that a cell left, without what the error itself says. */
export function lastLines(log: CellLog[], cell: number | undefined, count: number): string[] {
  const text = log.filter((entry) => cell === undefined || entry.cell <= cell).at(-1);
  if (!text || (cell !== undefined && text.cell !== cell)) return [];
  return text.text.trimEnd().split("\n").filter((line) => line.trim() !== "").slice(-count);
}

function maybeNotebook(path: string): Notebook | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch {
    // None yet, or cut short: the event log may say more.
    return undefined;
  }
}

function fromNotebook({ cells }: Notebook): CellLog[] {
  return cells.flatMap((cell) => {
    const place = cell.metadata.ductaflow;
    if (cell.cell_type !== "code" || !place || !("cell" in place)) return [];
    const text = cell.outputs.filter((output) => output.output_type !== "error").map(outputText).join("");
    return text === "" ? [] : [{ cell: place.cell, text }];
  });
}

function outputText(output: Output): string {
  if (output.output_type === "stream") return plainText(joined(output.text));
  if (output.output_type === "error") return `${output.ename}: ${output.evalue}\n`;
  return bundleText(output.data);
}

function bundleText(data: Record<string, unknown>): string {
  const text = joined(data["text/markdown"] ?? data["text/plain"]);
  const shown = text === "" ? `[${Object.keys(data).join(", ")}]` : plainText(text);
  return shown.endsWith("\n") ? shown : `${shown}\n`;
}

/** In a notebook file a text of several lines is a list of them. */
function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : typeof text === "string" ? text : "";
}

function fromEvents({ step, instance, dir }: Pick<Run, "step" | "instance" | "dir">): CellLog[] {
  const cells = new Map<number, string>();
  const add = (cell: number, text: string) => cells.set(cell, (cells.get(cell) ?? "") + text);
  let current = -1;
  for (const event of readEventLog(instancePaths(dirname(dirname(dir)), step, instance).events)) {
    if (event.t === "cell") current = event.cell;
    else if (event.t === "text") add(event.cell, plainText(event.text));
    else if (event.t === "out") add(current, bundleText(event.data));
  }
  return [...cells].sort(([a], [b]) => a - b).map(([cell, text]) => ({ cell, text }));
}
