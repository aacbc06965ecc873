/**
 * What stands where a delivery is to go, and whether it may be replaced: only what was delivered before, as it was
 * delivered.
 * @module
 */
import { sha256File } from "../../base/hash.ts";
import { isAbsent, maybeLstat } from "../../base/maybe_file.ts";
import { join } from "../../deps/path.ts";
import { type DeliveryManifest, manifestName, maybeManifest } from "./manifest.ts";
import type { Problem } from "./problem.ts";

/** What a delivery does to its target. */
export type DeliveryStatus = "new" | "updated" | "unchanged";

/** What is to stand in a target. */
export type Wanted = Pick<DeliveryManifest, "step" | "instance" | "id" | "files">;

/** How a target stands to what is wanted there. */
export type Standing = { status: DeliveryStatus; manifest?: DeliveryManifest } | { problem: Problem };

const overwriteHint = "Choose another place, or replace the folder with overwrite: true (--overwrite)";
/** How often a folder may be changed under the eyes of who looks at it. */
const looks = 10;
/** What systems leave in any folder that somebody looks into. */
const junk = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/**
 * Compares what stands at `at` with what is wanted. `target` is its name in messages. Files that somebody added stand in
 * the way only of what must be replaced. Where another conductor changes the folder meanwhile, it looks again.
 */
export async function examineTarget(place: Target, wanted: Wanted): Promise<Standing> {
  for (let look = 1;; look++) {
    const before = maybeLstat(place.at)?.ino;
    try {
      const standing = await examine(place, wanted);
      if (maybeLstat(place.at)?.ino === before || look === looks) return standing;
    } catch (error) {
      if (!isAbsent(error) || look === looks) throw error;
    }
  }
}

/** A place, its name in messages, and whether all that stands there may go. */
interface Target {
  at: string;
  target: string;
  overwrite?: boolean;
}

async function examine({ at, target, overwrite = false }: Target, wanted: Wanted): Promise<Standing> {
  const info = maybeLstat(at);
  if (!info) return { status: "new" };
  const refuse = (text: string, hint = overwriteHint): Standing => ({ problem: { text: `"${target}" ${text}`, hint } });
  if (info.isSymlink) return refuse("is a symbolic link", "Remove the link, or choose another place");
  if (!info.isDirectory) return refuse("is a file", "Remove the file, or choose another place");
  const manifest = maybeManifest(at);
  if (manifest && manifest !== "newer" && isSame(manifest, wanted) && (await editedFiles(at, manifest)).length === 0) {
    const missing = manifest.files.some(({ name }) => !maybeLstat(join(at, name)));
    if (!missing) return { status: "unchanged", manifest };
  }
  if (overwrite) return { status: "updated" };
  if (manifest === undefined) {
    return addedFiles(at).length === 0 ? { status: "new" } : refuse("is a folder that was not delivered by ductaflow");
  }
  if (manifest === "newer") return refuse("was delivered by a newer version of ductaflow");
  if (manifest.step !== wanted.step || manifest.instance !== wanted.instance) {
    return refuse(`holds the delivery of ${manifest.step}/${manifest.instance}`);
  }
  const added = addedFiles(at, manifest);
  if (added.length > 0) return refuse(`has files that were not delivered: ${listed(added)}`);
  const edited = await editedFiles(at, manifest);
  if (edited.length > 0) return refuse(`has files that were edited after the delivery: ${listed(edited)}`);
  return { status: "updated" };
}

/** Names of files in a folder that were not delivered there, by what its manifest says. */
export function addedFiles(folder: string, manifest?: DeliveryManifest): string[] {
  const known = new Set(manifest ? [manifestName, ...manifest.files.map((file) => file.name)] : []);
  return filesIn(folder).filter((name) => !known.has(name));
}

function isSame(manifest: DeliveryManifest, wanted: Wanted): boolean {
  return manifest.step === wanted.step && manifest.instance === wanted.instance && manifest.id === wanted.id &&
    manifest.files.length === wanted.files.length &&
    wanted.files.every((file, i) => manifest.files[i].name === file.name && manifest.files[i].hash === file.hash);
}

/** Names of delivered files that are there with another content. */
async function editedFiles(folder: string, { files }: DeliveryManifest): Promise<string[]> {
  const edited: string[] = [];
  for (const { name, size, hash } of files) {
    const path = join(folder, name);
    const info = maybeLstat(path);
    if (info && (!info.isFile || info.size !== size || await sha256File(path) !== hash)) edited.push(name);
  }
  return edited;
}

function filesIn(folder: string, below = ""): string[] {
  return [...Deno.readDirSync(join(folder, below))].flatMap((entry) => {
    const name = below + entry.name;
    if (junk.has(entry.name)) return [];
    return entry.isDirectory ? filesIn(folder, `${name}/`) : [name];
  }).sort();
}

/** Names as a message shows them. */
export function listed(names: string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name}"`).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
