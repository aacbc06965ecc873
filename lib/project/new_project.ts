/**
 * A new project that works from the first minute. What makes it is loaded on the first call.
 * @module
 */
import { onDemand } from "../base/on_demand.ts";
import type { ToolkitOrigin } from "./toolkit_origin.ts";

/** Where a project is made, and what of the toolkit goes into it. */
export interface NewProjectOptions {
  /** The folder that the project's own folder is made in, a path or a `file:` URL. Default: the current folder. */
  dir?: string | URL;
  /** Whether the toolkit is copied into the project, so that it needs no other place. Default false. */
  copy?: boolean;
}

/** A project that was made. */
export interface NewProject {
  /** Its name. */
  name: string;
  /** Absolute path of its folder. */
  dir: string;
  /** The conductor's file name. */
  conductor: string;
  /** Paths of all its files from its folder, those of a copied toolkit left out. */
  files: string[];
  /** Where the toolkit comes from that it was made with. */
  toolkit: ToolkitOrigin;
  /** How many files of the toolkit were copied; 0 when it stays where it is. */
  copied: number;
}

/**
 * Makes a working project in a new folder: `lib/` for code of your own, `flows/` with an example on real data, a
 * conductor `cnd_{name}.ts` with its control table, tasks for `deno task`, settings for VS Code, and
 * `ductaflow_version.txt`. `deno task start` in it runs the example.
 *
 * Flows and conductor import `"ductaflow"` and `"ductaflow/flow"`; `deno.json` says where that is: where this module was
 * loaded from, or the copy in the project.
 *
 * @param name of the project and its folder: letters, digits and any of `._=+-`
 * @throws {DuctaflowError} of code `bad-name`; of code `not-empty` when there is something in the folder already (a lone
 * `.git` may be there). Then nothing was written.
 *
 * @example
 * ```ts
 * import { makeNewDuctaflowInstance } from "./new_project.ts";
 * import { assert } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * const project = await makeNewDuctaflowInstance("my_analysis", { dir });
 * assert(project.files.includes("cnd_my_analysis.ts"));
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function makeNewDuctaflowInstance(name: string, options: NewProjectOptions = {}): Promise<NewProject> {
  const { makeProject } = await onDemand<typeof import("./make_project.ts")>("lib/project/make_project.ts");
  return await makeProject(name, options);
}
