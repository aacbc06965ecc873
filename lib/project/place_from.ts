/**
 * Where a file is, seen from another.
 * @module
 */
import { fromFileUrl, join, relative, toFileUrl } from "../deps/path.ts";
import { isBelow } from "../base/is_below.ts";
import { isJsonObject } from "../base/json.ts";
import { toolkitUrl } from "../base/toolkit.ts";
import { readConfigFile } from "../step/config_settings.ts";
import { findProject, type Project } from "../step/project.ts";

/** A file as seen from a folder, as a relative URL; the whole URL where no way leads there. */
export function placeFrom(dir: string, url: string): string {
  if (!url.startsWith("file:")) return url;
  const path = relative(dir, fromFileUrl(url)).replaceAll("\\", "/");
  // From one drive of Windows to another.
  if (/^[a-z]:/i.test(path)) return url;
  const place = path.split("/").map(encodeURIComponent).join("/");
  return place.startsWith("../") ? place : `./${place}`;
}

/** A toolkit inside the project is imported by its way there, so that the project can be moved as a whole. */
export function toolkitFrom(dir: string, root?: string): string {
  if (!toolkitUrl.startsWith("file:") || root === undefined) return toolkitUrl;
  return isBelow(fromFileUrl(toolkitUrl), root) && isBelow(dir, root) ? placeFrom(dir, toolkitUrl) : toolkitUrl;
}

/** The name that the project's own `imports` give the toolkit, for a script in a folder where they count. */
export async function maybeToolkitName(dir: string, { configFile }: Project): Promise<string | undefined> {
  if (configFile === undefined || findProject(toFileUrl(join(dir, "script.ts")).href).configFile !== configFile) {
    return undefined;
  }
  const { imports = {} } = await readConfigFile(configFile) ?? {};
  const isToolkit = (place: unknown) =>
    typeof place === "string" && URL.canParse(place, toFileUrl(configFile)) &&
    new URL(place, toFileUrl(configFile)).href === toolkitUrl;
  return isJsonObject(imports) ? Object.keys(imports).find((name) => isToolkit(imports[name])) : undefined;
}
