/**
 * Modules of the toolkit that child processes load. They have one name wherever the toolkit is: the URL of the file that
 * they are in a checkout. In the one file there is no such file; what has to load the module then writes its text.
 * @module
 */
import { createOnce } from "./create_once.ts";
import { embedded, type EmbeddedModules } from "./embedded.ts";
import { sha256 } from "./hash.ts";
import { toolkitFolder } from "./toolkit.ts";
import { join, toFileUrl } from "../deps/path.ts";

/**
 * The URL that names a module, to be imported by a flow that the toolkit writes. `deno task build` finds the modules by
 * the calls of this function, so the path stands there as text; `${}` in it is any name in that folder.
 *
 * @param path path from the toolkit's folder: `lib/ops/child/run_op.ts`
 */
export function childModule(path: string): string {
  return new URL(path, toolkitFolder).href;
}

/** The text of a module that is in the one file; undefined for any other module, which is found by its URL. */
export function maybeChildText(url: string, modules: EmbeddedModules | undefined = embedded): string | undefined {
  if (!modules || !url.startsWith(toolkitFolder)) return undefined;
  const path = url.slice(toolkitFolder.length);
  return Object.hasOwn(modules.children, path) ? modules.children[path] : undefined;
}

/**
 * The URL by which `deno run` can run such a module now. In the one file the text is written for that, once, into the
 * folder.
 */
export async function childModuleFile(url: string, folder: string, modules = embedded): Promise<string> {
  const text = maybeChildText(url, modules);
  if (text === undefined) return url;
  const path = join(folder, `${(await sha256(text)).slice(0, 16)}.js`);
  await createOnce(path, text);
  return toFileUrl(path).href;
}
