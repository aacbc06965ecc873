/**
 * What a flow may do, seen from inside of it: the composed command against Deno's own traps (`reliability.md` §3).
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import type { PermissionSet } from "../../lib/base/record.ts";
import type { PermissionOptions } from "../../lib/step/grant.ts";
import { Counter } from "./counter.ts";
import {
  attempts,
  conductorFlags,
  flowOf,
  modUrl,
  type Outcomes,
  type Project,
  projectTest,
  resultOf,
} from "./project.ts";

const refused = {
  read: /^NotCapable: Requires read access/,
  write: /^NotCapable: Requires write access/,
  all: /^NotCapable: Requires all access/,
  net: /^NotCapable: Requires net access/,
  run: /^NotCapable: Requires run access/,
  sys: /^NotCapable: Requires sys access/,
  ffi: /^NotCapable: Requires ffi access/,
  cache: /--cached-only is specified/,
};

/** One way to reach for something: what is tried, and how a flow without a grant must fare. */
type Reach = [name: string, expression: string, outcome: RegExp];

const worker = (url: string, options = "") =>
  `new Promise((ok, no) => {
    const worker = new Worker(${url}, { type: "module"${options} });
    const end = (act: () => void) => (worker.terminate(), act());
    worker.onmessage = (event) => end(() => ok(event.data));
    worker.onerror = (event) => { event.preventDefault(); end(() => no(Object.assign(new Error(event.message.replace(/^Uncaught.*?Requires/, "Requires")), { name: "NotCapable" }))); };
  })`;
const leak =
  '`import text from ${JSON.stringify(secretUrl)} with { type: "text" }; postMessage(text); export default text;`';

/** Prepares what the expressions below name. */
const setting = `const { secret, secretUrl, folder, port } = paths as Record<string, string>;
const fs = await import("node:fs"), os = await import("node:os"), child = await import("node:child_process");
const net = await import("node:net"), dns = await import("node:dns/promises"), sqlite = await import("node:sqlite");
const { createRequire } = await import("node:module");
`;

