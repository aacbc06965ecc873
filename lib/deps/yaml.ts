/** YAML: the official @std/yaml, as it comes from npm. Import it lazily. */
// @ts-types="./types/yaml.d.ts"
export { parse, stringify } from "npm:deno-std@1.3.1/yaml/mod.js";
