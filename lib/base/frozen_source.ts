/**
 * Frozen sources of published workflows: `…/workflows/{name}/versions/{n}/source/…` holds copies, and the file `origin`
 * beside that folder says where they come from.
 * @module
 */
import { fromFileUrl, join, toFileUrl } from "../deps/path.ts";
import { maybeText } from "./maybe_file.ts";

/** The file beside the frozen sources that names the folder they come from. */
export const originFile = "origin";

/** The folder of the frozen sources. */
export const sourceFolder = "source";

const place = /^(.*[\\/]\.ductaflow[\\/]workflows[\\/][^\\/]+[\\/]versions[\\/]\d+)[\\/]source[\\/](.+)$/;
const origins = new Map<string, string | undefined>();

/** The file that a frozen copy was made of; any other path as it is. */
export function originOf(path: string): string {
  const [, version, below] = place.exec(path) ?? [];
  if (version === undefined) return path;
  if (!origins.has(version)) origins.set(version, maybeText(join(version, originFile))?.trimEnd());
  const origin = origins.get(version);
  return origin === undefined ? path : join(origin, below);
}

/** As `originOf`, for a URL. */
export function originUrlOf(url: string): string {
  if (!url.startsWith("file:") || !url.includes("/.ductaflow/workflows/")) return url;
  return toFileUrl(originOf(fromFileUrl(url))).href;
}
