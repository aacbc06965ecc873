/**
 * What steps do with folders.
 * @module
 */
import { dirname, join, relative } from "../../deps/path.ts";
import { DuctaflowError } from "../../base/error.ts";
import { writeAll } from "../../base/write_all.ts";
import type { SavedArtifact, SavingRun } from "../../ops/external.ts";
import type { StoreFormat } from "../store.ts";
import { answer } from "../host/answer.ts";
import type { FilesConnection } from "../host/connection.ts";
import { decodeFile, encodeFile } from "../host/file_formats.ts";
import { resourceError } from "../host/resource_error.ts";

/** The value of a file. */
export async function read(
  connection: FilesConnection,
  path: string,
  format: StoreFormat,
  numbers?: unknown,
): Promise<unknown> {
  const file = join(connection.dir, path);
  try {
    await Deno.stat(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw resourceError(connection, { code: "resource-missing", text: `has no file "${path}"` });
  }
  return await decodeFile(file, format, numbers, connection);
}

/** Saves an artifact as a file: written beside it, then renamed, so that it is there whole or not at all. */
export async function save(
  artifact: SavedArtifact,
  run: SavingRun,
  connection: FilesConnection,
  { path, mode, format }: { path: string; mode: "replace" | "fail"; format: StoreFormat },
): Promise<object> {
  const target = join(connection.dir, path);
  const marker = `${dirname(target)}/.${target.split("/").pop()}.${
    (`${run.workflow}.${run.run}`).replace(/[^\w.-]/g, "_")
  }.new`;
  await Deno.mkdir(dirname(target), { recursive: true });
  try {
    using file = await Deno.open(marker, { write: true, create: true, truncate: true });
    let bytes = 0;
    for await (const piece of encodeFile(artifact, format)) {
      writeAll(file, piece);
      bytes += piece.length;
    }
    await file.sync();
    // A second name is refused where there is a file; a rename would replace it.
    if (mode === "fail") await Deno.link(marker, target);
    else await Deno.rename(marker, target);
    return { file: path, mode, bytes };
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw resourceError(connection, { code: "resource-exists", text: `has a file "${path}" already` });
  } finally {
    await Deno.remove(marker).catch(() => {});
  }
}

/** All files of the folder. */
async function* filesBelow(dir: string, root = dir): AsyncGenerator<{ key: string; size: number; modified: string }> {
  for await (const entry of Deno.readDir(dir)) {
    const path = join(dir, entry.name);
    if (entry.isDirectory) yield* filesBelow(path, root);
    else if (entry.isFile) {
      const { size, mtime } = await Deno.stat(path);
      yield { key: relative(root, path), size, modified: mtime?.toISOString() ?? "" };
    }
  }
}

if (import.meta.main) {
  await answer<FilesConnection>(async (connection, { ask }) => {
    try {
      if (ask === "list") {
        return (await Array.fromAsync(filesBelow(connection.dir))).sort((a, b) => a.key < b.key ? -1 : 1);
      }
      for await (const _ of Deno.readDir(connection.dir)) break;
      return null;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new DuctaflowError(`The resource "${connection.name}" is not there (folder ${connection.dir})`, {
        code: "resource-missing",
      });
    }
  });
}
