/**
 * Parts of the toolkit that few conductors need. When a program starts, Deno reads all modules that a literal `import()`
 * names, at 0.1 ms each, and looks up their packages; what is loaded here it does not know of before it is needed.
 *
 * `deno task build` puts a table of the modules in the place of this one: it finds them by the calls of `onDemand`, so
 * the paths stand there as text.
 * @module
 */
import { toolkitFolder } from "./toolkit.ts";

/**
 * Loads a module of the toolkit.
 *
 * @param path path from the toolkit's folder: `lib/cli/main.ts`
 */
export async function onDemand<Module>(path: string): Promise<Module> {
  return await import(toolkitFolder + path);
}
