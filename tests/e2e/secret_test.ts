/**
 * Secrets by reference: the flow gets the value, and nothing that is left behind holds it, however the flow tells it.
 */
import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { getRun, runInstances } from "../../mod.ts";
import type { DuctaflowError, StepEvent } from "../../mod.ts";
import { flowUrl, modUrl, type Project, projectTest } from "./project.ts";

const canary = `c4n&ry "Zürich"/7?=<x>`;
const multiLine = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQDw\n-----END KEY-----";
const base64 = new TextEncoder().encode(canary).toBase64();

const teller = `// %% tags=["parameters"]
declare const token: string;
let db = { user: "me", password: "none" };
let config: Record<string, unknown> = {};
// %% Tell
import { check, display, metric, progress } from "${flowUrl}";
const bytes = new TextEncoder().encode(token);
console.log("raw", token, "end");
console.error("raw", token, "end");
console.log("json", JSON.stringify({ token }), "url", encodeURIComponent(token), "form", new URLSearchParams({ token }));
console.log("base64", bytes.toBase64(), btoa("x" + String.fromCharCode(...bytes)), btoa("xy" + String.fromCharCode(...bytes)));
console.log("inspected", { token, db }, config);
console.log("key", db.password);
display({ [token]: [token, { deep: token }] });
display({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>" + token.replaceAll("&", "&amp;") + "</b>" }) });
metric("length", token.length, { description: token });
check("holds " + token, true, { message: token });
progress(1, 2, token);
try {
  Deno.readTextFileSync("/nowhere/" + token);
} catch (error) {
  console.log(error);
}
// %% Split
for (const byte of bytes) {
  Deno.stdout.writeSync(Uint8Array.of(byte));
  Deno.stderr.writeSync(Uint8Array.of(byte));
  await new Promise((resolve) => setTimeout(resolve, 1));
}
// %% Prove
Deno.writeTextFileSync("proof.json", JSON.stringify([token.length, db.password.split("\\n").length, db.user]));
if (Deno.env.get("token")) throw new Error("It is in the environment");
`;

/** The forms in which the secret must be nowhere. */
function formsOf(secret: string): Record<string, string> {
  const bytes = new TextEncoder().encode(secret);
  const shifted = (before: string) => btoa(before + String.fromCharCode(...bytes)).slice(4, -4);
  return {
    raw: secret,
    json: JSON.stringify(secret).slice(1, -1),
    url: encodeURIComponent(secret),
    base64: bytes.toBase64().slice(0, -4),
    "base64 one further": shifted("x"),
    "base64 two further": shifted("xy"),
    html: secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    hex: bytes.toHex(),
  };
}

/** Every file below a folder that holds a form of the secret, but for those that a flow wrote itself. */
function findIn(dir: string, secret: string, except: string[] = []): string[] {
  const forms = Object.entries(formsOf(secret));
  return [...filesBelow(dir)].filter((path) => !except.some((name) => path.endsWith(name))).flatMap((path) => {
    const bytes = Deno.readFileSync(path);
    const texts = [new TextDecoder().decode(bytes), path];
    return forms.filter(([, form]) => texts.some((text) => text.includes(form))).map(([name]) => `${path}: ${name}`);
  });
}

function* filesBelow(dir: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(dir)) {
    if (isDirectory) yield* filesBelow(`${dir}/${name}`);
    else yield `${dir}/${name}`;
  }
}

const config = { token: { $secret: "TOKEN" }, db: { user: "me", password: { $secret: "KEY" } } };
const secrets = { TOKEN: canary, KEY: multiLine };

projectTest("case 59: a secret reaches the flow and is in no file, however the flow tells it", {
  "teller.ts": teller,
}, async (project) => {
  const events: StepEvent[] = [];
  const run = await project.run("teller.ts", "one", config, { secrets, onEvent: (event) => events.push(event) });
  assertEquals(JSON.parse(Deno.readTextFileSync(`${run.dir}/proof.json`)), [canary.length, 4, "me"]);
  assertEquals(JSON.parse(Deno.readTextFileSync(`${run.dir}/config.json`)), config);
  assertEquals(findIn(project.dir, canary), []);
  assertEquals(findIn(project.dir, multiLine), []);
  const said = JSON.stringify(events);
  for (const [name, form] of Object.entries(formsOf(canary))) {
    assert(!said.includes(JSON.stringify(form).slice(1, -1)), `An event holds it: ${name}`);
  }
  const notebook = Deno.readTextFileSync(run.notebookPath);
  assertStringIncludes(notebook, "raw [secret TOKEN] end");
  // Byte for byte it came in pieces, on both streams.
  const split = JSON.parse(notebook).cells.find((cell: { metadata: { title?: string } }) =>
    cell.metadata.title === "Split"
  );
  assertEquals(
    split.outputs.map(({ name, text }: { name: string; text: string[] }) => [name, [text].flat().join("")]),
    [
      ["stdout", "[secret TOKEN]"],
      ["stderr", "[secret TOKEN]"],
    ],
  );
  // Whoever runs the notebook elsewhere gives it the secret in its environment.
  assertStringIncludes(notebook, `globalThis.token = Deno.env.get(\\"TOKEN\\")!;`);
});