const reaches: Reach[] = [
  // Read
  ["read a file", "Deno.readTextFile(secret)", refused.read],
  ["read a file, sync", "Deno.readTextFileSync(secret)", refused.read],
  ["open a file", "Deno.openSync(secret).close()", refused.read],
  ["stat a file", "Deno.statSync(secret).size", refused.read],
  ["real path", "Deno.realPathSync(secret)", refused.read],
  ["list a folder", "[...Deno.readDirSync(folder)].length", refused.read],
  ["go to a folder", "(Deno.chdir(folder), Deno.chdir(String(paths.dir)))", refused.read],
  ["watch a folder", "Deno.watchFs(folder).close()", refused.read],
  ["read with node:fs", "fs.readFileSync(secret, 'utf8')", /Requires read access/],
  ["exists with node:fs", "fs.accessSync(secret)", /Requires read access/],
  ["fetch a file: URL", "fetch(secretUrl).then((r) => r.text())", /Requires read access/],
  ["open a database", "new sqlite.DatabaseSync(secret)", /Requires (read|write) access/],
  [
    "attach a database",
    `new sqlite.DatabaseSync("own.db").exec("attach '" + secret + "' as other")`,
    /attach|Requires/i,
  ],
  ["require()", `createRequire(secretUrl)(secret + ".json")`, /Requires read access/],
  ["dynamic import", `import(String(secretUrl + ".ts"))`, /Requires read access/],
  ["dynamic import of text", `import(String(secretUrl), { with: { type: "text" } })`, /Requires read access/],
  [
    "static import of a module of its own making",
    `(Deno.writeTextFileSync("own.ts", ${leak}), import(String("file://" + Deno.cwd() + "/own.ts")))`,
    /Requires read access/,
  ],
  [
    "import in a data: URL",
    `import("data:application/typescript," + encodeURIComponent(${leak}))`,
    /Requires read access/,
  ],
  [
    "import in a blob: URL",
    `import(URL.createObjectURL(new Blob([${leak}], { type: "application/typescript" })))`,
    /Requires read access/,
  ],
  ["worker on a file", worker("secretUrl + '.ts'"), /Requires read access/],
  [
    "import in a worker of its own making",
    `(Deno.writeTextFileSync("own.ts", ${leak}), ${worker(`"file://" + Deno.cwd() + "/own.ts"`)})`,
    /Requires read access/,
  ],
  ["the environment of the process", `Deno.readTextFileSync("/proc/self/environ")`, refused.read],
  ["the memory of the process", `Deno.openSync("/proc/self/mem").close()`, refused.read],
  ["a descriptor of the process", `Deno.readTextFileSync("/dev/fd/0")`, refused.read],
  // Links
  ["make a link", `Deno.symlinkSync(secret, "link")`, /requires unscoped --allow-read and --allow-write/],
  ["make a hard link", `Deno.linkSync(secret, "hard")`, refused.read],
  ["make a link with node:fs", `fs.symlinkSync(secret, "link2")`, /requires unscoped --allow-read and --allow-write/],
  ["copy a file", `Deno.copyFileSync(secret, "copy")`, refused.read],
  // Write
  ["write a file", `Deno.writeTextFileSync(folder + "/new", "x")`, refused.write],
  ["write with node:fs", `fs.writeFileSync(folder + "/new", "x")`, /Requires write access/],
  ["make a folder", `Deno.mkdirSync(folder + "/new")`, refused.write],
  ["remove a file", "Deno.removeSync(secret)", refused.write],
  ["move a file away", `Deno.renameSync(secret, "taken")`, /^NotCapable: Requires (read|write) access/],
  ["move a file there", `(Deno.writeTextFileSync("own", ""), Deno.renameSync("own", folder + "/new"))`, refused.write],
  ["truncate a file", "Deno.truncateSync(secret)", refused.write],
  ["change a mode", "Deno.chmodSync(secret, 0o777)", refused.write],
  ["change times", "Deno.utimeSync(secret, 0, 0)", refused.write],
  ["make a temporary file", "Deno.makeTempFileSync({ dir: folder })", refused.write],
  ["out by ..", `Deno.writeTextFileSync("../../../new", "x")`, refused.write],
  // Net
  ["fetch", "fetch(`http://127.0.0.1:${port}/`).then((r) => r.text())", refused.net],
  ["fetch a name", "fetch('http://name.invalid/').then((r) => r.text())", refused.net],
  ["connect", "Deno.connect({ port: Number(port) }).then((c) => c.close())", refused.net],
  [
    "connect to a unix socket",
    `Deno.connect({ transport: "unix", path: folder + "/none.sock" })`,
    /^NotCapable: Requires (net|read) access/,
  ],
  ["listen", "Deno.listen({ port: 0 }).close()", refused.net],
  ["serve", "Deno.serve({ port: 0, onListen() {} }, () => new Response()).shutdown()", refused.net],
  ["look up a name", "Deno.resolveDns('name.invalid', 'A')", refused.net],
  ["web socket", "new WebSocket(`ws://127.0.0.1:${port}/`).close()", /Requires net access/],
  [
    "connect with node:net",
    "new Promise((ok, no) => net.connect(Number(port), '127.0.0.1', () => ok(1)).on('error', no))",
    /Requires net access/,
  ],
  ["look up with node:dns", "dns.lookup('name.invalid')", /Requires net access|EPERM/],
  ["import over http", "import(`http://127.0.0.1:${port}/x.ts`)", /Requires import access|--cached-only is specified/],
  ["import from npm", `import(String("npm:is-even-of-nobody@1.0.0"))`, refused.cache],
  ["import from jsr", `import(String("jsr:@nobody/none@1.0.0"))`, /--cached-only is specified|not found in cache/],
  // Run, sys, ffi
  ["run a program", `new Deno.Command("true").outputSync().code`, refused.run],
  ["run deno", `new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync().code`, refused.run],
  ["run with node:child_process", `child.execFileSync("true")`, /Command failed: true/],
  ["signal the conductor", "Deno.kill(Deno.ppid, 'SIGCONT')", refused.run],
  ["host name", "Deno.hostname()", refused.sys],
  ["memory of the machine", "Deno.systemMemoryInfo().total", refused.sys],
  ["network interfaces", "Deno.networkInterfaces().length", refused.sys],
  ["user id", "Deno.uid()", refused.sys],
  ["host name with node:os", "os.hostname()", /Requires sys access/],
  ["load a library", `Deno.dlopen(folder + "/none.so", {})`, refused.ffi],
  ["load an addon", `(process as any).dlopen({ exports: {} }, folder + "/none.node")`, /Requires ffi access/],
];

