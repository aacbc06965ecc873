/**
 * Symbolic links in granted folders that lead out of them. Deno judges a link by where it lies, not by where it leads,
 * so such links are closed one by one.
 * @module
 */
import { isBelow } from "../base/is_below.ts";
import { entriesOf } from "../base/maybe_file.ts";
import { dirname, join } from "../deps/path.ts";

const scanLimit = 20_000;
const runsScanLimit = 1_000_000;
const trustedMs = 30_000;

/** A symbolic link and where it leads; nowhere if that does not exist. */
interface Link {
  path: string;
  real?: string;
}

/**
 * Absolute paths to close below these folders: links whose target lies in none of them, and in those that may be written
 * also links that lead nowhere yet.
 */
export function escapingLinks(folders: string[], writable: string[] = []): string[] {
  const links = linksBelow(folders, scanLimit);
  const dangling = links.filter(({ path, real }) => real === undefined && writable.some((dir) => isBelow(path, dir)));
  return [...leadingOut(links, folders), ...dangling].map(({ path }) => nameable(path));
}

const scans = new Map<string, { at: number; links: Link[] }>();

const trusted = new Map<string, { at: number; folders: ReadonlySet<string> }>();

/** Takes it that these run folders, which somebody has just looked at, hold no links: the next look need not. */
export function trustRunFolders(runsDir: string, folders: ReadonlySet<string>): void {
  trusted.set(runsDir, { at: performance.now(), folders });
}

/**
 * Absolute paths to close in the folders of other runs: links that lead out of them and of what else may be read. A flow
 * cannot plant one, and other programs do so rarely, so one look serves for half a minute.
 */
export function escapingRunLinks(runsDir: string, ownDir: string, readable: string[]): string[] {
  let scan = scans.get(runsDir);
  if (!scan || performance.now() - scan.at > trustedMs) {
    const known = trusted.get(runsDir);
    trusted.delete(runsDir);
    const except = known && performance.now() - known.at < trustedMs ? known.folders : new Set<string>();
    scan = { at: performance.now(), links: linksBelow([runsDir], runsScanLimit, new Set([...except, ownDir])) };
    scans.set(runsDir, scan);
  }
  return leadingOut(scan.links, readable).map(({ path }) => nameable(path));
}

function leadingOut(links: Link[], folders: string[]): Link[] {
  const roots = links.length === 0 ? [] : folders.flatMap((folder) => maybeReal(folder) ?? []);
  return links.filter(({ real }) => real !== undefined && !roots.some((root) => isBelow(real, root)));
}

function linksBelow(folders: string[], limit: number, except: ReadonlySet<string> = new Set()): Link[] {
  const found: Link[] = [];
  for (const folder of folders) scan(folder);
  return found;

  function scan(folder: string): void {
    for (const entry of readableEntries(folder)) {
      if (limit-- <= 0) return;
      if (entry.isFile) continue;
      const path = join(folder, entry.name);
      if (entry.isSymlink) found.push({ path, real: maybeReal(path) });
      else if (entry.isDirectory && !except.has(path)) scan(path);
    }
  }
}

/** A comma could not be written in a flag: a link with one in its path is closed by closing a folder around it. */
function nameable(path: string): string {
  let at = path;
  while (at.includes(",")) at = dirname(at);
  return at;
}

function readableEntries(folder: string): Deno.DirEntry[] {
  try {
    return entriesOf(folder);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return [];
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