projectTest("what a flow throws does not tell the secret", {
  "fails.ts": `// %% tags=["parameters"]
declare const token: string;
// %% Fail
class TokenError extends Error { override name = "Error of " + token; }
throw new TokenError("Refused: " + token, { cause: new Error(JSON.stringify({ token })) });
`,
}, async (project) => {
  const { run, error } = await project.runFailing("fails.ts", "one", { token: config.token }, { secrets });
  assertEquals([run.record.error?.message, run.record.error?.line], ["Refused: [secret TOKEN]", 5]);
  assert(!`${error.message} ${error.stack}`.includes(canary));
  assertEquals(findIn(project.dir, canary), []);
});

projectTest("a conductor that is killed leaves no secret either, and later reports of it show no files", {
  "hangs.ts": `// %% tags=["parameters"]
declare const token: string;
// %% Hang
console.log("it is", token);
Deno.writeTextFileSync("own.txt", token);
Deno.writeTextFileSync("ready", "");
await new Promise((resolve) => setTimeout(resolve, 60_000));
`,
}, async (project) => {
  project.write({
    "conductor.ts": `import { runStepFlow } from "${modUrl}";
await runStepFlow("hangs.ts", "one", ${JSON.stringify({ token: config.token })}, { secrets: ${
      JSON.stringify(secrets)
    } });`,
  });
  const dir = project.path("runs/hangs/one");
  const conductor = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "conductor.ts"],
    cwd: project.dir,
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const deadline = Date.now() + 20_000;
    // The file, and that the conductor has written down what it heard.
    while (!maybeFile(`${dir}/ready`) || !holds(project.path("runs/.ductaflow/live"), "it is [secret TOKEN]")) {
      assert(Date.now() < deadline, "The flow did not get so far");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    conductor.kill("SIGKILL");
    await conductor.status;
  }
  assertEquals(findIn(project.path("runs"), canary, ["/own.txt"]), []);
  const run = await getRun("hangs", "one", { runsDir: project.runsDir });
  assertEquals(run.status, "interrupted");
  assertStringIncludes(Deno.readTextFileSync(run.notebookPath), "it is [secret TOKEN]");
  assertEquals(findIn(project.path("runs"), canary, ["/own.txt"]), []);
});

function holds(dir: string, text: string): boolean {
  return [...filesBelow(dir)].some((path) => Deno.readTextFileSync(path).includes(text));
}

function maybeFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

projectTest("a file that holds a secret is warned of, and its preview does not show it", {
  "leaks.ts": `// %% tags=["parameters"]
declare const token: string;
// %% Write
Deno.writeTextFileSync("note.txt", "The token is " + token);
Deno.writeTextFileSync("table.csv", "a,b\\n1," + btoa(token.slice(0, 4) + "x") + "\\n");
`,
}, async (project) => {
  const run = await project.run("leaks.ts", "one", { token: config.token }, { secrets: { TOKEN: "abcdefgh-secret" } });
  assertEquals(run.record.warnings.filter((text) => text.includes("holds a secret")).length, 1);
  assertStringIncludes(run.record.warnings.join(), `The file "note.txt" holds a secret`);
  assertEquals(findIn(project.dir, "abcdefgh-secret", ["/note.txt"]), []);
  assertStringIncludes(Deno.readTextFileSync(run.reportPath), "The token is [secret TOKEN]");
});

projectTest(
  "freshness knows secrets by their names: another value is no reason, another name is, and fresh needs none",
  {
    "teller.ts": teller,
  },
  async (project) => {
    await project.run("teller.ts", "one", config, { secrets });
    assertEquals(
      (await project.run("teller.ts", "one", config, { secrets: { TOKEN: "another one", KEY: "of another" } })).cached,
      true,
    );
    assertEquals((await project.run("teller.ts", "one", config, { secrets: {} })).cached, true);
    const renamed = { ...config, token: { $secret: "OTHER" } };
    assertEquals(await project.why("teller.ts", "one", renamed), [
      `config: The config key "token" changed: {"$secret":"TOKEN"} → {"$secret":"OTHER"}`,
    ]);
  },
);