/** What a flow without a grant still can do: when one of these is refused, the table above proves nothing. */
const allowed: Reach[] = [
  ["write into its own folder", `Deno.writeTextFileSync("sub.txt", "x")`, /^did/],
  [
    "make and remove a folder",
    `(Deno.mkdirSync("a/b", { recursive: true }), Deno.removeSync("a", { recursive: true }))`,
    /^did/,
  ],
  ["rename its own file", `Deno.renameSync("sub.txt", "sub2.txt")`, /^did/],
  ["read its config", `JSON.parse(Deno.readTextFileSync("config.json")).paths.port`, /^did: \d+$/],
  ["list its siblings", `[...Deno.readDirSync("..")].length`, /^did: 1$/],
  ["no environment", "JSON.stringify(Deno.env.toObject())", /^did: \{\}$/],
  ["no variable", "Deno.env.get('HOME')", /^did: undefined$/],
  ["no process.env", "process.env.DENO_DIR", /^did: undefined$/],
  ["no localStorage", "typeof localStorage", /^did: undefined$/],
  ["no caches", "typeof caches", /^did: undefined$/],
  ["no key-value store", "typeof (Deno as any).openKv", /^did: undefined$/],
  [
    "a request for permission is not asked",
    `Deno.permissions.request({ name: "net" }).then((s) => s.state)`,
    /^did: (denied|prompt)$/,
  ],
  ["data: import", `import("data:text/javascript,export default 7").then((m) => m.default)`, /^did: 7$/],
];

function matrix(wanted = (_row: { name: string }) => true): string {
  const rows = [...reaches, ...allowed].filter(([name]) => wanted({ name }));
  const table = Object.fromEntries(rows.map(([name, expression]) => [name, expression]));
  return attempts(table, [], setting);
}

function secretOf(project: Project) {
  const folder = join(project.outside, "elsewhere");
  project.write({
    "../elsewhere/secret": "SECRET",
    "../elsewhere/secret.ts": "(globalThis as any).postMessage?.('SECRET');\nexport default 'SECRET';",
    "../elsewhere/secret.json": `"SECRET"`,
  });
  return { folder, secret: join(folder, "secret"), secretUrl: `file://${join(folder, "secret")}` };
}

/** Runs the matrix; `folder` and `secret` lie outside of the project. */
async function runMatrix(project: Project, permissions: PermissionOptions = {}) {
  const counter = new Counter();
  try {
    const paths = { ...secretOf(project), dir: project.path("runs/reach/one"), port: String(counter.port) };
    const run = await project.run("flows/reach.ts", "one", { paths }, { permissions });
    return { result: resultOf<Outcomes>(run), connections: await counter.end() };
  } finally {
    counter.close();
  }
}

projectTest("case 37: a flow without a grant meets every row of the deny matrix", {
  "flows/reach.ts": matrix(),
}, async (project) => {
  const { result, connections } = await runMatrix(project);
  const wrong = [...reaches, ...allowed].filter(([name, , outcome]) => !outcome.test(result[name]));
  assertEquals(wrong.map(([name]) => `${name} -> ${result[name]}`), []);
  assertEquals(Object.entries(result).filter(([, text]) => text.includes("SECRET")), []);
  assertEquals(connections, 0);
});

