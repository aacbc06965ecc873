/** What a flow may import: code of its own project and what was fetched before it runs, nothing else. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import { Counter } from "./counter.ts";
import { exists, flowOf, modUrl, projectTest, resultOf } from "./project.ts";

/** Each is a project whose flow reaches a file outside by an import that Deno itself would let through. */
const imports: { name: string; files: Record<string, string>; links?: [from: string, to: string][] }[] = [
  { name: "static text", files: { "flows/f.ts": flowOf(`import x from "OUT/secret.txt" with { type: "text" };\nx`) } },
  { name: "static module", files: { "flows/f.ts": flowOf(`import x from "OUT/secret.ts";\nx`) } },
  { name: "side effect", files: { "flows/f.ts": flowOf(`import "OUT/secret.ts";`) } },
  { name: "re-export", files: { "flows/f.ts": flowOf(`export * from "OUT/secret.ts";`) } },
  { name: "file: URL", files: { "flows/f.ts": flowOf(`import x from "file://OUT/secret.ts";\nx`) } },
  { name: "JSON", files: { "flows/f.ts": flowOf(`import x from "OUT/secret.json" with { type: "json" };\nx`) } },
  { name: "literal dynamic import", files: { "flows/f.ts": flowOf(`(await import("OUT/secret.ts")).default`) } },
  {
    name: "literal dynamic text",
    files: { "flows/f.ts": flowOf(`(await import("OUT/secret.txt", { with: { type: "text" } })).default`) },
  },
  { name: "dots", files: { "flows/f.ts": flowOf(`import x from "../../secret.ts";\nx`) } },
  { name: "prefix sibling", files: { "flows/f.ts": flowOf(`import x from "../../project-evil/secret.ts";\nx`) } },
  {
    name: "in a library",
    files: {
      "flows/f.ts": flowOf(`import { x } from "./lib/a.ts";\nx`),
      "flows/lib/a.ts": `export { x } from "./b.ts";`,
      "flows/lib/b.ts": `import x from "OUT/secret.txt" with { type: "text" };\nexport { x };`,
    },
  },
  {
    name: "import map",
    files: {
      "deno.json": `{ "imports": { "secret": "OUT/secret.ts" } }`,
      "flows/f.ts": flowOf(`import x from "secret";\nx`),
    },
  },
  {
    name: "linked file",
    files: { "flows/f.ts": flowOf(`import x from "./inside.ts";\nx`) },
    links: [["flows/inside.ts", "../secret.ts"]],
  },
  {
    name: "linked folder",
    files: { "flows/f.ts": flowOf(`import x from "./lib/secret.ts";\nx`) },
    links: [["flows/lib", "../../project"]],
  },
];

for (const { name, files, links = [] } of imports) {
  projectTest(`case 38: an import that leaves the project is refused before anything runs: ${name}`, {
    "../secret.ts": `export default "SECRET";`,
    "../secret.txt": "SECRET",
    "../secret.json": `"SECRET"`,
    "../project-evil/secret.ts": `export default "SECRET";`,
  }, async (project) => {
    const placed = Object.entries(files).map(([name, text]) => [name, text.replaceAll("OUT", project.outside)]);
    project.write(Object.fromEntries(placed));
    for (const [from, to] of links) {
      const target = to === "../../project" ? project.outside : join(project.outside, "secret.ts");
      Deno.symlinkSync(target, project.path(from));
    }
    const error = await project.refusal("flows/f.ts");
    assertEquals(error.code, "import-outside");
    assertStringIncludes(error.message, project.outside);
    assertMatch(error.hint!, /Move the file below|read permission/);
    assert(!exists(project.path("runs/f")), "A run folder was made");
  });
}

projectTest("case 38: a map that leads outside after the flow ran is refused too", {
  "lib/inside.ts": `export default "inside";`,
  "../secret.ts": `export default "SECRET";`,
  "deno.json": `{ "imports": { "it": "./lib/inside.ts" } }`,
  "flows/f.ts": flowOf(`import x from "it";\nx`),
}, async (project) => {
  await project.run("flows/f.ts");
  project.write({ "deno.json": `{ "imports": { "it": "../secret.ts" } }` });
  assertEquals((await project.refusal("flows/f.ts")).code, "import-outside");
});

