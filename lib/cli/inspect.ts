/**
 * The command `inspect`: a flow as data, without running anything.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import { jsonText } from "../base/json.ts";
import type { Flow, Parameter } from "../notebook/flow.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { readFlow } from "../notebook/read_flow.ts";
import { flowPath } from "../step/plan_step.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { configSchema } from "./json_schema.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { maybeOperators, operatorsText } from "./operators_text.ts";
import { columns, cutText, oneLine, type Paint, painter } from "./style.ts";

const options = {
  schema: { help: "Print only the JSON Schema of its config, for editors and other programs" },
  json: { help: "Print the flow as JSON, with the JSON Schema of its config under configSchema" },
} satisfies OptionTable;

/** The command `inspect`. */
export const command: Command = {
  name: "inspect",
  usage: "<flow or module> [options]",
  description: `Shows what a flow is: its parameters with types and defaults, the permissions it asks for, its cells. Of
a module of operators it shows what each of them is for, from its JSDoc, and its options.`,
  options,
  examples: [
    ["inspect delay_model", "flows/delay_model.ts"],
    ["inspect flows/delay_model.ts --json", "all of it as data, with a JSON Schema of the config"],
    ["inspect ops/wine.ts", "the operators of a module"],
    ["inspect delay_model --schema > delay_model.schema.json", "to check and complete config files in an editor"],
  ],
  async run(args, { stdout }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const [path, ...rest] = positionals;
    if (!path) throw usageError("No flow is given", "Write the path of a flow, or the name of one in flows/");
    if (rest.length > 0) throw usageError(`"${rest[0]}" is one argument too many`);
    if (values.json && values.schema) throw usageError("--json and --schema exclude each other");
    const found = values.schema ? undefined : await maybeOperators(flowPath(path));
    if (found) {
      const { url, operators } = found;
      stdout.write(values.json ? jsonText(found) : operatorsText(url, operators, painter(stdout.color)));
      return exitCodes.done;
    }
    const flow = await readFlow(flowPath(path));
    stdout.write(
      values.schema
        ? jsonText(configSchema(flow))
        : values.json
        ? jsonText({ ...flow, configSchema: configSchema(flow) })
        : flowText(flow, painter(stdout.color), stdout.width()),
    );
    return exitCodes.done;
  },
};

/** A flow for people. */
export function flowText(flow: Flow, paint: Paint, width: number): string {
  const { header } = flow;
  const title = paint("bold", oneLine(header.title ?? flow.name));
  const about = header.description ? `${oneLine(header.description)}\n` : "";
  const sections = [
    `${title}\n${about}${paint("dim", flowLocation(flow.url))}\n`,
    section("Parameters", parametersText(flow, paint, width)),
    section("Permissions it asks for", permissionsText(flow)),
    section("Limits", limitsText(flow)),
    section("Cells", cellsText(flow, paint)),
    section("Warnings", header.warnings.map((warning) => `  ${paint("yellow", oneLine(warning))}\n`).join("")),
  ];
  return sections.filter((text) => text !== "").join("\n");

  function section(name: string, text: string): string {
    return text === "" ? "" : `${paint("bold", name)}\n${text}`;
  }
}

function parametersText({ parameters }: Flow, paint: Paint, width: number): string {
  if (parameters.length === 0) return "  none\n";
  const rows = parameters.map((parameter) => [
    paint("cyan", parameter.name),
    cutText(oneLine(parameter.typeText), Math.max(20, Math.floor(width / 3))),
    defaultText(parameter, paint),
    paint("dim", `line ${parameter.line}`),
    oneLine(parameter.comment ?? ""),
  ]);
  return columns(rows, { indent: "  " });
}

function defaultText({ required, default: value, defaultText }: Parameter, paint: Paint): string {
  if (required) return paint("yellow", "required");
  const text = value === undefined ? defaultText : JSON.stringify(value);
  return text === undefined ? "no default" : `= ${cutText(oneLine(text), 40)}`;
}

function permissionsText({ header }: Flow): string {
  const kinds = Object.entries(header.permissions);
  if (kinds.length === 0) return "  none beyond reading runs and writing its own run folder\n";
  const rows = kinds.map(([kind, values]) => [kind, values === true ? "all" : values.map(oneLine).join(", ")]);
  return columns(rows, { indent: "  " });
}

function limitsText({ header: { timeoutMs, retries, freshForMs } }: Flow): string {
  const rows: string[][] = [];
  if (timeoutMs !== undefined) rows.push(["timeout", formatDuration(timeoutMs)]);
  if (retries !== undefined) rows.push(["retries", String(retries)]);
  if (freshForMs !== undefined) rows.push(["fresh for", formatDuration(freshForMs)]);
  return columns(rows, { indent: "  " });
}

function cellsText({ cells }: Flow, paint: Paint): string {
  const rows = cells.map(({ index, type, title, tags, source, line }) => [
    paint("dim", String(index + 1)),
    type,
    oneLine(title ?? "") || paint("dim", cutText(oneLine(source), 60)),
    paint("dim", `line ${line}`),
    tags.length > 0 ? paint("dim", `[${tags.map(oneLine).join(", ")}]`) : "",
  ]);
  return columns(rows, { indent: "  ", right: [0] });
}