projectTest("case 37: with everything granted, no row but those of the cache is refused", {
  "flows/reach.ts": matrix(({ name }) => !name.includes("name")),
}, async (project) => {
  const all = { read: true, write: true, net: true, env: true, run: true, sys: true, ffi: true };
  const { result, connections } = await runMatrix(project, all);
  // What shows the process itself is closed even then.
  const others = Object.entries(result).filter(([name]) => !name.endsWith("of the process"));
  const refusals = others.filter(([, text]) => /NotCapable|Requires \w+ access|EPERM|Command failed/.test(text));
  assertEquals(refusals, []);
  assertEquals(result["read a file"], "did: SECRET");
  assert(connections > 0, "The listener saw nobody");
});

projectTest("case 37: a worker cannot be given more than the flow has", {
  "flows/worker.ts": flowOf(
    `new Worker("data:text/javascript,1", { type: "module", deno: { permissions: { net: true } } } as WorkerOptions);`,
  ),
}, async (project) => {
  const { run } = await project.runFailing("flows/worker.ts");
  assertEquals(run.status, "failed");
});

const canary = "canary-7f3a9c-secret";
const granted = "granted-51be20-secret";

/** Prints what it sees of the environment, then waits to be looked at from outside. */
const watchedFlow = flowOf(
  `const seen = [Deno.env.get("GRANTED")?.length, Deno.env.get("CANARY"), Deno.env.has("AWS_SECRET_ACCESS_KEY")];
const all = JSON.stringify([Deno.env.toObject(), (await import("node:process")).default.env]);
Deno.writeTextFileSync("result.json", JSON.stringify({ seen, leaked: all.includes("canary") }));
// %% Wait to be looked at
console.log("pid", Deno.pid);
const there = () => { try { return Deno.statSync("../go").isFile; } catch { return false; } };
while (!there()) await new Promise((resolve) => setTimeout(resolve, 10));`,
  { permissions: ["env: [GRANTED]"] },
);

/** Runs it, and looks at its process from outside while it waits. */
const watchingConductor = `import { runStepFlow } from ${JSON.stringify(modUrl)};
const run = await runStepFlow("flows/f.ts", "one", {}, { timeout: "20s", onEvent(event) {
  const pid = event.t === "text" && /^pid (\\d+)/m.exec(event.text)?.[1];
  if (!pid) return;
  const [cmdline, environ] = ["cmdline", "environ"].map((name) => Deno.readTextFileSync(\`/proc/\${pid}/\${name}\`));
  console.log(JSON.stringify({ cmdline, environ }));
  Deno.writeTextFileSync("runs/f/go", "");
} });`;

projectTest("case 41: secrets of the conductor are in nothing that a flow sees or leaves", {
  "flows/f.ts": watchedFlow,
}, async (project) => {
  const env = {
    CANARY: canary,
    AWS_SECRET_ACCESS_KEY: `${canary}-2`,
    DATABASE_URL: `x://u:${canary}@host`,
    GRANTED: granted,
  };
  const { stdout, stderr } = await project.conduct(watchingConductor, { flags: ["--allow-all"], env });
  assertEquals(stderr, "");
  const { cmdline, environ } = JSON.parse(stdout);
  assertNotMatch(cmdline, /canary|granted-/);
  assertNotMatch(environ, /canary/);
  assertStringIncludes(environ, granted);
  const result = JSON.parse(Deno.readTextFileSync(project.path("runs/f/one/result.json")));
  assertEquals(result, { seen: [granted.length, null, false], leaked: false });
  const forms = [canary, granted].flatMap((text) => [text, btoa(text).replace(/=+$/, "")]);
  const files = filesBelow(project.path("runs"));
  assert(["run.json", "flow.ipynb", "report.html", "f.ndjson"].every((name) => files.some((p) => p.endsWith(name))));
  const holding = files.filter((path) => forms.some((form) => Deno.readTextFileSync(path).includes(form)));
  assertEquals(holding, []);
}, { ignore: Deno.build.os !== "linux" });

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory ? filesBelow(path) : [path];
  });
}

