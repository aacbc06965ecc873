/**
 * What a notebook needs to run in a Jupyter kernel and its text does not: `import.meta`, and the values of a config.
 * @module
 */
import { cellSpan } from "./parse_flow.ts";
import { applySplices, type Splice } from "./edits.ts";
import { linesOf } from "./lines.ts";
import { specifierFrom } from "./moved_text.ts";
import { nodesOf } from "./module_references.ts";
import { parameterVariables } from "./parameters.ts";
import { parseModule } from "./parse_module.ts";
import { globalAssignments, type InjectedValues, literal } from "./injected_parameters.ts";
import type { CodeCell, Notebook } from "./ipynb.ts";
import type { Flow } from "./flow.ts";

/** What stands for `import.meta` in a kernel, where that is a syntax error. */
const metaName = "__import_meta__";

/** The text with another name in place of `import.meta`; undefined when it does not use it. */
export async function maybeWithoutMeta(source: string, url: string): Promise<string | undefined> {
  if (!/\bimport\s*\.\s*meta\b/.test(source) || source.includes(metaName)) return undefined;
  const splices: Splice[] = [];
  for (const node of nodesOf((await parseModule(source, url)).program)) {
    if (node.type !== "MetaProperty" || node.meta.name !== "import" || node.loc?.start.line !== node.loc?.end.line) {
      continue;
    }
    splices.push({ start: node.start!, end: node.end!, text: metaName });
  }
  return splices.length === 0 ? undefined : applySplices(linesOf(source), splices).source;
}

/** The cell that makes what stands for `import.meta` in a notebook at `notebookUrl`. */
export function metaCell(url: string, notebookUrl: string): CodeCell {
  const name = JSON.stringify(specifierFrom(new URL(".", notebookUrl), new URL(url)));
  const isFile = url.startsWith("file:");
  const here = `Object.assign(new URL("file:///"), { pathname: Deno.cwd().replaceAll("%", "%25") + "/" })`;
  const path = `const filename = decodeURIComponent(url.pathname).replace(/^\\/(?=[A-Za-z]:)/, "");\n`;
  const source = `// What import.meta is in ${name}: a kernel has none. The current folder is that of the notebook.
const ${metaName} = ((url: URL) => {
  const resolve = (specifier: string) => /^\\.{0,2}\\//.test(specifier) ? new URL(specifier, url).href : specifier;
  ${isFile ? path : ""}  return { url: url.href, ${
    isFile ? `filename, dirname: filename.replace(/\\/[^/]*$/, "") || "/", ` : ""
  }main: true, resolve };
})(new URL(${name}${isFile ? `, ${here}` : ""}));`;
  return addedCell("import-meta", source);
}

/** Puts `import.meta` back into the cells of a notebook that has a cell for it. */
export function restoreMeta(notebook: Notebook): Notebook {
  if (!notebook.cells.some(({ metadata }) => isAdded(metadata.ductaflow, "import-meta"))) return notebook;
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === "code" ? { ...cell, source: cell.source.replaceAll(metaName, "import.meta") } : cell
  );
  return { ...notebook, cells };
}

/**
 * The parameters cell once more, with the values of a config: declared again, as a kernel allows, so that what follows
 * from them in that cell follows here too.
 */
export async function boundCell(flow: Flow, { values, globals }: InjectedValues): Promise<CodeCell> {
  const cell = flow.cells.find(({ type, tags }) => type === "code" && tags.includes("parameters"))!;
  const lines = linesOf(flow.source);
  const file = await parseModule(flow.source, flow.url);
  const splices: Splice[] = [];
  for (const { name, declaration, declarator } of parameterVariables(file, cellSpan(lines, flow.cells, cell))) {
    if (!Object.hasOwn(values, name)) continue;
    const { init, id } = declarator;
    // A value may go over lines; what stands in its place does not.
    if (init) splices.push({ start: init.start!, end: init.end!, text: literal(values[name]) });
    else splices.push({ start: id.end!, end: id.end!, text: ` = ${literal(values[name])}` });
    if (!declaration.declare || declaration.declarations[0] !== declarator) continue;
    splices.push({ start: declaration.start!, end: declaration.start! + "declare ".length, text: "" });
  }
  const span = { ...cellSpan(lines, flow.cells, cell), start: lines.starts[cell.line - 1] };
  const inside = splices.map(({ start, end, text }) => ({ start: start - span.start, end: end - span.start, text }));
  const code = applySplices(linesOf(flow.source.slice(span.start, span.end)), inside).source;
  return addedCell(
    "injected-parameters",
    [code.replace(/\r\n?/g, "\n").trimEnd(), ...globalAssignments(globals)].join("\n"),
  );
}

function addedCell(role: "import-meta" | "injected-parameters", source: string): CodeCell {
  return {
    id: role,
    cell_type: "code",
    metadata: { tags: [role], ductaflow: { role } },
    source,
    outputs: [],
    execution_count: null,
  };
}

function isAdded(provenance: unknown, role: string): boolean {
  return (provenance as { role?: unknown } | undefined)?.role === role;
}
