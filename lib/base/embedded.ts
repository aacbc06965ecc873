/**
 * Modules as texts that the toolkit holds where it is one file; where it lies in files, it names those instead. The build
 * puts a module with the texts in the place of this one: see `build/build.ts`.
 * @module
 */

/** The texts of modules that import nothing of the toolkit. */
export interface EmbeddedModules {
  /** SHA-256 of all the texts here. */
  hash: string;
  /** What flows import: `lib/flow.ts`. */
  flow: string;
  /** The names that it exports. */
  flowNames: string[];
  /** The toolkit's side of a standalone script: `lib/project/standalone/host.ts`. */
  standaloneHost: string;
  /** What else child processes load, by path from the toolkit's folder: see `child_module.ts`. */
  children: { [path: string]: string };
}

/** The texts; undefined where the toolkit lies in files. */
export const embedded: EmbeddedModules | undefined = undefined;
