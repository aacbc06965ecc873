/**
 * The toolkit's side of a flow's process as one text. It is written into the build folder, so that the process loads
 * nothing of the toolkit from where that lies (which may be the web).
 * @module
 */

let host: Promise<string> | undefined;

/** The text of a module without imports that exports `runFlow`. */
export function readHost(): Promise<string> {
  return host ??= joinParts();
}

async function joinParts(): Promise<string> {
  const parts = await Promise.all([
    import("./errors.ts", { with: { type: "text" } }),
    import("./display.ts", { with: { type: "text" } }),
    import("./instrumentation.ts", { with: { type: "text" } }),
    import("./kernel.ts", { with: { type: "text" } }),
    import("./main.ts", { with: { type: "text" } }),
  ]);
  // The parts import only each other, and no two of them declare the same name.
  return parts.map((part) => part.default.replace(/^import [^;]* from "\.\/[^"]+";\n/gm, "")).join("\n");
}
