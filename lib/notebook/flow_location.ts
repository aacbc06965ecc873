/**
 * Places in a flow as messages name them.
 * @module
 */
import { fromFileUrl, isAbsolute, relative } from "../deps/path.ts";

/**
 * A place as people and terminals read it: `flows/delay.ts:12:3`. Files below the current folder are named from there,
 * others by their whole path, remote ones by their URL.
 */
export function flowLocation(url: string, line?: number, column?: number): string {
  const place = [line, column].filter((n) => n !== undefined).map((n) => `:${n}`).join("");
  return shortPath(url) + place;
}

function shortPath(url: string): string {
  if (!url.startsWith("file:")) return url;
  const path = fromFileUrl(url);
  try {
    const below = relative(Deno.cwd(), path);
    return below.startsWith("..") || isAbsolute(below) ? path : below;
  } catch {
    // The current folder may be gone or not readable: the whole path is as good.
    return path;
  }
}
