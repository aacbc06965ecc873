/**
 * Makes the build of a flow whose text is new: parsed, instrumented, highlighted, its imports fetched.
 * @module
 */
import { basename, join, toFileUrl } from "../deps/path.ts";
import { DuctaflowError } from "../base/error.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { writeOnce } from "../base/create_once.ts";
import { sha256 } from "../base/hash.ts";
import { instrument } from "../notebook/instrument.ts";
import type { Flow } from "../notebook/flow.ts";
import type { PartialModule } from "../notebook/module_references.ts";
import { parseFlow } from "../notebook/parse_flow.ts";
import { highlightCode } from "../report/highlight.ts";
import { embeddedImports } from "./embedded_imports.ts";
import { readHost } from "./host/read_host.ts";
import { placedImports } from "./placed_imports.ts";
import { type Project, projectFlags, projectOfFlow } from "./project.ts";
import { runDeno } from "./run_deno.ts";
import type { StoredBuild } from "./build.ts";

/** Which flow to build, and where. */
export interface MakeOptions {
  url: string;
  source: string;
  /** Absolute path of the build's own folder. */
  folder: string;
  /** The name of the module in it that is to be run. */
  mainName: string;
}

/** Reads, instruments and highlights a flow and writes the result, the file that makes it valid last. */
export async function makeBuild(
  { url, source, folder, mainName }: MakeOptions,
  placing?: string,
): Promise<StoredBuild> {
  const flow = await parseFlow(source, url);
  const placed = placing ? await placedImports(url, projectOfFlow(flow)) : new Map<string, string>();
  const own = embeddedImports(source, folder);
  const { source: copy, edits } = await instrument(
    flow,
    new Map<string, string | PartialModule>([...placed, ...own.placed]),
  );
  const stored: StoredBuild = {
    flow,
    edits: edits.map(({ line, column, inserted }) => [line, column, inserted]),
    highlighted: await highlightCells(flow),
    code: [],
    ...(placing === undefined ? {} : { placing }),
  };
  const file = decodeURIComponent(basename(new URL(url).pathname));
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, text] of [[file, copy], [mainName, await mainModule(file)], ...own.files]) {
    writeOnce(join(folder, name), text);
    stored.code.push([name, await sha256(text)]);
  }
  writeFileAtomic(join(folder, "build.json"), JSON.stringify(stored));
  return stored;
}

/** The toolkit's side of the process and the flow, in one module, which starts a little sooner than two. */
async function mainModule(file: string): Promise<string> {
  const specifier = JSON.stringify(`./${encodeURIComponent(file)}`);
  return `${await readHost()}\nawait runFlow(() => import(${specifier}));\n`;
}

async function highlightCells(flow: Flow): Promise<[string, string][]> {
  const sources = flow.cells.filter((cell) => cell.type === "code").map((cell) => cell.source);
  return await Promise.all(sources.map(async (text): Promise<[string, string]> => [
    text,
    await highlightCode(text, "typescript"),
  ]));
}

/** Fetches what the flow imports, so that its process can do without any network. */
export async function cacheImports(url: string, main: string, project: Project): Promise<void> {
  const output = await runDeno(["cache", "--quiet", ...projectFlags(project), main], project.root);
  if (output.ok) return;
  const copy = new URL(".", toFileUrl(main)).href + basename(new URL(url).pathname);
  throw new DuctaflowError(
    `Cannot load ${url}: ${output.stderr.trim().replace(/^error: /, "").replaceAll(copy, url)}`,
    {
      code: "flow-import",
      hint: "Check the imports of the flow; packages are fetched once, from then on flows run from the cache",
    },
  );
}