projectTest("case 38: links and imports inside the project work", {
  "lib/real.ts": `export default 7;`,
  "flows/f.ts": flowOf(`import x from "./link.ts";\nDeno.writeTextFileSync("result.json", String(x));`),
}, async (project) => {
  Deno.symlinkSync("../lib/real.ts", project.path("flows/link.ts"));
  const run = await project.run("flows/f.ts");
  assertEquals(resultOf(run), 7);
  // Without it, Deno refuses such an import now and then.
  const read = run.record.permissions.command.find((flag) => flag.startsWith("--allow-read="))!;
  assertEquals(read.split(",").at(-1), project.path("flows/link.ts"));
  assertEquals(run.record.permissions.granted.read, [project.runsDir]);
});

projectTest(
  "case 39: a computed import that is not cached sends no packet and says what to do",
  {},
  async (project) => {
    const [counter, plain] = [new Counter(), new Counter()];
    try {
      project.write({
        ".npmrc": `registry=http://127.0.0.1:${counter.port}/`,
        "flows/f.ts": flowOf("await import(String(what));", {
          permissions: [`import: ["127.0.0.1:${counter.port}"]`],
          parameters: `let what = "";`,
        }),
        "plain/.npmrc": `registry=http://127.0.0.1:${plain.port}/`,
        "plain/deno.json": "{}",
        "plain/plain.ts": `await import(String("npm:is-even-of-nobody@1.0.0"));`,
      });
      for (const what of ["npm:is-even-of-nobody@1.0.0", `http://127.0.0.1:${counter.port}/x.ts?secret=1`]) {
        const { run, error } = await project.runFailing("flows/f.ts", "one", { what });
        assertMatch(run.record.error!.message, /--cached-only is specified/);
        assertEquals(run.record.error!.cell, 1);
        assertStringIncludes(error.hint!, "import the package by a literal specifier");
      }
      assertEquals(await counter.end(), 0);
      // The same import in plain Deno reaches its registry, so nobody would have been missed.
      assertNotEquals((await project.deno(["run", "--no-prompt", "plain/plain.ts"])).code, 0);
      assert(await plain.end() > 0, "Plain Deno did not ask the registry either");
    } finally {
      counter.close();
      plain.close();
    }
  },
);

projectTest("a dynamic import that leads nowhere is the flow's to catch, and counts once it leads somewhere", {
  "flows/f.ts": flowOf(`let got = "fallback";
try {
  got = (await import("./not_there.ts")).default;
} catch {
  // There is a fallback.
}
if (got === "never") {
  await import("https://127.0.0.1:9/x.ts");
  await import("not-in-the-map");
  await import("npm:ductaflow-has-no-such-package@1.0.0");
}
Deno.writeTextFileSync("result.json", JSON.stringify(got));`),
  ".npmrc": "registry=http://127.0.0.1:1/",
}, async (project) => {
  const run = await project.run("flows/f.ts");
  assertEquals(resultOf(run), "fallback");
  assertEquals(run.record.code.modules.map(({ specifier }) => specifier.split("/").at(-1)), ["f.ts"]);
  assertEquals(await project.why("flows/f.ts"), []);
  project.write({ "flows/not_there.ts": `export default "found";` });
  assertEquals((await project.why("flows/f.ts")).length, 1);
  assertEquals(resultOf(await project.run("flows/f.ts")), "found");
});

projectTest("a library that only a dynamic import reaches may itself lead nowhere", {
  "flows/f.ts": flowOf(`const got = await import("./lib.ts").then(() => "loaded", (error) => error.message);
Deno.writeTextFileSync("result.json", JSON.stringify(got));`),
  "flows/lib.ts": `import "./none.ts";`,
}, async (project) => {
  assertStringIncludes(resultOf(await project.run("flows/f.ts")), "none.ts");
});