projectTest("case 41: the value of a granted variable decides about freshness, and stands nowhere", {
  "flows/f.ts": flowOf(`Deno.env.get("GRANTED")?.length`, { permissions: ["env: [GRANTED]"] }),
}, async (project) => {
  const conductor = `import { runStepFlow } from ${JSON.stringify(modUrl)};
const run = await runStepFlow("flows/f.ts", "one");
console.log(run.cached ? "fresh" : run.reasons.join());`;
  const flags = [...conductorFlags, "--allow-env=GRANTED"];
  const say = async (GRANTED: string) => (await project.conduct(conductor, { flags, env: { GRANTED } })).stdout.trim();
  assertEquals(await say("one-secret"), "It never ran");
  assertEquals(await say("one-secret"), "fresh");
  assertMatch(await say("two-secret"), /^The permissions changed: the value of a granted variable/);
  const { stderr } = await project.conduct(conductor);
  assertStringIncludes(stderr, `The flow was granted the variable "GRANTED", but the conductor itself may not read it`);
});

const everything = [
  "read: [../data, ../other]",
  "write: [../results]",
  "net: [127.0.0.1]",
  "env: [NOBODYS]",
  "sys: true",
];
const reading = (path: string) => `(() => Deno.readTextFileSync("../../../${path}"))()`;
const wordFlow = attempts({
  data: reading("data/x.txt"),
  other: reading("other/x.txt"),
  up: `Deno.statSync("../../up").isDirectory`,
  write: `Deno.writeTextFileSync("../../../results/x.txt", "x")`,
  net: `Deno.listen({ hostname: "127.0.0.1", port: 0 }).close()`,
  sys: `typeof Deno.systemMemoryInfo().total`,
}, everything);

/** The conductor's word, and which attempts must then succeed. */
const words: [title: string, permissions: PermissionOptions, works: string[]][] = [
  ["nothing", {}, ["data", "net", "other", "sys", "up", "write"]],
  ["net: false", { net: false }, ["data", "other", "sys", "up", "write"]],
  ["read: a list", { read: ["DATA"] }, ["data", "net", "sys", "up", "write"]],
  ["read: an empty list", { read: [] }, ["net", "sys", "up", "write"]],
  ["read: false", { read: false }, ["net", "sys", "write"]],
  ["write: false", { write: false }, []],
  ["sys: a list", { sys: ["hostname"] }, ["data", "net", "other", "up", "write"]],
  ["net: another list", { net: ["example.com"] }, ["data", "other", "sys", "up", "write"]],
];

for (const [title, permissions, works] of words) {
  projectTest(`the conductor's word wins over the header: ${title}`, {
    "data/x.txt": "x",
    "other/x.txt": "x",
    "results/old.txt": "x",
    "runs/up/one/x.txt": "x",
    "flows/f.ts": wordFlow,
  }, async (project) => {
    const word = Object.fromEntries(
      Object.entries(permissions).map(([kind, value]) => [
        kind,
        Array.isArray(value) ? value.map((item) => item === "DATA" ? project.path("data") : item) : value,
      ]),
    );
    if (word.write === false) {
      // Not even its own result can be written then.
      const { run } = await project.runFailing("flows/f.ts", "one", {}, { permissions: word });
      assertEquals(run.record.permissions.granted.write, undefined);
      assertEquals(run.record.artifacts, []);
      return;
    }
    const run = await project.run("flows/f.ts", "one", {}, { permissions: word });
    const did = Object.entries(resultOf<Outcomes>(run)).filter(([, text]) => text.startsWith("did: "));
    assertEquals(did.map(([name]) => name).sort(), works);
    assertEquals(run.record.permissions.requested.net, ["127.0.0.1"]);
  });
}

