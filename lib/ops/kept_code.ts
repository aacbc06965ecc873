/**
 * The code of operators as it was when they ran, by content: the record of a run names the hash of every module, and here
 * is the text.
 * @module
 */
import { toolkitFolder } from "../base/toolkit.ts";
import { maybeLstat, maybeText } from "../base/maybe_file.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { sha256 } from "../base/hash.ts";
import { dirname, fromFileUrl, join } from "../deps/path.ts";
import type { Run } from "../step/run.ts";

const sizeLimit = 1024 * 1024;
const toolkit = `${toolkitFolder}lib/`;
/** What is known to be kept: a conductor makes many runs of the same code. */
const kept = new Set<string>();

/** Keeps the text of the user's modules that a run was made of, unless it is kept already. */
export async function keepCode({ record }: Run, runsDir: string): Promise<void> {
  for (const { specifier, hash } of record.code.modules) {
    if (!specifier.startsWith("file:") || specifier.startsWith(toolkit)) continue;
    const path = codePath(runsDir, hash);
    if (kept.has(path)) continue;
    const source = fromFileUrl(specifier);
    if (maybeLstat(path)) kept.add(path);
    if (kept.has(path) || (maybeLstat(source)?.size ?? Infinity) > sizeLimit) continue;
    const bytes = Deno.readFileSync(source);
    // It may have been edited since.
    if (await sha256(bytes) !== hash) continue;
    Deno.mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic(path, new TextDecoder().decode(bytes));
  }
}

/** The text of a module as a run had it, by the hash in its record; undefined when it was not kept. */
export function maybeKeptCode(runsDir: string, hash: string): string | undefined {
  return /^[0-9a-f]{64}$/.test(hash) ? maybeText(codePath(runsDir, hash)) : undefined;
}

function codePath(runsDir: string, hash: string): string {
  return join(runsDir, ".ductaflow", "code", hash.slice(0, 2), hash);
}
