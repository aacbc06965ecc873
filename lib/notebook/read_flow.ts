/**
 * A flow file read and checked, without running anything.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import { DuctaflowError } from "../base/error.ts";
import { isAbsent } from "../base/maybe_file.ts";
import { nearest } from "../base/nearest.ts";
import { maybeFrozenCopy, maybeWorkflowContext } from "../base/workflow_context.ts";
import { basename, dirname, fromFileUrl, join, resolve, toFileUrl } from "../deps/path.ts";
import { flowLocation } from "./flow_location.ts";
import type { Flow } from "./flow.ts";

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
  // Most conductors run flows that were parsed before.
  const { parseFlow } = await onDemand<typeof import("./parse_flow.ts")>("lib/notebook/parse_flow.ts");
  return await parseFlow(source, url);
}

/**
 * The text of a flow file and the URL that it came from, for those who may know the flow already. Relative paths count
 * from `cwd`.
 */
export async function readFlowSource(
  path: string | URL,
  cwd = Deno.cwd(),
): Promise<{ source: string; url: string }> {
  const url = frozen(flowUrl(path, cwd));
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

function flowUrl(path: string | URL, cwd: string): URL {
  const url = typeof path !== "string"
    ? path
    : /^(file|https?):/.test(path)
    ? new URL(path)
    : toFileUrl(resolve(cwd, path));
  if (["file:", "http:", "https:"].includes(url.protocol)) return url;
  throw new TypeError(`A flow is a path, a file: URL or an http(s): URL; "${url.href}" is none of these`);
}

/** In a published conductor, a flow that was frozen with it is that frozen one. */
function frozen(url: URL): URL {
  if (url.protocol !== "file:" || !maybeWorkflowContext()) return url;
  const copy = maybeFrozenCopy(fromFileUrl(url));
  return copy === undefined ? url : toFileUrl(copy);
}

function readLocal(url: URL): { bytes: Uint8Array; from: string } {
  const path = fromFileUrl(url);
  try {
    // A device may never end. (A flow is small; asynchronous calls cost five times as much.)
    const { isFile, isDirectory } = Deno.statSync(path);
    if (isFile) return { bytes: Deno.readFileSync(path), from: url.href };
    throw noFile(path, isDirectory);
  } catch (error) {
    throw isAbsent(error) ? notFound(path, flowNames(dirname(path)), error) : error;
  }
}

function noFile(path: string, isFolder: boolean): DuctaflowError {
  const names = isFolder ? flowNames(path) ?? [] : [];
  return new DuctaflowError(
    `The flow "${shown(path)}" is ${isFolder ? "a folder" : "no file but a device or a pipe"}`,
    {
      code: "flow-not-found",
      hint: isFolder ? listFlows(path, names) : "Save the flow as a file",
    },
  );
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
  return listFlows(dirname(path), names);
}

function listFlows(folder: string, names: string[]): string {
  if (names.length === 0) return `No flow is in the folder "${folder}"`;
  const more = names.length > listedNames ? ` and ${names.length - listedNames} more` : "";
  return `In the folder "${folder}" are ${names.slice(0, listedNames).join(", ")}${more}`;
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
