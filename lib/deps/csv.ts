/** CSV: the official @std/csv, as it comes from npm. Load it when it is needed: `await import`. */
// @ts-types="./types/csv.d.ts"
export { parse, stringify } from "npm:deno-std@1.3.1/csv/mod.js";
