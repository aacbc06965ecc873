/**
 * Operators as people read them: those of a module, and the one that a run called.
 * @module
 */
import { flowLocation } from "../notebook/flow_location.ts";
import { isMarkerLine } from "../notebook/marker.ts";
import { readFlowSource } from "../notebook/read_flow.ts";
import { descriptionOf } from "../ops/describe_module.ts";
import { detailLines, maybeFailedCall } from "../ops/failed_call.ts";
import { getOperatorCode } from "../ops/get_operator_code.ts";
import type { ReadOperator } from "../ops/read_exports.ts";
import { isGreen } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import { columns, oneLine, type Paint } from "./style.ts";

/** A function that a module exports. */
export interface ShownOperator extends Pick<ReadOperator, "kind" | "line" | "options"> {
  /** The exported name. */
  name: string;
  description?: string;
}

/** The operators of a module; undefined for a file that has cells, or exports no function. */
export async function maybeOperators(
  path: string | URL,
): Promise<{ url: string; operators: ShownOperator[] } | undefined> {
  const { source, url } = await readFlowSource(path);
  if (source.split("\n").some(isMarkerLine)) return undefined;
  const { readExports } = await import("../ops/read_exports.ts");
  const { operators } = await readExports(source, url);
  const shown = Object.entries(operators).map(([name, operator]) => {
    const { kind, line, options } = operator;
    const description = descriptionOf(operator);
    return { name, kind, line, ...(description === undefined ? {} : { description }), options };
  });
  return shown.length === 0 ? undefined : { url, operators: shown };
}

/** The operators of a module for people. */
export function operatorsText(url: string, operators: ShownOperator[], paint: Paint): string {
  const rows = operators.map(({ name, kind, line, description = "", options }) => {
    const { description: _, ...rest } = options;
    const said = Object.entries(rest).map(([key, value]) => `${key} ${oneLine(JSON.stringify(value))}`).join(", ");
    return [paint("cyan", name), kind, paint("dim", `line ${line}`), oneLine(description), paint("dim", said)];
  });
  return `${paint("bold", "Operators")}\n${paint("dim", flowLocation(url))}\n\n${columns(rows, { indent: "  " })}`;
}

/** What a run called, and when it failed, what it was called with and how to call it again; empty for another run. */
export async function operatorText(run: Run, paint: Paint): Promise<string> {
  const code = await getOperatorCode(run);
  const failed = isGreen(run.status) ? undefined : maybeFailedCall(run);
  const about = code
    ? [`  ${code.op}  ${paint("dim", flowLocation(code.url, code.line))}`, `  ${oneLine(code.description ?? "")}`]
    : [];
  const lines = [...about.filter((line) => line.trim() !== ""), ...failed ? detailLines(failed, run) : []];
  return lines.length === 0 ? "" : `\n${paint("bold", "Operator")}\n${lines.join("\n")}\n`;
}
