/**
 * Files that `to-ipynb` and `from-ipynb` read and write: where they go, and that nobody's file is lost.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { explainDiskError } from "../base/disk_error.ts";
import { DuctaflowError, isDuctaflowError } from "../base/error.ts";
import { exists, maybeStat } from "../base/maybe_file.ts";
import { shortPath } from "../base/short_path.ts";
import { basename, dirname, join } from "../deps/path.ts";
import type { Effects } from "./effects.ts";
import { type OptionTable, type OptionValues, usageError } from "./options.ts";
import { oneLine, painter } from "./style.ts";

/** Options of both commands. */
export const conversionOptions = {
  output: { value: "path", help: "Where to write: a file, a folder that is there, or - for stdout", short: "o" },
  sync: { help: "Pair flow and notebook: what was edited goes over to the other, outputs and cell ids stay" },
  force: { help: "Replace what is there; with --sync, what this command reads wins over the other", short: "f" },
  json: { help: "Print what was done as JSON" },
} satisfies OptionTable;

/** What became of one file. */
export interface Conversion {
  from: string;
  to: string;
  action: "written" | "updated" | "unchanged";
  /** Why, where that is not plain. */
  because?: string;
  warnings: string[];
}

/** What the options say of the arguments. */
export interface ConversionPlan {
  /** Paths to read; `-` is stdin. */
  sources: string[];
  /** The path to write; `-` is stdout. */
  targetOf(source: string): string;
}

/** Checks the arguments, and says what is written where. */
export function planConversion(
  sources: string[],
  { output, sync, json, force }: OptionValues<typeof conversionOptions>,
  besideName: (source: string) => string,
  isNotebooks: boolean,
): ConversionPlan {
  if (sources.length === 0) throw usageError("No file is given", "Write the paths of one or more, or - for stdin");
  const odd = sources.find((source) => source !== "-" && source.endsWith(".ipynb") !== isNotebooks);
  if (odd !== undefined && (isNotebooks ? /\.[cm]?[jt]sx?$/.test(odd) : true)) {
    throw usageError(
      `"${odd}" is ${isNotebooks ? "no" : "a"} notebook`,
      `Use ${isNotebooks ? "to" : "from"}-ipynb for it`,
    );
  }
  const isFolder = output !== undefined && (output.endsWith("/") || maybeStat(output)?.isDirectory === true);
  if (output === "-" && json) throw usageError("--output - and --json both write to stdout");
  if (output !== undefined && output !== "-" && !isFolder && sources.length > 1) {
    throw usageError(`--output "${output}" is one file for ${sources.length}`, "Give a folder that is there");
  }
  if (sync && (output === "-" || sources.includes("-"))) throw usageError("--sync needs files on both sides");
  if (output === "-" && force) throw usageError("--force has no meaning with --output -");
  const targetOf = (source: string) => {
    if (output !== undefined && !isFolder) return output;
    if (source === "-") return isFolder ? join(output!, besideName("stdin")) : "-";
    const name = besideName(basename(source.replace(/[?#].*$/, "")));
    const isRemote = /^https?:/.test(source);
    return isFolder ? join(output!, name) : isRemote ? name : join(dirname(source), name);
  };
  return { sources, targetOf };
}

/** All of stdin as text. */
export async function readStdin(): Promise<string> {
  return await new Response(Deno.stdin.readable).text();
}

/** Refuses a target that is there already, with what to type instead. */
export function checkFree(target: string, force: boolean): void {
  if (target === "-" || force || !exists(target)) return;
  throw new DuctaflowError(`There is "${shortPath(target)}" already`, {
    code: "target-exists",
    hint: "Add --sync to bring over what changed, --force to replace it, or --output to write elsewhere",
  });
}

/** Writes text, whole or not at all; what is there may be a link, and keeps its mode. */
export function writeConverted(target: string, text: string, { stdout }: Effects): void {
  if (target === "-") return stdout.write(text);
  try {
    replaceFile(target, text);
  } catch (cause) {
    const known = explainDiskError(cause, `write "${shortPath(target)}"`);
    if (!isDuctaflowError(known, "read-only")) throw known;
    throw new DuctaflowError(known.message, { code: known.code, hint: "Choose another place with --output", cause });
  }
}

function replaceFile(target: string, text: string): void {
  const before = maybeStat(target);
  const path = before ? Deno.realPathSync(target) : target;
  Deno.mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, text);
  if (before?.mode != null && Deno.build.os !== "windows") Deno.chmodSync(path, before.mode & 0o777);
}

/** Tells people what became of a file. */
export function tellConversion({ to, action, because, warnings }: Conversion, { stderr }: Effects): void {
  const paint = painter(stderr.color);
  for (const warning of warnings) stderr.write(`${paint("yellow", "Warning:")} ${oneLine(warning)}\n`);
  if (to === "-") return;
  const style = action === "unchanged" ? "dim" : "green";
  stderr.write(`${paint(style, `${shortPath(to)} ${action}`)}${because ? `: ${oneLine(because)}` : ""}\n`);
}
