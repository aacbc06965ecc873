/**
 * Notices when files are saved. It looks at them again and again instead of asking the system to be told: that works
 * however an editor saves, and on network drives too.
 * @module
 */
import { type FileSignature, maybeSignature, sameSignature } from "../../base/file_signature.ts";
import { sha256 } from "../../base/hash.ts";
import { isAbsent, maybeText } from "../../base/maybe_file.ts";
import { dirname, fromFileUrl, resolve, toFileUrl } from "../../deps/path.ts";
import type { Effects } from "../effects.ts";

/** Milliseconds between two looks. A burst of saves has ended when a look finds nothing new. */
const lookMs = 150;
const most = 2000;
const relativeImport = /["'](\.{1,2}\/[^"'\n]+)["']/g;

interface Look {
  signature?: FileSignature;
  hash?: string;
}

/** A set of files, and what was in them. */
export class WatchedFiles {
  readonly #effects: Pick<Effects, "every">;
  #looks = new Map<string, Look>();

  constructor(effects: Pick<Effects, "every">) {
    this.#effects = effects;
  }

  get count(): number {
    return this.#looks.size;
  }

  /** Watches these files, absolute paths, from now on. What was watched before is compared with what it was then. */
  async watch(paths: Iterable<string>): Promise<void> {
    const looks = new Map<string, Look>();
    for (const path of [...new Set(paths)].slice(0, most)) looks.set(path, this.#looks.get(path) ?? await lookAt(path));
    this.#looks = looks;
  }

  /** Resolves, when a burst of saves is over, to the files whose content changed; to none when the signal aborts. */
  nextChange(signal: AbortSignal): Promise<string[]> {
    return new Promise((resolve, reject) => {
      let touched = false;
      let looking = false;
      const end = (changed: string[]) => {
        stop();
        signal.removeEventListener("abort", onAbort);
        resolve(changed);
      };
      const onAbort = () => end([]);
      const look = async () => {
        const isNew = this.#noteTouched();
        if (isNew || !touched) return void (touched ||= isNew);
        touched = false;
        const changed = await this.#takeChanges();
        if (changed.length > 0 && !signal.aborted) end(changed);
      };
      const stop = this.#effects.every(lookMs, () => {
        if (looking) return;
        looking = true;
        look().catch((error) => (stop(), reject(error))).finally(() => looking = false);
      });
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }

  /** Whether any file looks other than at the last look. */
  #noteTouched(): boolean {
    let touched = false;
    for (const [path, look] of this.#looks) {
      const signature = maybeSignature(path);
      if (signature && look.signature ? sameSignature(signature, look.signature) : signature === look.signature) {
        continue;
      }
      look.signature = signature;
      touched = true;
    }
    return touched;
  }

  async #takeChanges(): Promise<string[]> {
    const changed: string[] = [];
    for (const [path, before] of this.#looks) {
      const now = await lookAt(path);
      this.#looks.set(path, now);
      if (now.hash !== before.hash) changed.push(path);
    }
    return changed;
  }
}

async function lookAt(path: string): Promise<Look> {
  const signature = maybeSignature(path);
  try {
    return { signature, hash: await sha256(Deno.readFileSync(path)) };
  } catch (error) {
    // What may not be read, or is a folder by now, is told by the run.
    if (isAbsent(error) || error instanceof Error) return { signature };
    throw error;
  }
}

/**
 * The files that a module and those that it imports name by relative paths, be they there or not: what can be told of a
 * flow that does not parse.
 */
export function namedFiles(path: string): string[] {
  const found = new Set([resolve(path)]);
  for (const file of found) {
    if (found.size > most) break;
    for (const [, specifier] of (maybeText(file) ?? "").matchAll(relativeImport)) {
      const target = maybePath(specifier, dirname(file));
      if (target !== undefined && /\.[cm]?[jt]sx?$|\.jsonc?$/.test(target)) found.add(target);
    }
  }
  return [...found];
}

function maybePath(specifier: string, folder: string): string | undefined {
  try {
    return fromFileUrl(new URL(specifier, `${toFileUrl(folder).href}/`));
  } catch {
    return undefined;
  }
}
