/**
 * Calls one operator in its own process: gets its arguments, keeps its result, reports what it measures.
 * @module
 */
import { check, type CheckResult, display, md, metric, table } from "../../flow.ts";
import type { MakeArrow } from "../values/decode_value.ts";
import { encodeValue } from "../values/encode_value.ts";
import { artifactFile, type StoredValue } from "../values/stored_value.ts";
import { NotStorable } from "../values/tagged_json.ts";
import { type ChildArg, decodeArgument } from "./arguments.ts";
import { sampleOf } from "./sample.ts";

/** A call as its config tells it. */
export interface ChildCall {
  op: string;
  kind: string;
  args: unknown[];
  title: string;
  unit: string;
  severity: string;
  workflow: string;
  workflowRun: string;
}

/** Runs the call. What the function throws goes up as it is, after a sample of its arguments was shown. */
export async function runOp(module: object, call: ChildCall, makeArrow?: MakeArrow): Promise<void> {
  const { op, kind, title, workflow, workflowRun } = call;
  const fn = (module as Record<string, unknown>)[op];
  if (typeof fn !== "function") throw new TypeError(`The export "${op}" is ${Deno.inspect(fn)}, which is no function`);
  display(md(`**${op}**\n\n\`\`\`ts\n${String(fn).replaceAll("```", "` ` `")}\n\`\`\``));
  const args = call.args.map((arg) => decodeArgument(arg as ChildArg, makeArrow));
  // A save is told which run it is of, so that the same run does not save twice.
  if (kind === "save") args.splice(1, 0, { workflow, run: workflowRun });
  let value: unknown;
  try {
    value = await fn(...args);
  } catch (error) {
    showArguments(args);
    throw error;
  }
  if (kind === "metric" || kind === "system") checkMetric(op, value);
  const checked = kind === "check" ? checkResult(op, value) : undefined;
  await keep(op, checked ? checked.ok : value);
  if (kind === "metric" || kind === "system") {
    metric(title || op, value as number, call.unit ? { unit: call.unit } : {});
  }
  if (checked) {
    const severity = call.severity === "error" ? "error" : "warning";
    check(title || op, checked.ok, {
      severity,
      ...(checked.message === undefined ? {} : { message: checked.message }),
    });
  }
}

async function keep(op: string, value: unknown): Promise<void> {
  let stored: StoredValue;
  try {
    stored = await encodeValue(value, ".");
  } catch (error) {
    if (!(error instanceof NotStorable)) throw error;
    throw new TypeError(
      `The result of ${op} cannot be kept: ${error.message}. Accepted are rows, columns, Arrow tables, texts, numbers, ` +
        "dates, bytes, pictures, html() and plain objects and lists of these",
    );
  }
  Deno.writeTextFileSync(artifactFile, JSON.stringify({ schema: 1, op, value: stored }, null, 2));
  // Of a table the report has a preview anyway.
  const sample = sampleOf(value);
  if (sample && !sample.rows) display(sample.value);
}

function checkMetric(op: string, value: unknown): void {
  if (typeof value === "number" && Number.isFinite(value)) return;
  throw new TypeError(`The metric ${op} gave ${Deno.inspect(value)}, accepted is a finite number`);
}

function checkResult(op: string, value: unknown): CheckResult {
  if (typeof value === "boolean") return { ok: value };
  const { ok, message } = (typeof value === "object" && value !== null ? value : {}) as Partial<CheckResult>;
  if (typeof ok === "boolean" && (message === undefined || typeof message === "string")) return { ok, message };
  throw new TypeError(`The check ${op} gave ${Deno.inspect(value)}, accepted is true, false or { ok, message }`);
}

/** What the function was called with, for who looks into the report of its failure. */
function showArguments(args: unknown[]): void {
  args.forEach((arg, i) => {
    const sample = sampleOf(arg);
    if (!sample) return;
    display(md(`**Argument ${i + 1}**${sample.about ? `: ${sample.about}` : ""}`));
    if (sample.rows) display(table(sample.rows));
    else display(sample.value);
  });
}
