/**
 * Bare specifiers that mean something only to modules in some place: by `scopes` of an import map, or by the `imports`
 * of a workspace member. The copy of a flow lies elsewhere, so that they are looked up for the flow itself.
 * @module
 */
import { dirname, join } from "../deps/path.ts";
import { isDuctaflowError } from "../base/error.ts";
import { exists } from "../base/maybe_file.ts";
import { hashConfig, type Info, readConfigFile } from "./code_graph.ts";
import { configNames, type Project, projectFlags } from "./project.ts";
import { runDeno } from "./run_deno.ts";

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

/** What the bare specifiers of a flow mean where it lies. What cannot be told is left to be found out by its copy. */
export async function placedImports(flowUrl: string, project: Project): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const output = await runDeno(["info", "--json", ...projectFlags(project), flowUrl], project.root);
  if (!output.ok) return found;
  const { modules }: Info = JSON.parse(output.stdout);
  for (const { specifier, code } of modules.find((module) => module.specifier === flowUrl)?.dependencies ?? []) {
    const isBare = !/^(\.{0,2}\/|[a-z][a-z0-9+.-]*:)/i.test(specifier);
    if (isBare && code?.specifier !== undefined) found.set(specifier, code.specifier);
  }
  return found;
}

/** Whether the folder may be a member of a workspace: another configuration file lies above it. */
function isMember(configFile: string): boolean {
  for (let at = dirname(dirname(configFile));; at = dirname(at)) {
    if (configNames.some((name) => exists(join(at, name)))) return true;
    if (dirname(at) === at) return false;
  }
}