projectTest("a secret that is missing, empty or short is refused before anything runs, all of them together", {
  "teller.ts": teller,
}, async (project) => {
  const error = await project.refusal("teller.ts", "one", config, { secrets: { KEY: "abc" } });
  assertEquals([error.code, error.message], [
    "no-secret",
    `Nothing was run, for want of secrets
  - the secret "TOKEN" has no value
  - the secret "KEY" is too short to be kept out of the outputs: 4 characters are needed`,
  ]);
  assert(!maybeFolder(project.path("runs/teller")));
  const asked: string[] = [];
  const vault = (name: string) => {
    asked.push(name);
    return name === "TOKEN" ? Promise.resolve(canary) : Promise.reject(new Error("the vault is closed"));
  };
  const closed = await project.refusal("teller.ts", "one", config, { secrets: vault });
  assertEquals([closed.code, closed.message, asked], [
    "no-secret",
    `The secret "KEY" could not be had: the vault is closed`,
    ["TOKEN", "KEY"],
  ]);
});

function maybeFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

projectTest("a secret is text: other types, other shapes and other names are refused", {
  "typed.ts":
    `// %% tags=["parameters"]\nlet count = 1;\nlet pin: string | null = null;\nlet list: string[] = [];\nlet box = {};\n`,
}, async (project) => {
  const refusal = async (config: object) =>
    (await project.refusal("typed.ts", "one", config)).message.split("\n  - ")[1];
  assertEquals(await refusal({ count: { $secret: "A" } }), `count (line 2): found {"$secret":"A"}, accepted is number`);
  assertEquals(
    await refusal({ box: { $secret: "A" } }),
    `box (line 5): found {"$secret":"A"}, accepted is Record<string, unknown>`,
  );
  assertStringIncludes(
    await refusal({ list: [{ $secret: "A", or: 1 }] }),
    `list (line 4): found [{"$secret":"A","or":1}]`,
  );
  assertStringIncludes(await refusal({ box: { a: { $secret: "two words" } } }), "box.a (line 5): found");
  const good = { pin: { $secret: "A" }, list: ["x", { $secret: "B" }], box: { c: { $secret: "C" } } };
  const run = await project.run("typed.ts", "one", good, { secrets: { A: "aaaa", B: "bbbb", C: "cccc" } });
  assertEquals(run.status, "succeeded");
});

projectTest("a batch asks for each secret once, before its first row", { "teller.ts": teller }, async (project) => {
  const rows = [{ name: "a" }, { name: "b" }];
  const options = { instance: "{name}", config: () => config, runsDir: project.runsDir };
  const asked: string[] = [];
  const source = (name: "TOKEN" | "KEY") => (asked.push(name), secrets[name]);
  const batch = await runInstances(project.path("teller.ts"), rows, { ...options, secrets: source as never });
  batch.throwIfFailed();
  assertEquals(asked, ["TOKEN", "KEY"]);
  assertEquals(findIn(project.dir, canary), []);
  const error = await refusalOf(runInstances(project.path("teller.ts"), [{ name: "c" }], { ...options, secrets: {} }));
  assertEquals(error.code, "no-secret");
  assert(!maybeFolder(project.path("runs/teller/c")));
});

async function refusalOf(work: Promise<unknown>): Promise<DuctaflowError> {
  try {
    await work;
  } catch (error) {
    if (isDuctaflowError(error)) return error;
    throw error;
  }
  throw new Error("Nothing was refused");
}

projectTest("on the command line a secret is named, its value comes from the environment, and nothing prints it", {
  "flows/teller.ts": teller,
}, async (project: Project) => {
  const args = ["run", "-A", modUrl, "run", "teller", "one", "--secret", "token=MY_TOKEN", "--verbose", "--events"];
  const { code, stdout, stderr } = await project.deno(args, { MY_TOKEN: canary });
  assertEquals(code, 0, stderr);
  for (const text of [stdout, stderr]) {
    for (const [name, form] of Object.entries(formsOf(canary))) assert(!text.includes(form), `${name}\n${text}`);
  }
  assertStringIncludes(stderr, "raw [secret MY_TOKEN] end");
  assertEquals(findIn(project.dir, canary), []);
  assert(base64.length > 8);
  const missing = await project.deno(["run", "-A", modUrl, "run", "teller", "two", "--secret", "token=MY_TOKEN"]);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.stderr, `the secret "MY_TOKEN" has no value`);
  assertStringIncludes(missing.stderr, "Set the environment variable MY_TOKEN");
  const second = await project.deno([...args, "--secret", "db.password=OTHER"], { MY_TOKEN: canary });
  assertEquals(second.code, 2);
  assertStringIncludes(second.stderr, "Hint: Set the environment variable OTHER where the conductor runs\n");
});
