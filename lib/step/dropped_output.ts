/**
 * Outputs that were not kept after their run, on purpose: the record that stays tells what they were.
 * @module
 */
import { maybeText } from "../base/maybe_file.ts";
import { basename, dirname, join } from "../deps/path.ts";
import { ownedFile } from "./instance_paths.ts";
import { parseRecord } from "./record_file.ts";

/** Whether a file that is gone was left by a run with this hash and removed afterwards, as its record says. */
export function isDroppedOutput(path: string, hash: string | undefined): boolean {
  const place = join(dirname(path), ownedFile.record);
  const text = hash === undefined ? undefined : maybeText(place);
  const record = text === undefined ? undefined : parseRecord(text, place);
  const name = basename(path);
  return record?.artifacts.some((artifact) => {
    return artifact.dropped === true && artifact.name === name && artifact.hash === hash;
  }) ?? false;
}