projectTest("a static import that leads nowhere is refused beside a dynamic one of the same", {
  "flows/f.ts": flowOf(`await import("./none.ts").catch(() => {});\nimport "./lib.ts";`),
  "flows/lib.ts": `import "./none.ts";`,
}, async (project) => {
  const error = await project.refusal("flows/f.ts");
  assertEquals(error.code, "flow-import");
  assertStringIncludes(error.message, "flows/lib.ts:1");
});

projectTest("what a dynamic import could not fetch is asked for again by the next process", {}, async (project) => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const host = `127.0.0.1:${port}`;
  project.write({
    "flows/f.ts": flowOf(
      `const got = await import("http://${host}/x.js").then((x) => x.default, () => "fallback");
Deno.writeTextFileSync("result.json", JSON.stringify(got));`,
      { permissions: [`import: ["${host}"]`] },
    ),
  });
  const said = async () =>
    (await project.conduct(`import { runStepFlow } from ${JSON.stringify(modUrl)};
const run = await runStepFlow("flows/f.ts", "one");
console.log(run.cached, Deno.readTextFileSync(run.dir + "/result.json"));`)).stdout.trim();
  assertEquals([await said(), await said()], [`false "fallback"`, `true "fallback"`]);
  const headers = { "content-type": "text/javascript" };
  const server = Deno.serve(
    { port, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(`export default "found";`, { headers }),
  );
  try {
    assertEquals(await said(), `false "found"`);
  } finally {
    await server.shutdown();
  }
  assertEquals(await said(), `true "found"`);
});

projectTest("a dynamic import of a link that leads nowhere, or of no path at all, is the flow's to catch", {
  "flows/f.ts": flowOf(`const got = [
  await import("./link.ts").then(() => "loaded", () => "fallback"),
  await import("./a%00b.ts").then(() => "loaded", () => "fallback"),
  await import("file:///%E0%A4%A").then(() => "loaded", () => "fallback"),
];
Deno.writeTextFileSync("result.json", JSON.stringify(got));`),
}, async (project) => {
  Deno.symlinkSync("../none.ts", project.path("flows/link.ts"));
  assertEquals(resultOf(await project.run("flows/f.ts")), ["fallback", "fallback", "fallback"]);
});

const lazy = { "unstable": ["lazy-dynamic-imports"] };
const trivial = flowOf(`Deno.writeTextFileSync("out.txt", "done");`);

projectTest("a deno.json by which Deno asks leave to load a flow is refused, also when that came later", {
  "flows/f.ts": trivial,
}, async (project) => {
  assertEquals((await project.run("flows/f.ts")).status, "succeeded");
  project.write({ "deno.json": JSON.stringify(lazy) });
  const error = await project.refusal("flows/f.ts", "two");
  assertEquals([error.code, error.message], [
    "bad-settings",
    `Flows cannot run with "lazy-dynamic-imports", which "unstable" in "${project.path("deno.json")}" asks for`,
  ]);
  assertStringIncludes(error.hint!, "Take it out there");
  assert(!exists(project.path("runs/f/two")));
  project.write({ "deno.json": `{ "unstable": ["temporal"] }` });
  assertEquals((await project.run("flows/f.ts", "two")).status, "succeeded");
});

projectTest("the same setting in the root of a workspace is named when the flow cannot be loaded", {
  "deno.json": JSON.stringify({ workspace: ["./member"], ...lazy }),
  "member/deno.json": "{}",
  "member/flows/f.ts": trivial,
}, async (project) => {
  const { run } = await project.runFailing("member/flows/f.ts");
  assertStringIncludes(run.record.error!.hint!, `take "lazy-dynamic-imports" out of "unstable" in the deno.json of`);
});

projectTest("settings of Deno that are unstable count as code: with others the run is stale", {
  "flows/f.ts": trivial,
}, async (project) => {
  await project.run("flows/f.ts");
  assertEquals(await project.why("flows/f.ts"), []);
  project.write({ "deno.json": `{ "unstable": ["temporal"] }` });
  const reasons = await project.why("flows/f.ts");
  assertEquals(reasons.map((reason) => reason.split(":")[0]), ["code"], reasons.join());
});
