/**
 * The sources that the build looks into.
 * @module
 */
import { join } from "../lib/deps/path.ts";

/** Absolute paths of all TypeScript files below a folder. */
export function sourcesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? sourcesBelow(join(folder, name)) : name.endsWith(".ts") ? [join(folder, name)] : []
  );
}
