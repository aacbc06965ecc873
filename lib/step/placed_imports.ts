/**
 * Bare specifiers that mean something only to modules in some place: by `scopes` of an import map, or by the `imports`
 * of a workspace member. The copy of a flow lies elsewhere, so that they are looked up for the flow itself.
 * @module
 */
import { askDenoInfo } from "./deno_info.ts";
import type { Project } from "./project.ts";

/** What the bare specifiers of a flow mean where it lies. What cannot be told is left to be found out by its copy. */
export async function placedImports(flowUrl: string, project: Project): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const { info: { modules } = { modules: [] } } = await askDenoInfo(flowUrl, project);
  for (const { specifier, code } of modules.find((module) => module.specifier === flowUrl)?.dependencies ?? []) {
    const isBare = !/^(\.{0,2}\/|[a-z][a-z0-9+.-]*:)/i.test(specifier);
    if (isBare && code?.specifier !== undefined) found.set(specifier, code.specifier);
  }
  return found;
}
