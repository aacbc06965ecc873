/**
 * Adds ready-made metrics and checks to a graph.
 * @module
 */
import { childModule } from "../base/child_module.ts";
import { type Bounds, boundTitle, type CheckSettings, parseBounds } from "./bounds.ts";
import { addCall, type Arg, type ArtifactNode, type Call, type Graph } from "./graph.ts";
import { toTagged } from "./values/tagged_json.ts";

const module = childModule("lib/ops/child/ready.ts");

/** A number that the record of an artifact's call tells. */
export function systemMetric(graph: Graph, node: ArtifactNode, metric: "runtime" | "memory"): ArtifactNode {
  return addCall(graph, {
    ...common(graph, node, metric),
    kind: "system",
    export: "same",
    args: [{ system: metric, artifact: node.call }],
    about: { unit: metric === "runtime" ? "s" : "MB", title: `${metric} of ${title(graph, node)}` },
  });
}

/** A metric of a table. */
export function addTableMetric(graph: Graph, node: ArtifactNode, metric: string, args: unknown[]): ArtifactNode {
  const given = args.filter((arg) => arg !== undefined);
  const [column, q] = given;
  if (column !== undefined) checkColumn(metric, column);
  else if (metric !== "rows" && metric !== "missing") throw new TypeError(`${metric} needs the name of a column`);
  if (metric === "quantile" && !(typeof q === "number" && q >= 0 && q <= 1)) {
    throw new TypeError(`The quantile is ${Deno.inspect(q)}, accepted is a number from 0 to 1`);
  }
  return addCall(graph, {
    ...common(graph, node, [metric, ...given].join("-")),
    kind: "metric",
    export: metric === "rows" ? "rowCount" : metric,
    args: [{ artifact: node.id, file: true }, ...given.map((value) => ({ value }))],
    about: { title: `${[metric, ...given].join(" ")} of ${title(graph, node)}` },
  });
}

/** A check of a table. */
export function addTableCheck(graph: Graph, node: ArtifactNode, check: string, args: unknown[]): void {
  const settings = isSettings(args.at(-1)) ? args.at(-1) as CheckSettings : undefined;
  const given = settings ? args.slice(0, -1) : args.filter((arg) => arg !== undefined);
  const columns = Array.isArray(given[0]) ? given[0] : [given[0]];
  columns.forEach((column) => checkColumn(check, column));
  const values = given.map((value) => value instanceof RegExp ? { source: value.source, flags: value.flags } : value);
  const words = given.slice(1).map((value) => value instanceof RegExp ? String(value) : JSON.stringify(value)).join(
    " and ",
  );
  addCheck(graph, node, check, settings, {
    label: `${check}-${columns.join("-")}`,
    title: `${title(graph, node)}: ${columns.join(", ")} ${check}${words && ` ${words}`}`,
    args: [{ artifact: node.id, file: true }, ...values.map((value) => ({ value: toTagged(value) }))],
  });
}

/** A check of a number. */
export function addBound(
  graph: Graph,
  node: ArtifactNode,
  all: Bounds & CheckSettings,
  more: CheckSettings = {},
): void {
  const { severity, name, ...bounds } = all;
  const settings = { severity, name, ...more };
  const parsed = parseBounds(bounds);
  const words = boundTitle("", parsed).trim();
  addCheck(graph, node, "bound", settings, {
    label: `bound-${words.replaceAll("<=", "max").replaceAll(">=", "min")}`,
    title: `${title(graph, node)} ${words}`,
    args: [
      { artifact: node.id },
      { value: toTagged(parsed) },
      parsed.vs ? { previous: node.id, vs: parsed.vs } : { value: null },
    ],
  });
}

function addCheck(
  graph: Graph,
  node: ArtifactNode,
  check: string,
  settings: CheckSettings = {},
  { label, title, args }: { label: string; title: string; args: Arg[] },
): void {
  const { severity = "warning", name } = settings;
  if (severity !== "warning" && severity !== "error") {
    throw new TypeError(`The severity of a check is ${Deno.inspect(severity)}, accepted is "warning" or "error"`);
  }
  const about = { severity, title: name ?? title };
  addCall(graph, { ...common(graph, node, label), kind: "check", export: check, args, about });
}

/** What calls that look at an artifact take from the call that makes it. */
function common(graph: Graph, node: ArtifactNode, label: string): Pick<Call, "module" | "label" | "settings"> {
  const call = graph.calls.get(node.call)!;
  const { workflow, runsDir, concurrency, cache, onEvent } = call.settings;
  return {
    module,
    label: `${keyOf(graph, node)}.${label}`.replace(/[^\w.=-]+/g, "_"),
    settings: { workflow, runsDir, concurrency, cache, onEvent, isBuiltIn: true },
  };
}

function title(graph: Graph, { call, path, name }: ArtifactNode): string {
  const { name: own, about, label } = graph.calls.get(call)!;
  return name ?? [own ?? about?.title ?? label, ...path].join(".");
}

function keyOf(graph: Graph, { call, path, name }: ArtifactNode): string {
  const { name: own, label } = graph.calls.get(call)!;
  return name ?? [own ?? label, ...path].join(".");
}

function isSettings(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof RegExp);
}

function checkColumn(what: string, column: unknown): void {
  if (typeof column === "string" && column !== "") return;
  throw new TypeError(`The column of ${what} is ${Deno.inspect(column)}, accepted is its name`);
}
