/**
 * The rules of the house in `docs/architecture.md`, read from the import statements under `lib/`.
 */
import { childModules } from "../build/child_modules.ts";
import { assert, assertEquals } from "../lib/deps/assert.ts";
import { fromFileUrl } from "../lib/deps/path.ts";

/** From the foundation up: a file imports from its own folder and from those before it. */
const layers = [
  "deps",
  "base",
  "flow.ts",
  "notebook",
  "report",
  "executor",
  "step",
  "batch",
  "ops",
  "resource",
  "workflow",
  "dashboard",
  "project",
  "cli",
];
/** Run in a child process, or print when a flow is run without the toolkit. */
const childSide = new Set(["flow.ts", "step/host/main.ts", "executor/watchdog.ts", "project/standalone/host.ts"]);
const longest = 400;

const root = new URL("../lib/", import.meta.url);

interface Source {
  /** Path below `lib/`. */
  path: string;
  text: string;
  imports: { specifier: string; typeOnly: boolean }[];
}

function readSources(below = ""): Source[] {
  return [...Deno.readDirSync(new URL(below, root))].flatMap((entry) => {
    const path = below + entry.name;
    if (entry.isDirectory) return readSources(`${path}/`);
    if (!path.endsWith(".ts") || path.endsWith(".d.ts")) return [];
    const text = Deno.readTextFileSync(new URL(path, root));
    return [{ path, text, imports: importsOf(text) }];
  });
}

const statement = /^(import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\sfrom\s+)?"([^"\n]+)"/gm;
const call = /\b(?:import|import\.meta\.resolve)\(\s*"([^"\n]+)"/g;

/** All imports in a module; comments and the texts of generated modules are not looked at. */
function importsOf(text: string): Source["imports"] {
  const code = withoutComments(text);
  const fixed = [...code.matchAll(statement)].map(([, , type, specifier]) => ({ specifier, typeOnly: Boolean(type) }));
  const lazy = [...code.matchAll(call)].map(([, specifier]) => ({ specifier, typeOnly: false }));
  return [...fixed, ...lazy];
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/(^|\s)\/\/.*$/gm, "");
}

/** The uses of a pattern in code; messages may well name `Deno.exit`. */
function usesOf(pattern: RegExp, code: string): string[] {
  return code.split("\n").flatMap((line) =>
    [...line.matchAll(pattern)].filter(({ index }) => {
      const before = line.slice(0, index);
      return ['"', "`"].every((quote) => before.split(quote).length % 2 === 1);
    }).map(([what]) => what)
  );
}

/** The file below `lib/` that a relative import means; undefined when it lies elsewhere. */
function targetOf(from: string, specifier: string): string | undefined {
  const { href } = new URL(specifier, new URL(from, root));
  return href.startsWith(root.href) ? href.slice(root.href.length) : undefined;
}

function layerOf(path: string): number {
  return layers.indexOf(path.split("/")[0]);
}

const sources = readSources();

Deno.test("lib/ has the folders of the design and no others", () => {
  assert(sources.length > 10);
  assertEquals(sources.filter(({ path }) => layerOf(path) < 0).map(({ path }) => path), []);
});

Deno.test("lib/ names third-party packages in lib/deps only, with exact versions there", () => {
  const problems = sources.flatMap(({ path, imports }) =>
    imports.filter(({ specifier }) => {
      if (specifier.startsWith("./") || specifier.startsWith("../")) return false;
      if (specifier.startsWith("node:")) return false;
      return !path.startsWith("deps/") || !/^(npm|jsr):(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+[\w.-]*(\/|$)/.test(specifier);
    }).map(({ specifier }) => `${path} imports ${specifier}`)
  );
  assertEquals(problems, []);
});

Deno.test("lib/ imports only downwards: a folder from those above it in the design's list", () => {
  const problems = sources.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, typeOnly }) => {
      if (!specifier.startsWith(".")) return [];
      const target = targetOf(path, specifier);
      if (target === undefined) return [`${path} imports ${specifier}, which is outside of lib/`];
      return layerOf(target) > layerOf(path) ? [`${path} imports ${typeOnly ? "a type of " : ""}${target}`] : [];
    })
  );
  assertEquals(problems, []);
});

