/**
 * Symbolic links in granted folders that lead out of them. Deno judges a link by where it lies, not by where it leads,
 * so such links are closed one by one.
 * @module
 */
import { isAbsent } from "../base/file_signature.ts";
import { join } from "../deps/path.ts";
import { isBelow } from "./project.ts";

const scanLimit = 20_000;

/** Absolute paths of the links below these folders whose target lies in none of them. */
export function escapingLinks(folders: string[]): string[] {
  const reals = folders.flatMap((folder) => maybeReal(folder) ?? []);
  const found: string[] = [];
  let budget = scanLimit;
  for (const folder of folders) scan(folder);
  return found;

  function scan(folder: string): void {
    for (const entry of entriesOf(folder)) {
      if (budget-- <= 0) return;
      const path = join(folder, entry.name);
      if (entry.isDirectory) scan(path);
      else if (entry.isSymlink) {
        const real = maybeReal(path);
        // A comma in the path could not be written in a flag; a link with one is closed by closing its folder.
        if (real !== undefined && !reals.some((root) => isBelow(real, root))) {
          found.push(path.includes(",") ? folder : path);
        }
      }
    }
  }
}

function entriesOf(folder: string): Iterable<Deno.DirEntry> {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (isAbsent(error) || error instanceof Deno.errors.PermissionDenied) return [];
    throw error;
  }
}

function maybeReal(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}
