/** JSON with comments: the official @std/jsonc, as it comes from npm. */
// @ts-types="./types/jsonc.d.ts"
export { parse as parseJsonc } from "npm:deno-std@1.3.1/jsonc/mod.js";