projectTest("the record tells used from denied, and the suggestion is enough", {
  "data/x.txt": "x",
  "more/y.txt": "y",
  "flows/f.ts": attempts({
    allowed: reading("data/x.txt"),
    missing: reading("data/none.txt"),
    denied: reading("more/y.txt"),
    sibling: `[...Deno.readDirSync("../..")].length`,
    "own write": `Deno.writeTextFileSync("x.txt", "x")`,
    "denied write": `Deno.writeTextFileSync("../../../more/z.txt", "z")`,
    "owned file": `Deno.writeTextFileSync("run.json", "z")`,
    "denied net": `Deno.listen({ hostname: "127.0.0.1", port: 0 }).close()`,
    "denied sys": `Deno.hostname()`,
    "after chdir": `(Deno.chdir("../../up"), Deno.readTextFileSync("one/x.txt"), Deno.chdir("../f/one"))`,
  }, ["read: [../data]"]),
  "runs/up/one/x.txt": "x",
}, async (project) => {
  const { record } = await project.run("flows/f.ts");
  const { used, denied, suggestion } = record.permissions;
  const short = (paths: string[] | true | undefined) =>
    (paths as string[] ?? []).map((path) => path.replace(`${project.dir}/`, ""));
  // After it went to another folder, a relative path may mean one in each.
  const doubtful = ["runs/f/f/one", "runs/f/one/one/x.txt"];
  assertEquals(short(used.read).filter((path) => !doubtful.includes(path)), [
    "data/none.txt",
    "data/x.txt",
    "runs",
    "runs/f/one",
    "runs/up",
    "runs/up/one/x.txt",
  ]);
  assertEquals(short(used.write), ["runs/f/one/result.json", "runs/f/one/x.txt"]);
  assertEquals(short(denied.read), ["more/y.txt"]);
  assertEquals(short(denied.write), ["more/z.txt", "runs/f/one/run.json"]);
  assertEquals(denied.net, ["127.0.0.1:0"]);
  assertEquals(denied.sys, ["hostname"]);
  assertEquals(used.net ?? used.sys ?? used.run, undefined);
  assertEquals(
    suggestion,
    `permissions:
  read: [../data/none.txt, ../data/x.txt, ../more/y.txt]
  write: [../more/z.txt]
  net: ["127.0.0.1"]
  sys: [hostname]`,
  );
});

projectTest("a URL that was fetched leaves its host in the record, and no path, query or password", {
  "flows/f.ts": flowOf(
    `await (await fetch("http://user:pass@127.0.0.1:" + port + "/path?token=secret")).text();
try { await fetch("https://name.invalid/path?token=secret"); } catch { /* refused */ }`,
    { permissions: ["net: [127.0.0.1]"], parameters: "let port = 0;" },
  ),
}, async (project) => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("x"));
  try {
    const { port } = server.addr;
    const { record } = await project.run("flows/f.ts", "one", { port });
    assertEquals(record.permissions.used.net, [`127.0.0.1:${port}`]);
    assertEquals(record.permissions.denied, { net: ["name.invalid:443"] });
    assertEquals(record.permissions.suggestion, `permissions:\n  net: ["127.0.0.1", "name.invalid:443"]`);
    assertEquals(record.untraced, [`It used the network: 127.0.0.1:${port}`]);
    assertNotMatch(JSON.stringify(record), /pass@|token|\/path/);
  } finally {
    await server.shutdown();
  }
});

projectTest("the suggestion keeps the programs that a flow was granted", {
  "flows/f.ts": flowOf(`new Deno.Command("true").outputSync().code;`, { permissions: [`run: ["true"]`] }),
}, async (project) => {
  const { permissions } = (await project.run("flows/f.ts")).record;
  assertEquals(permissions.suggestion, `permissions:\n  run: ["true"]`);
  assertEquals(permissions.denied, {});
});

/** A refusal that Deno's log does not tell, or tells as an access; and what the record must say. */
const untold: [code: string, denied: PermissionSet, suggestion: string | undefined][] = [
  [`new Deno.Command("true").outputSync()`, { run: ["true"] }, `permissions:\n  run: ["true"]`],
  [
    `try { new Deno.Command("true").outputSync() } catch (cause) { throw new Error("No tool", { cause }) }`,
    { run: ["true"] },
    `permissions:\n  run: ["true"]`,
  ],
  [`Deno.removeSync(".", { recursive: true })`, { write: ["DIR"] }, undefined],
];

