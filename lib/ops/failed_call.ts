/**
 * What somebody needs to know of a call that failed, told from its record alone: the user's own line, what the function
 * was called with, and the command that calls it again.
 * @module
 */
import { shorten, visible } from "../base/shown_text.ts";
import { shortPath } from "../base/short_path.ts";
import { toolkitUrl } from "../base/toolkit.ts";
import { dirname, fromFileUrl, join } from "../deps/path.ts";
import type { PermissionKind, RunRecord } from "../base/record.ts";
import type { Run } from "../step/run.ts";
import { isWritten, userPlace, userStack } from "../step/user_place.ts";
import { reproducedInstance } from "./history.ts";
import type { ArtifactReference } from "./child/arguments.ts";
import { decodeValue } from "./values/decode_value.ts";
import { storedPart } from "./values/stored_value.ts";
import { TableReader } from "./values/table_reader.ts";
import { fromTagged } from "./values/tagged_json.ts";

/** A call that failed, in words. */
export interface FailedCall {
  /** The exported function. */
  op: string;
  /** Why, as a sentence. */
  what: string;
  /** Where the user's code failed: the innermost line that is none of the toolkit's. */
  place?: string;
  /** The lines of the user's own stack. */
  stack: string[];
  /** What the function was called with, a line an argument. */
  inputs: string[];
  /** A command that runs the call again with the same arguments and permissions. */
  reproduce: string;
}

const lineLength = 160;
/** What is larger is not read for a line. */
const readLimit = 1024 * 1024;

/** Tells of a call that failed; undefined for a run that is no call of an operator. */
export function maybeFailedCall(run: Run): FailedCall | undefined {
  const { error, statusText, parameters, flow } = run.record;
  if (!isWritten(flow.url)) return undefined;
  const given = (name: string) => parameters.find((parameter) => parameter.name === name)?.value;
  const op = String(given("op"));
  const place = userPlace(error?.stack) ?? error?.causes?.map(({ stack }) => userPlace(stack)).find(Boolean);
  // In which cell of the toolkit's own flow it happened tells the user nothing.
  const what = error && place
    ? `${error.name}: ${error.message}`
    : statusText.replace(/^Failed, line \d+: | in cell \d+ "Call"(, line \d+)?/, "");
  const args = given("args");
  const runsDir = dirname(dirname(run.dir));
  return {
    op,
    what,
    ...(place === undefined ? {} : { place }),
    stack: framesOf(error),
    inputs: (Array.isArray(args) ? args : []).map((arg, i) => `${i + 1}: ${shownArgument(arg, runsDir)}`),
    reproduce: commandFor(run, runsDir),
  };
}

/** What stands below the message of a failed call. */
export function detailLines({ inputs, reproduce }: FailedCall, run: Run): string[] {
  return [
    ...(inputs.length > 0 ? ["  called with", ...inputs.map((line) => `    ${line}`)] : []),
    `  report  ${shortPath(run.reportPath)}`,
    `  again   ${reproduce}`,
  ];
}

/** The frames alone: the message is told before. Causes have theirs below them. */
function framesOf(error: RunRecord["error"]): string[] {
  const frames = (stack: string) => userStack(stack).split("\n").filter((line) => /^ +at /.test(line));
  const causes = (error?.causes ?? []).flatMap(({ name, message, stack }) => [
    `  caused by ${name}: ${message}`,
    ...frames(stack ?? ""),
  ]);
  return [...frames(error?.stack ?? ""), ...causes];
}

/** Says the same to the command line, with the conductor's word on permissions where it is another than the module's. */
function commandFor({ step, dir, record }: Run, runsDir: string): string {
  const tool = toolkitUrl.startsWith("file:") ? shortPath(fromFileUrl(toolkitUrl)) : toolkitUrl;
  const flow = shortPath(fromFileUrl(record.flow.url));
  const words = ["deno", "run", "-A", tool, "run", flow, reproducedInstance, "--step", step];
  words.push("--config", shortPath(join(dir, "config.json")), "--runs", shortPath(runsDir));
  words.push(...permissionWords(record.permissions, [runsDir, dir]));
  return words.map((word) => /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

/** What every step may do anyway is left out. */
function permissionWords({ requested, granted }: RunRecord["permissions"], anyway: string[]): string[] {
  const listOf = (values: string[] | true | undefined): string[] | true =>
    values === true ? true : (values ?? []).filter((value) => !anyway.includes(value));
  const kinds = new Set([...Object.keys(requested), ...Object.keys(granted)]) as Set<PermissionKind>;
  return [...kinds].flatMap((kind) => {
    const [asked, given] = [listOf(requested[kind]), listOf(granted[kind])];
    if (JSON.stringify(asked) === JSON.stringify(given)) return [];
    if (given === true) return ["--permit", kind];
    return given.length > 0 ? ["--permit", `${kind}=${given.join()}`] : ["--forbid", kind];
  });
}

function shownArgument(arg: unknown, runsDir: string): string {
  const reference = (arg as { $artifact?: ArtifactReference } | null)?.$artifact;
  try {
    return reference ? shownArtifact(reference, runsDir) : shown(fromTagged(arg as never));
  } catch {
    // It may be gone, or be damaged: then the report, which was written before, shows it.
    return reference ? `${reference.step}/${reference.instance}` : shown(arg);
  }
}

function shownArtifact({ step, instance, value, path }: ArtifactReference, runsDir: string): string {
  const folder = join(runsDir, step, instance);
  const from = `(from ${step}/${instance})`;
  const { stored, rest } = storedPart(value, path);
  if (stored.kind === "parts") return `an object of ${Object.keys(stored.parts).join(", ")} ${from}`;
  const file = join(folder, stored.file);
  if (["rows", "columns", "arrow"].includes(stored.kind)) {
    using table = new TableReader(file);
    const [first] = table.rows(1);
    const { rows, columns } = table.shape;
    const names = rows === 0 ? ` with ${columns.map(({ name }) => name).join(", ") || "no columns"}` : "";
    return `${rows} ${rows === 1 ? "row" : "rows"}${names}${first ? `, such as ${shown(first)}` : ""} ${from}`;
  }
  const { size } = Deno.statSync(file);
  if (size > readLimit || ["bytes", "image"].includes(stored.kind)) return `${stored.kind} of ${size} bytes ${from}`;
  return `${shown(decodeValue({ ...stored }, folder, rest))} ${from}`;
}

function shown(value: unknown): string {
  const text = Deno.inspect(value, { depth: 3, iterableLimit: 3, strAbbreviateSize: 60, breakLength: Infinity });
  return shorten(visible(text.replaceAll(/\s*\n\s*/g, " ")), lineLength);
}
