/**
 * Programs that a flow may run and could replace by others first: then the grant of one would be a grant of all. The same
 * goes for Deno itself, which the next run starts with other permissions.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { isBelow } from "../base/is_below.ts";
import { maybeEnv } from "../base/maybe_env.ts";
import { exists } from "../base/maybe_file.ts";
import { join, resolve } from "../deps/path.ts";
import type { Grant } from "./grant.ts";

/** Refuses a grant that lets a flow write where a program lies that it may run, or where Deno lies. */
export function refuseReplaceable({ granted: { run, write }, closed }: Grant, dir: string): void {
  if (write === undefined) return;
  const roots = write === true ? true : write.map(realPath);
  const programs = [{ name: "Deno itself", path: realPath(Deno.execPath()) }];
  for (const name of Array.isArray(run) ? run : []) {
    const path = placeOf(name, dir);
    if (path !== undefined) programs.push({ name: `the program "${name}"`, path: realPath(path) });
  }
  for (const { name, path } of programs) {
    if (closed.write.some((folder) => isBelow(path, folder))) continue;
    const root = roots === true ? "everywhere" : roots.find((folder) => isBelow(path, folder));
    if (root === undefined) continue;
    // Who may run and write anything has been given all there is.
    if (roots === true && (run === undefined || run === true)) continue;
    const place = root === "everywhere" ? "to write everywhere" : `to write "${root}"`;
    throw new DuctaflowError(`The permission ${place} cannot be granted: the flow could replace ${name} (${path})`, {
      code: "bad-grant",
      hint: "Grant narrower folders for writing, in the flow's header or in the options of the step",
    });
  }
}

/** Where a program is that Deno would start by this name; undefined when there is none, which Deno says itself. */
function placeOf(name: string, dir: string): string | undefined {
  // Deno looks from the folder in which the flow starts.
  if (/[/\\]/.test(name)) return resolve(dir, name);
  const folders = (maybeEnv("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":").filter((path) => path !== "");
  return folders.map((folder) => join(folder, name)).find((path) => exists(path));
}

/** Where links lead; of what is not there yet, the path as it is. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}
