/**
 * Parts of the toolkit that are loaded when they are needed. When a program starts, Deno reads all modules that a literal
 * `import()` names, at 0.1 ms each, and looks up their packages; what is loaded here it does not know of before. `deno
 * cache` of a conductor fetches them all the same, by their types.
 *
 * `deno task build` puts a table of the modules in the place of this one: it finds them by the calls of `onDemand`, so
 * the paths stand there as text.
 * @module
 */
import { fromFileUrl } from "../deps/path.ts";
import { DuctaflowError, messageOf } from "./error.ts";
import { toolkitFolder, toolkitUrl } from "./toolkit.ts";

/**
 * Loads a module of the toolkit.
 *
 * @param path path from the toolkit's folder: `lib/cli/main.ts`
 * @throws {DuctaflowError} `conductor-permission` when it may not be loaded, `not-cached` when it is on the web, out of
 * reach and was not loaded before
 */
export async function onDemand<Module>(path: string): Promise<Module> {
  try {
    return await import(toolkitFolder + path);
  } catch (error) {
    throw explained(error, toolkitFolder + path);
  }
}

function explained(error: unknown, url: string): unknown {
  const message = messageOf(error);
  const missing = /Requires (read|import) access to/.exec(message)?.[1];
  if (missing === "read") {
    return new DuctaflowError(`The toolkit may not load its own module ${url}: ${message}`, {
      code: "conductor-permission",
      hint: `Run the conductor with --allow-read; for a flow, let its header ask for "read: [${toolkitPath()}]"`,
      cause: error,
    });
  }
  if (missing === "import") {
    return new DuctaflowError(`The toolkit may not load its own module ${url}: ${message}`, {
      code: "conductor-permission",
      hint: `Run the conductor with --allow-import=${new URL(url).host}`,
      cause: error,
    });
  }
  if (url.startsWith("http") && message.includes(url)) {
    return new DuctaflowError(`The toolkit cannot load its own module ${url}: ${message}`, {
      code: "not-cached",
      hint: `Load it while there is a network: deno cache ${toolkitUrl}`,
      cause: error,
    });
  }
  return error;
}

function toolkitPath(): string {
  return toolkitFolder.startsWith("file:") ? fromFileUrl(toolkitFolder) : toolkitFolder;
}
