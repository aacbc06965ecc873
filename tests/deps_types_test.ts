/**
 * The hand-written types of untyped packages must not promise what the packages do not have.
 */
import { assert, assertEquals } from "../lib/deps/assert.ts";

const deps = new URL("../lib/deps/", import.meta.url);
const types = new URL("types/", deps);

/** The functions, classes and constants that a `.d.ts` file says a module exports. */
function declaredNames(text: string): string[] {
  const names = text.matchAll(/^export (?:declare )?(?:abstract )?(?:function|class|const|let) (\w+)/gm);
  return [...new Set([...names].map(([, name]) => name))];
}

/** The package modules that a deps file gives the types of a `.d.ts` file. */
function typedModules(text: string, file: string): string[] {
  const annotated = text.matchAll(/^\/\/ @ts-types="\.\/types\/(\S+)"\n(?:export|import)[^"]*"([^"]+)"/gm);
  return [...annotated].filter(([, types]) => types === file).map(([, , specifier]) => specifier);
}

const depsTexts = [...Deno.readDirSync(deps)].filter((entry) => entry.name.endsWith(".ts"))
  .map((entry) => Deno.readTextFileSync(new URL(entry.name, deps)));

for (const { name: file } of [...Deno.readDirSync(types)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  Deno.test(`lib/deps/types/${file} declares only what its package exports`, async () => {
    const specifiers = depsTexts.flatMap((text) => typedModules(text, file));
    assert(specifiers.length > 0, "No file in lib/deps uses it");
    const declared = declaredNames(Deno.readTextFileSync(new URL(file, types)));
    assert(declared.length > 0);
    for (const specifier of new Set(specifiers)) {
      const module = await import(specifier);
      assertEquals(declared.filter((name) => module[name] === undefined), [], specifier);
    }
  });
}
