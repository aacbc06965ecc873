/** Command lines: the official @std/cli, as it comes from npm. Its `unicode_width` lacks a file there and cannot load. */
// @ts-types="./types/cli.d.ts"
export { parseArgs } from "npm:deno-std@1.3.1/cli/parse_args.js";
