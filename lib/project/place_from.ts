/**
 * Where a file is, seen from another.
 * @module
 */
import { fromFileUrl, relative } from "../deps/path.ts";
import { isBelow } from "../base/is_below.ts";
import { toolkitUrl } from "../base/toolkit.ts";

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
