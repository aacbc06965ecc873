/** Differences of texts, line by line: jsdiff, without its other halves. Load it when it is needed: `await import`. */
export { structuredPatch } from "npm:diff@9.0.0/lib/patch/create.js";
export type { StructuredPatchHunk } from "npm:diff@9.0.0/lib/types.js";
