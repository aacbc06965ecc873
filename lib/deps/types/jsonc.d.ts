/** Types of the parts of @std/jsonc 1.x that this project uses. */
export function parse(text: string): unknown;
