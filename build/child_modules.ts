/**
 * Which modules of the toolkit child processes load.
 * @module
 */
import { join, relative } from "../lib/deps/path.ts";
import { sourcesBelow } from "./sources.ts";

const call = /\bchildModule\(\s*(?:"([^"]+)"|`([^`]+)`)/g;

/** The paths that `childModule` is called with anywhere below `lib/`; `${}` is any name in that folder. */
export function childModules(checkout: string): string[] {
  const sources = sourcesBelow(join(checkout, "lib"));
  const paths = sources.map((path) => relative(checkout, path).replaceAll("\\", "/"));
  const found = new Set<string>();
  for (const source of sources) {
    for (const [, path, template] of Deno.readTextFileSync(source).matchAll(call)) {
      const pattern = template?.split(/\$\{[^}]*\}/).map(RegExp.escape).join("[^/]+") ?? RegExp.escape(path);
      const meant = paths.filter((path) => new RegExp(`^${pattern}$`).test(path));
      if (meant.length === 0) {
        throw new Error(`${source} names the child module "${path ?? template}", which is not there`);
      }
      meant.forEach((path) => found.add(path));
    }
  }
  return [...found].sort();
}
