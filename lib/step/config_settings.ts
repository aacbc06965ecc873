/**
 * What a configuration file says that changes what code means.
 * @module
 */
import { dirname, join } from "../deps/path.ts";
import { DuctaflowError, isDuctaflowError, messageOf } from "../base/error.ts";
import { sha256 } from "../base/hash.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { exists, maybeText } from "../base/maybe_file.ts";
import { configNames, type Project } from "./project.ts";

/** The parts of a configuration file that change what code means. */
export async function hashConfig(path: string): Promise<string | undefined> {
  const config = await readConfigFile(path);
  const { imports = null, scopes = null, compilerOptions = null, importMap = null, links = null, workspace = null } =
    config ?? {};
  const { unstable } = config ?? {};
  const map = typeof importMap === "string" ? maybeText(join(dirname(path), importMap)) ?? null : null;
  const parts = [imports, scopes, compilerOptions, importMap, map, links, workspace];
  // Only where it is there: what ran before this was looked at stays as fresh as it is.
  if (unstable !== undefined) parts.push(unstable);
  return parts.some((part) => part !== null) ? await sha256(canonicalJson(parts)) : undefined;
}

/** A configuration file; undefined for none. Deno takes an empty file for an empty object. */
export async function readConfigFile(path: string): Promise<Record<string, Json> | undefined> {
  const text = maybeText(path);
  if (text === undefined || text.trim() === "") return undefined;
  const { parseJsonc } = await import("../deps/jsonc.ts");
  try {
    return (parseJsonc(text) ?? undefined) as Record<string, Json> | undefined;
  } catch (cause) {
    throw new DuctaflowError(`The configuration file "${path}" cannot be read: ${messageOf(cause)}`, {
      code: "flow-import",
      hint: "Correct it: deno check shows the line",
      cause,
    });
  }
}

/** SHA-256 of the settings that decide about bare specifiers by place; undefined when there are none. */
export async function hashPlacing({ configFile }: Project): Promise<string | undefined> {
  if (configFile === undefined) return undefined;
  try {
    const { scopes, importMap, imports } = await readConfigFile(configFile) ?? {};
    const isPlacing = scopes || importMap || (imports && isMember(configFile));
    return isPlacing ? await hashConfig(configFile) : undefined;
  } catch (error) {
    // Deno itself says best what is wrong with its configuration.
    if (isDuctaflowError(error, "flow-import")) return undefined;
    throw error;
  }
}

/** Whether the folder may be a member of a workspace: another configuration file lies above it. */
function isMember(configFile: string): boolean {
  for (let at = dirname(dirname(configFile));; at = dirname(at)) {
    if (configNames.some((name) => exists(join(at, name)))) return true;
    if (dirname(at) === at) return false;
  }
}
