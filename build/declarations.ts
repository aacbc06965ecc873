/**
 * The types of a module and all that it exports from others, as one file of declarations.
 * @module
 */
// Only here: no module of the toolkit needs the compiler.
import ts from "npm:typescript@5.9.3";

const options: ts.CompilerOptions = {
  declaration: true,
  emitDeclarationOnly: true,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  skipLibCheck: true,
  stripInternal: true,
  types: [],
};

/**
 * The declarations of what the modules export, where every module that takes part is a namespace. Of a name that two of
 * them export, the first has it. `deno check` has seen the modules already: nothing is checked here.
 */
export function declarations(entries: string[]): string {
  const emitted = emit(entries);
  const done = new Set<string>();
  const texts: string[] = [];
  const visit = (path: string) => {
    if (done.has(path)) return;
    done.add(path);
    const source = emitted.get(path);
    if (source === undefined) throw new Error(`No declarations of ${path}`);
    const needed = new Set<string>();
    const text = rewrite(source, path, needed);
    for (const other of needed) visit(other);
    texts.push(`declare namespace ${namespaceOf(path)} {\n${text.trim()}\n}\n`);
  };
  const exported = new Map<string, string>();
  for (const entry of entries) {
    visit(entry);
    for (const name of exportedNames(emitted.get(entry)!)) {
      if (!exported.has(name)) exported.set(name, `export import ${name} = ${namespaceOf(entry)}.${name};\n`);
    }
  }
  return [...texts, [...exported.values()].join("")].join("\n");
}

function namespaceOf(path: string): string {
  return `$${path.replace(/^.*\/lib\//, "").replace(/^.*\/mod\.ts$/, "mod").replace(/\.ts$/, "").replace(/\W/g, "_")}`;
}

function exportedNames(text: string): string[] {
  const file = ts.createSourceFile("x.d.ts", text, ts.ScriptTarget.ESNext, true);
  return file.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      return clause && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : [];
    }
    const isExported = ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText(file));
    }
    const { name } = statement as unknown as ts.DeclarationStatement;
    return name ? [name.getText(file)] : [];
  });
}

function emit(entries: string[]): Map<string, string> {
  const lib = ts.sys.resolvePath("/deno.d.ts");
  const denoTypes = new TextDecoder().decode(
    new Deno.Command(Deno.execPath(), { args: ["types"] }).outputSync().stdout,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (name, ...rest) =>
    name === lib ? ts.createSourceFile(name, denoTypes, ts.ScriptTarget.ESNext, true) : getSourceFile(name, ...rest);
  host.fileExists = (name) => name === lib || fileExists(name);
  const program = ts.createProgram([lib, ...entries], options, host);
  const emitted = new Map<string, string>();
  program.emit(undefined, (_name, text, _bom, _error, sources) => {
    for (const source of sources ?? []) emitted.set(source.fileName, text);
  });
  return emitted;
}

/** The declarations of one module with other modules named by their namespaces. */
function rewrite(text: string, path: string, needed: Set<string>): string {
  const file = ts.createSourceFile("x.d.ts", text, ts.ScriptTarget.ESNext, true);
  const splices: { start: number; end: number; text: string }[] = [];
  const other = (node: ts.Node) => {
    const target = decodeURIComponent(new URL((node as ts.StringLiteral).text, `file://${path}`).pathname);
    needed.add(target);
    return namespaceOf(target);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return replace(node, importAliases(node, other(node.moduleSpecifier)));
    if (ts.isExportDeclaration(node)) return replace(node, exportAliases(node, other));
    if (ts.isImportTypeNode(node)) return replace(node, importedType(node, other));
    // Inside of a namespace all is declared.
    if (node.kind === ts.SyntaxKind.DeclareKeyword) return replace(node, "");
    node.forEachChild(visit);
  };
  const replace = (node: ts.Node, text: string): void =>
    void splices.push({ start: node.getStart(file), end: node.getEnd(), text });
  visit(file);
  for (const { start, end, text: put } of splices.toSorted((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + put + text.slice(end);
  }
  return text;
}

function importAliases(node: ts.ImportDeclaration, id: string): string {
  const bindings = node.importClause?.namedBindings;
  if (!bindings) return "";
  if (ts.isNamespaceImport(bindings)) return `import ${bindings.name.text} = ${id};`;
  return bindings.elements.map(({ name, propertyName }) =>
    `import ${name.text} = ${id}.${(propertyName ?? name).text};`
  )
    .join("\n");
}

function exportAliases(node: ts.ExportDeclaration, other: (node: ts.Node) => string): string {
  if (!node.moduleSpecifier || !node.exportClause) {
    const isEmpty = node.exportClause && ts.isNamedExports(node.exportClause) &&
      node.exportClause.elements.length === 0;
    if (isEmpty) return "";
    throw new Error(`Not foreseen: ${node.getText()}`);
  }
  if (!ts.isNamedExports(node.exportClause)) throw new Error(`Not foreseen: ${node.getText()}`);
  const id = other(node.moduleSpecifier);
  return node.exportClause.elements.map(({ name, propertyName }) =>
    `export import ${name.text} = ${id}.${(propertyName ?? name).text};`
  ).join("\n");
}

function importedType({ argument, qualifier, typeArguments }: ts.ImportTypeNode, other: (node: ts.Node) => string) {
  const args = typeArguments?.length ? `<${typeArguments.map((type) => type.getText()).join(", ")}>` : "";
  const id = other((argument as ts.LiteralTypeNode).literal);
  return `${id}${qualifier ? `.${qualifier.getText()}` : ""}${args}`;
}
