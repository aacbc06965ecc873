/**
 * Where this toolkit is: a checkout, a folder on the web, or the one file that `deno task build` makes of it.
 * @module
 */

const own = "lib/base/toolkit.ts";
/** In the one file, every module is that file. */
const isBundle = !import.meta.url.endsWith(`/${own}`);

/** The URL of what conductors import and `deno run` runs: `…/mod.ts`, or the one file. */
export const toolkitUrl: string = isBundle ? import.meta.url : new URL("../../mod.ts", import.meta.url).href;

/** The folder that the toolkit's modules lie in, with a slash at the end. */
export const toolkitFolder: string = new URL(".", toolkitUrl).href;

const file = toolkitUrl.slice(toolkitFolder.length);

/** What conductors and flows import, from the toolkit's folder. */
export const toolkitModules: { main: string; flow: string } = {
  main: file,
  flow: isBundle ? file : "lib/flow.ts",
};