for (const [code, denied, suggestion] of untold) {
  projectTest(`the record tells what only the error says was refused: ${code}`, {
    "flows/f.ts": flowOf(code),
  }, async (project) => {
    const { permissions } = (await project.runFailing("flows/f.ts")).run.record;
    const dir = project.path("runs/f/one");
    assertEquals(JSON.parse(JSON.stringify(permissions.denied).replaceAll(dir, "DIR")), denied);
    assertEquals(permissions.used.write, undefined);
    assertEquals(permissions.suggestion, suggestion);
  });
}

projectTest("a temporary file outside of the run folder counts as refused", {
  "flows/f.ts": flowOf(`try { Deno.makeTempFileSync(); } catch { Deno.makeTempFileSync({ dir: "." }); }`),
}, async (project) => {
  const { used, denied, suggestion } = (await project.run("flows/f.ts")).record.permissions;
  assertEquals(used.write, [project.path("runs/f/one")]);
  assertEquals(denied.write, ["<TMP>"]);
  assertEquals(suggestion, undefined);
});

projectTest("a flow that needs nothing is suggested nothing", {
  "flows/f.ts": flowOf(`Deno.writeTextFileSync("x.txt", Deno.readTextFileSync("config.json"));`),
}, async (project) => {
  const { permissions } = (await project.run("flows/f.ts")).record;
  assertEquals(permissions.suggestion, undefined);
  assertEquals(permissions.denied, {});
});

/** An uncaught denial: the code of the third cell and the header line that the hint must say. */
const denials: [code: string, hint: string][] = [
  [
    `Deno.readTextFileSync("../../../data/x.txt")`,
    `Add to the permissions in the flow's header: read: [../data/x.txt]`,
  ],
  [`Deno.writeTextFileSync("../../../x.txt", "")`, `Add to the permissions in the flow's header: write: [../x.txt]`],
  [`await fetch("http://127.0.0.1:8099/")`, `Add to the permissions in the flow's header: net: ["127.0.0.1:8099"]`],
  [`new Deno.Command("true").outputSync()`, `Add to the permissions in the flow's header: run: ["true"]`],
  [`Deno.hostname()`, `Add to the permissions in the flow's header: sys: [hostname]`],
  [`Deno.dlopen("./none.so", {})`, `Add to the permissions in the flow's header: ffi: true`],
  [`Deno.dlopen("/usr/lib/none.so", {})`, `Add to the permissions in the flow's header: ffi: [/usr/lib/none.so]`],
  [
    `Deno.dlopen("none.so", {})`,
    `Deno grants a library by its path: open "none.so" by its whole path, with that path in the permissions in the ` +
    `flow's header, such as ffi: [/usr/lib/none.so], or add all libraries there: ffi: true`,
  ],
  [`Deno.readTextFileSync("/etc/hostname")`, `Add to the permissions in the flow's header: read: [/etc/hostname]`],
  [`Deno.removeSync(".", { recursive: true })`, `A run cannot remove its own folder; remove what is in it instead`],
  [
    `Deno.writeTextFileSync("run.json", "")`,
    `"run.json" is the toolkit's own file in a run folder: write to another name`,
  ],
  [`Deno.makeTempFileSync()`, `Keep temporary files in the run folder: Deno.makeTempFile({ dir: "." })`],
  [`Deno.readTextFileSync("../../.ductaflow/x")`, "belongs to the toolkit and is closed to flows"],
];

for (const [code, hint] of denials) {
  projectTest(`a denial names the cell, the line and what to do: ${code}`, {
    "flows/f.ts": `// %% tags=["parameters"]\nlet n = 1;\n// %% First\nn;\n// %% Reach out\n\n${code};\n`,
  }, async (project) => {
    const { run, error } = await project.runFailing("flows/f.ts");
    assertStringIncludes(error.message, `in cell 3 "Reach out", line 7: NotCapable`);
    assertStringIncludes(error.message, "flows/f.ts:7");
    assertStringIncludes(error.hint!, hint);
    assertEquals([error.cell, error.line, error.status], [2, 7, "failed"]);
    assertStringIncludes(Deno.readTextFileSync(run.reportPath), "Reach out");
  });
}
