/**
 * Places in a flow as messages name them.
 * @module
 */
import { shortPath } from "../base/short_path.ts";
import { fromFileUrl } from "../deps/path.ts";

/**
 * A place as people and terminals read it: `flows/delay.ts:12:3`. Files below the current folder are named from there,
 * others by their whole path, remote ones by their URL.
 */
export function flowLocation(url: string, line?: number, column?: number): string {
  const place = [line, column].filter((n) => n !== undefined).map((n) => `:${n}`).join("");
  return (url.startsWith("file:") ? shortPath(fromFileUrl(url)) : url) + place;
}
