/**
 * What `lib/base/on_demand.ts` is in the one file: a table, so that the bundler knows all modules.
 * @module
 */
import { join } from "../lib/deps/path.ts";
import { sourcesBelow } from "./sources.ts";

const call = /\bonDemand<[^(]*\("[^"]*"\)>\(\s*"([^"]+)"/g;

/** The text of the module: `onDemand` with the modules that it is called with in `mod.ts` and below `lib/`. */
export function onDemandTable(checkout: string, urlOf: (path: string) => string): string {
  const texts = [join(checkout, "mod.ts"), ...sourcesBelow(join(checkout, "lib"))].map((path) =>
    Deno.readTextFileSync(path)
  );
  const paths = [...new Set(texts.flatMap((text) => [...text.matchAll(call)].map(([, path]) => path)))].sort();
  const entries = paths.map((path) => `${JSON.stringify(path)}: () => import(${JSON.stringify(urlOf(path))}),\n`);
  return `const modules = {\n${entries.join("")}};\nexport const onDemand = (path) => modules[path]();\n`;
}
