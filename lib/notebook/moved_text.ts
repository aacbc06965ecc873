/**
 * A text that means the same in another folder.
 * @module
 */
import { isDuctaflowError, messageOf } from "../base/error.ts";
import { applySplices } from "./edits.ts";
import { linesOf } from "./lines.ts";
import { importSplices, isPlaced } from "./module_references.ts";
import { parseModule } from "./parse_module.ts";

/**
 * Rewrites relative imports of a text for a file in another folder: as paths from there where both are files, as URLs
 * otherwise. A text that does not parse stays as it is, with a warning.
 */
export async function movedText(
  source: string,
  from: string,
  to: string,
): Promise<{ text: string; warnings: string[] }> {
  const target = new URL(".", to);
  if (new URL(".", from).href === target.href) return { text: source, warnings: [] };
  try {
    const splices = importSplices(await parseModule(source, from), (specifier) => {
      return isPlaced(specifier) ? specifierFrom(target, new URL(specifier, from)) : undefined;
    });
    return { text: applySplices(linesOf(source), splices).source, warnings: [] };
  } catch (error) {
    if (!isDuctaflowError(error, "flow-syntax")) throw error;
    return { text: source, warnings: [`Relative imports stay as they are. ${messageOf(error)}`] };
  }
}

/** A module as a file in a folder names it. */
export function specifierFrom(folder: URL, module: URL): string {
  if (folder.protocol !== "file:" || module.protocol !== "file:" || folder.host !== module.host) return module.href;
  const [from, to] = [folder, module].map(({ pathname }) => pathname.split("/").slice(1));
  from.pop();
  let same = 0;
  while (same < from.length && same < to.length - 1 && from[same] === to[same]) same++;
  const up = from.length - same;
  const path = [...Array(up).fill(".."), ...to.slice(same)].join("/");
  return `${up === 0 ? "./" : ""}${path}${module.search}${module.hash}`;
}
