/**
 * A quick look whether an instance is fresh, by its seal alone: for a batch, which asks thousands at once. It says yes
 * only where the whole decision (`freshness.ts`) would.
 * @module
 */
import { type FileSignature, maybeSettled, maybeSignature, sameSignature } from "../base/file_signature.ts";
import { sha256File } from "../base/hash.ts";
import { entriesOf } from "../base/maybe_file.ts";
import { readInput } from "./inputs.ts";
import { ownedFile, ownedFiles } from "./instance_paths.ts";
import type { Seal } from "./seals.ts";

/** What all instances of a batch have in common. */
export interface SealFacts {
  /** The hash of the code; of plain code unless `strict`. */
  code: string;
  strict: boolean;
  grant: string;
  /** How long a run counts at most, in milliseconds. */
  freshForMs?: number;
  now: number;
}

/** `doubtful` means that files must be read to tell. */
export type SealVerdict = "fresh" | "doubtful" | "stale";

/** What is at the paths that many instances read: each is looked at once. */
export class InputLook {
  readonly #signatures = new Map<string, FileSignature | undefined>();
  readonly #contents = new Map<string, ReturnType<typeof readInput>>();

  /** What `stat` says of a path. */
  signature(path: string): FileSignature | undefined {
    if (this.#signatures.has(path)) return this.#signatures.get(path);
    const signature = maybeSignature(path);
    this.#signatures.set(path, signature);
    return signature;
  }

  /** What is there. */
  content(path: string): ReturnType<typeof readInput> {
    let content = this.#contents.get(path);
    if (!content) this.#contents.set(path, content = readInput(path));
    return content;
  }
}

/** Compares a seal with what is asked for and what `stat` says. `given` is what the config is to be made from. */
export function checkSeal(seal: Seal, dir: string, given: string, facts: SealFacts, look: InputLook): SealVerdict {
  const code = facts.strict ? seal.code : seal.plain;
  if (seal.given !== given || code !== facts.code || seal.grant !== facts.grant || seal.never) return "stale";
  if (facts.freshForMs !== undefined && facts.now - seal.endedAt > facts.freshForMs) return "stale";
  const folder = maybeSignature(dir);
  if (!folder) return "stale";
  let sure = isSame(seal.folder, folder);
  for (const { path, kind, signature } of seal.inputs) {
    const found = look.signature(path);
    if (!found && kind !== "missing") return "stale";
    if (found && !isSame(signature, found)) sure = false;
  }
  for (const { name, signature } of seal.outputs) {
    const found = maybeSignature(`${dir}/${name}`);
    if (!found) return "stale";
    if (!isSame(signature, found)) sure = false;
  }
  return sure ? "fresh" : "doubtful";
}

function isSame(known: FileSignature | undefined, found: FileSignature): boolean {
  return known !== undefined && sameSignature(known, found);
}

/**
 * Reads what a doubtful seal leaves open. When all is as it was, the result is the seal with the signatures of now, as
 * far as they can be trusted later.
 */
export async function settleSeal(seal: Seal, dir: string, look: InputLook): Promise<Seal | undefined> {
  const now = Date.now();
  const record = maybeSignature(`${dir}/${ownedFile.record}`);
  if (!record || !isSame(seal.record, record)) return undefined;
  const folder = maybeSettled(maybeSignature(dir), now);
  const entries = new Map(entriesOf(dir).map((entry) => [entry.name, entry]));
  if (!ownedFiles.every((name) => entries.has(name))) return undefined;
  const flat = entries.values().every((entry) => entry.isFile);
  const inputs: Seal["inputs"] = [];
  for (const input of seal.inputs) {
    const found = look.signature(input.path);
    if (found ? isSame(input.signature, found) : input.kind === "missing") {
      inputs.push(input);
      continue;
    }
    const { record, signature } = await look.content(input.path);
    if (record.kind !== input.kind || record.hash !== input.hash) return undefined;
    inputs.push({ ...input, signature });
  }
  const outputs: Seal["outputs"] = [];
  for (const output of seal.outputs) {
    const path = `${dir}/${output.name}`;
    const found = maybeSignature(path);
    if (!found) return undefined;
    if (isSame(output.signature, found)) {
      outputs.push(output);
      continue;
    }
    if (await sha256File(path) !== output.hash) return undefined;
    outputs.push({ ...output, signature: maybeSettled(found, now) });
  }
  return { ...seal, folder, flat, inputs, outputs };
}
