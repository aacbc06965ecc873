/**
 * Paths as people read them.
 * @module
 */
import { isAbsolute, relative } from "../deps/path.ts";

/** A path as short as it can be typed here: from the current folder when it lies below that, else the whole of it. */
export function shortPath(path: string): string {
  try {
    const below = relative(Deno.cwd(), path);
    return below.startsWith("..") || isAbsolute(below) ? path : below || ".";
  } catch {
    // The current folder may be gone or not readable: the whole path is as good.
    return path;
  }
}