Deno.test("lib/ has no ring of imports, types left out", () => {
  const graph = new Map(sources.map(({ path, imports }) => [
    path,
    imports.filter(({ specifier, typeOnly }) => specifier.startsWith(".") && !typeOnly)
      .map(({ specifier }) => targetOf(path, specifier)).filter((target) => target !== undefined),
  ]));
  const done = new Set<string>();
  const rings: string[] = [];
  const visit = (path: string, open: string[]): void => {
    if (open.includes(path)) rings.push([...open.slice(open.indexOf(path)), path].join(" -> "));
    if (open.includes(path) || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...open, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  assertEquals(rings, []);
});

Deno.test(`lib/ has no file of more than ${longest} lines`, () => {
  const long = sources.filter(({ text }) => text.split("\n").length - 1 > longest).map(({ path }) => path);
  assertEquals(long, []);
});

Deno.test("lib/ does not print, read arguments or exit, except in lib/cli and on the child's side", () => {
  const problems = sources.filter(({ path }) => !path.startsWith("cli/") && !childSide.has(path)).flatMap((source) => {
    const found = usesOf(/\bconsole\.\w+|\bDeno\.(args|exit)\b/g, withoutComments(source.text));
    return found.map((what) => `${source.path} uses ${what}`);
  });
  assertEquals(problems, []);
});

Deno.test("lib/ names the modules of child processes by childModule(), so that the one file has them too", () => {
  // The other one is embedded by a name of its own.
  const own = new Set([...childSide, "project/standalone_script.ts"]);
  const found = sources.filter(({ path, text }) =>
    !own.has(path) && usesOf(/\bimport\.meta\.(resolve|dirname)\b/g, withoutComments(text)).length > 0
  );
  assertEquals(found.map(({ path }) => path), []);
});

Deno.test("importsOf() sees every form of import, and none in comments", () => {
  const text = `/** import "npm:doc"; */
import { a } from "./a.ts";
import type { B } from "./b.ts";
import C, { type D } from "../c.ts";
import * as e from "npm:e@1.0.0";
import "./side.ts";
export * from "./f.ts";
export type { G } from "./g.ts";
import {
  h,
  i as j,
} from "./h.ts";
import page from "./x.eta" with { type: "text" };
// import "./comment.ts";
const k = await import("./k.ts");
const l = import.meta.resolve("./l.ts");
`;
  assertEquals(importsOf(text).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? " type" : ""}`), [
    "./a.ts",
    "./b.ts type",
    "../c.ts",
    "npm:e@1.0.0",
    "./side.ts",
    "./f.ts",
    "./g.ts type",
    "./h.ts",
    "./x.eta",
    "./k.ts",
    "./l.ts",
  ]);
});

Deno.test("deno.lock lists what the toolkit and its examples import, and no package of the tests", async () => {
  const lock = JSON.parse(await Deno.readTextFile(new URL("../deno.lock", root)));
  const named = new Set<string>();
  const look = (folder: URL) => {
    for (const entry of Deno.readDirSync(folder)) {
      const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), folder);
      if (entry.isDirectory) look(url);
      else if (entry.name.endsWith(".ts")) {
        const specifiers = Deno.readTextFileSync(url).matchAll(/"(npm:(?:@[^/"]+\/)?[^/"@]+@[^/"]+)/g);
        for (const [, specifier] of specifiers) named.add(specifier);
      }
    }
  };
  for (const folder of ["lib/deps/", "flows/"]) look(new URL(`../${folder}`, root));
  const strange = Object.keys(lock.specifiers).filter((specifier) => !named.has(specifier));
  assertEquals(strange, [], "run the tests with --lock=tests/deno.lock, as `deno task test` does");
});

Deno.test("onDemand() loads the module that its type is taken from", () => {
  const calls = /\bonDemand<typeof import\("([^"]+)"\)>\(\s*"([^"]+)"/g;
  const found = readSources().flatMap(({ path, text }) =>
    [...text.matchAll(calls)].map(([, typed, loaded]) => [new URL(typed, new URL(path, root)).href, loaded])
  );
  assert(found.length > 10);
  for (const [typed, loaded] of found) assertEquals(new URL(`../${loaded}`, root).href, typed);
});

Deno.test("what child processes load asks for nothing by name: they may not read the toolkit's folder", () => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const waiting = childModules(fromFileUrl(new URL("..", root))).map((path) => path.replace(/^lib\//, ""));
  assert(waiting.length > 5);
  const loaded = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = byPath.get(path);
    if (!source || loaded.has(path)) continue;
    loaded.add(path);
    for (const { specifier, typeOnly } of source.imports) {
      const target = targetOf(path, specifier);
      if (target !== undefined && !typeOnly) waiting.push(target);
    }
  }
  assertEquals([...loaded].filter((path) => path === "base/on_demand.ts"), []);
});
