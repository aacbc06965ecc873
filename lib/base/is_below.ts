/**
 * Paths below folders.
 * @module
 */

/** Whether `path` is `folder` or lies below it, by whole names. Both are absolute. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
