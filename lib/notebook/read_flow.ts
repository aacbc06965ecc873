/**
 * A flow file read and checked, without running anything.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import { isAbsent } from "../base/maybe_file.ts";
import { nearest } from "../base/nearest.ts";
import { basename, dirname, fromFileUrl, join, resolve, toFileUrl } from "../deps/path.ts";
import { splitCells } from "./cells.ts";
import { flowLocation } from "./flow_location.ts";
import { parseHeader } from "./header.ts";
import { linesOf } from "./lines.ts";
import { readParameters } from "./parameters.ts";
import { parseModule } from "./parse_module.ts";
import type { Cell, Flow } from "./flow.ts";
import type { Span } from "./cells.ts";
import type { Lines } from "./lines.ts";

const flowEndings = /\.(ts|mts|tsx|js|mjs|jsx)$/;
const fetchTimeoutMs = 60_000;
const listedNames = 8;

/**
 * Reads a flow: its header, its cells and the parameters it declares. Nothing of it runs.
 * @param path a path relative to the current folder, or a `file:` or `http(s):` URL
 * @throws {DuctaflowError} `flow-not-found`, `flow-header`, `flow-syntax` or `flow-parameters`, naming file and line
 *
 * @example
 * ```ts
 * import { readFlow } from "./read_flow.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const flow = await readFlow(new URL("../../flows/delay_model.ts", import.meta.url));
 * assertEquals(flow.parameters.map(({ name, typeText }) => `${name}: ${typeText}`), [
 *   "source: string",
 *   "lateMinutes: number",
 * ]);
 * ```
 */
export async function readFlow(path: string | URL): Promise<Flow> {
  const { source, url } = await readFlowSource(path);
  return await parseFlow(source, url);
}

/** The text of a flow file and the URL that it came from, for those who may know the flow already. */
export async function readFlowSource(path: string | URL): Promise<{ source: string; url: string }> {
  const url = flowUrl(path);
  const { bytes, from } = url.protocol === "file:" ? readLocal(url) : await readRemote(url);
  try {
    // The byte order mark is kept, so that the hash of the text is the hash of the bytes.
    return { source: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), url: from };
  } catch (cause) {
    throw new DuctaflowError(`The flow "${flowLocation(from)}" is not UTF-8 text`, {
      code: "flow-syntax",
      hint: "Save it with the encoding UTF-8",
      cause,
    });
  }
}

/**
 * Makes a flow from its text, which `url` says where it came from.
 * @throws {DuctaflowError} as `readFlow` does
 */
export async function parseFlow(source: string, url: string): Promise<Flow> {
  const lines = linesOf(source);
  const { header, endLine } = await parseHeader(lines, url);
  const file = await parseModule(source, url);
  const { cells, warnings } = splitCells(lines, file, endLine, url);
  const cell = parametersCell(cells, url);
  const read = readParameters(lines, file, cellSpan(lines, cells, cell), url);
  header.warnings.push(...warnings, ...read.warnings);
  return { url, name: nameOf(url), source, hash: await sha256(source), header, cells, parameters: read.parameters };
}

/** The stretch of the source that a cell takes, with its marker line. */
export function cellSpan(lines: Lines, cells: Cell[], cell: Cell): Span {
  const offset = (line: number | undefined) => line === undefined ? undefined : lines.starts[line - 1];
  return {
    start: offset(cell.markerLine) ?? 0,
    end: offset(cells[cell.index + 1]?.markerLine) ?? lines.text.length + 1,
  };
}

function flowUrl(path: string | URL): URL {
  const url = typeof path !== "string" ? path : /^(file|https?):/.test(path) ? new URL(path) : toFileUrl(resolve(path));
  if (["file:", "http:", "https:"].includes(url.protocol)) return url;
  throw new TypeError(`A flow is a path, a file: URL or an http(s): URL; "${url.href}" is none of these`);
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

function readLocal(url: URL): { bytes: Uint8Array; from: string } {
  const path = fromFileUrl(url);
  try {
    // A flow is small; the asynchronous call costs five times as much.
    return { bytes: Deno.readFileSync(path), from: url.href };
  } catch (error) {
    if (isAbsent(error)) {
      throw notFound(path, flowNames(dirname(path)), error);
    }
    if (error instanceof Deno.errors.IsADirectory || isFolder(path)) {
      throw new DuctaflowError(`The flow "${flowLocation(url.href)}" is a folder`, { code: "flow-not-found" });
    }
    throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function notFound(path: string, names: string[] | undefined, cause: unknown): DuctaflowError {
  return new DuctaflowError(`There is no flow "${shown(path)}"`, {
    code: "flow-not-found",
    hint: names ? suggestFlow(path, names) : `There is no folder "${dirname(path)}": paths count from "${Deno.cwd()}"`,
    cause,
  });
}

/** The flow in the same folder whose name is nearest, or those that are there. */
function suggestFlow(path: string, names: string[]): string {
  const bare = (name: string) => name.replace(flowEndings, "");
  const close = nearest(bare(basename(path)), names.map(bare));
  const name = close && names.find((name) => bare(name) === close);
  if (name) return `Did you mean "${shown(join(dirname(path), name))}"?`;
  if (names.length === 0) return `No flow is in the folder "${dirname(path)}"`;
  const more = names.length > listedNames ? ` and ${names.length - listedNames} more` : "";
  return `In the folder "${dirname(path)}" are ${names.slice(0, listedNames).join(", ")}${more}`;
}

/** The files in a folder that may be flows, sorted; undefined when there is no such folder or it may not be listed. */
function flowNames(folder: string): string[] | undefined {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => flowEndings.test(name)).sort();
  } catch {
    return undefined;
  }
}

function shown(path: string): string {
  return flowLocation(toFileUrl(path).href);
}

async function readRemote(url: URL): Promise<{ bytes: Uint8Array; from: string }> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DuctaflowError(`The flow "${url.href}" cannot be fetched`, { code: "flow-not-found", cause });
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new DuctaflowError(`The flow "${url.href}" cannot be fetched: the server answered ${response.status}`, {
      code: "flow-not-found",
    });
  }
  return { bytes: await response.bytes(), from: response.url || url.href };
}

function parametersCell(cells: Cell[], url: string): Cell {
  const [cell, second] = cells.filter(({ type, tags }) => type === "code" && tags.includes("parameters"));
  const line = ({ markerLine, line }: Cell) => markerLine ?? line;
  if (cell && !second) return cell;
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
