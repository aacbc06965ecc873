/**
 * Removes what was saved to a folder.
 * @module
 */
import { join } from "../../../deps/path.ts";
import type { FilesConnection } from "../../../resource/host/connection.ts";
import type { RemovedTarget } from "../remove_table.ts";

/** Removes a file. What is gone already is no error. */
export async function remove({ dir }: FilesConnection, { path = "" }: RemovedTarget): Promise<object> {
  try {
    await Deno.remove(join(dir, path));
    return { removed: true };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { removed: false };
  }
}
