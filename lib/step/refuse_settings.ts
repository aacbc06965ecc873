/**
 * Settings of a configuration file with which no flow can run.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { readConfigFile } from "./config_settings.ts";
import type { Project } from "./project.ts";

/** The setting by which Deno asks for a permission for each literal `import()`. */
export const lazyImports = "lazy-dynamic-imports";

/**
 * Refuses `"lazy-dynamic-imports"`. A flow is loaded by a dynamic import, which Deno knows of beforehand and asks no
 * permission for; with this setting it would ask one for the flow and for all that it imports. No flag takes it back.
 */
export async function refuseSettings({ configFile }: Project): Promise<void> {
  const { unstable } = (configFile && await readConfigFile(configFile)) || {};
  if (!Array.isArray(unstable) || !unstable.includes(lazyImports)) return;
  throw new DuctaflowError(`Flows cannot run with "${lazyImports}", which "unstable" in "${configFile}" asks for`, {
    code: "bad-settings",
    hint: "Take it out there; a single import is lazy without it when its specifier is no literal: " +
      `const path = "./x.ts"; await import(path)`,
  });
}
