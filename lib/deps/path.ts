/** Paths: the official @std/path, as it comes from npm. */
// @ts-types="./types/path.d.ts"
export {
  basename,
  dirname,
  extname,
  fromFileUrl,
  globToRegExp,
  isAbsolute,
  join,
  relative,
  resolve,
  toFileUrl,
} from "npm:deno-std@1.3.1/path/mod.js";
