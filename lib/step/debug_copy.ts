/**
 * A copy of a built flow for a debugger: plain JavaScript with a source map that leads to the flow's own file, where
 * breakpoints are set and steps are shown. What runs otherwise would show as the instrumented copy.
 * @module
 */
import { basename, dirname, join } from "../deps/path.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { DuctaflowError } from "../base/error.ts";
import { moveColumns, type SourceMap } from "../base/source_map.ts";
import { maybeBuiltFlow } from "./build.ts";
import { originalColumn, type StackMap } from "./host/errors.ts";
import { findProject } from "./project.ts";
import { runDeno } from "./run_deno.ts";

/** How a debug copy is made. */
export interface DebugCopyOptions extends StackMap {
  /** Absolute path of the generated main module of the build. */
  main: string;
  /** Whether the process stops at the first code cell. */
  stop: boolean;
}

/** How long a debugger is given between its connection and the flow. */
const settleMs = 500;
const inlineMap = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/** Writes the copy below the build's folder and returns the absolute path of the module to run instead of `main`. */
export async function makeDebugCopy({ main, stop, buildPath, flowUrl, edits }: DebugCopyOptions): Promise<string> {
  const folder = join(dirname(main), "debug");
  const name = basename(buildPath);
  Deno.mkdirSync(folder, { recursive: true });
  const { code, map } = await transpile(Deno.readTextFileSync(buildPath), join(folder, typedName(name)), flowUrl);
  const source = maybeBuiltFlow(dirname(main))?.flow.source;
  const own: SourceMap = {
    ...map,
    sources: [flowUrl],
    sourcesContent: [source ?? null],
    mappings: moveColumns(map.mappings, (line, column) => originalColumn(edits, line + 1, column + 1) - 1),
  };
  const data = new TextEncoder().encode(JSON.stringify(own)) as unknown as { toBase64(): string };
  const text = stop ? code.replace(/__ductaflow__\.cell\(\d+\);/, "debugger; $&") : code;
  const file = `${name}.js`;
  // Whole or not at all: another run of the flow may be starting from this very file.
  writeFileAtomic(
    join(folder, file),
    `${text}\n//# sourceMappingURL=data:application/json;base64,${data.toBase64()}\n`,
  );
  const host = Deno.readTextFileSync(main);
  const copy = join(folder, basename(main));
  // Deno goes on as soon as a debugger is connected, which has not said by then what it wants to see.
  const later = `new Promise((ready) => setTimeout(ready, ${settleMs})).then(() => import("./${
    encodeURIComponent(file)
  }"))`;
  writeFileAtomic(copy, host.replace(/import\("[^"]*"\)(?=\);\s*$)/, later));
  return copy;
}

/** A name by which Deno takes the file for something to transpile. */
function typedName(name: string): string {
  return name.replace(/\.m?js$/, ".jsx");
}

/** By the transpiler and the settings that Deno itself would use. */
async function transpile(text: string, path: string, flowUrl: string): Promise<{ code: string; map: SourceMap }> {
  const { configFile } = findProject(flowUrl);
  const output = `${path}.${Deno.pid}.js`;
  writeFileAtomic(path, text);
  const config = configFile === undefined ? "--no-config" : `--config=${configFile}`;
  try {
    const said = await runDeno(["transpile", "--quiet", config, "--source-map", "inline", "--output", output, path]);
    const code = said.ok ? Deno.readTextFileSync(output) : "";
    const [comment = "", data] = inlineMap.exec(code) ?? [];
    if (data === undefined) throw cannotDebug(flowUrl, said.stderr.trim() || "it has no source map");
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    return { code: code.slice(0, -comment.length), map: JSON.parse(new TextDecoder().decode(bytes)) };
  } finally {
    await Deno.remove(output).catch(() => {});
  }
}

function cannotDebug(flowUrl: string, why: string): DuctaflowError {
  return new DuctaflowError(`Cannot make a copy of ${flowUrl} for a debugger: ${why}`, {
    code: "cannot-debug",
    hint: `"deno transpile" must work for it, as it does since Deno 2.9`,
  });
}
