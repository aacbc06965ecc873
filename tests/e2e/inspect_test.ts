/** A flow under a debugger: what V8's inspector tells a client is what an editor would show. */
import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { decodeSegments } from "./decode_mappings.ts";
import { mod } from "./command_line.ts";
import { type Project, projectTest } from "./project.ts";
import { until } from "./sandbox.ts";

// deno-lint-ignore no-explicit-any
type Message = any;

/** A client of the inspector's protocol. */
class Debugger {
  readonly events: Message[] = [];
  #socket: WebSocket;
  #answers = new Map<number, (message: Message) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.id === undefined) return void this.events.push(message);
      this.#answers.get(message.id)?.(message);
    };
  }

  /** Connects once somebody listens. */
  static async attach(port: number): Promise<Debugger> {
    const url = await until("the inspector listens", async () => {
      try {
        const [target] = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
        return target.webSocketDebuggerUrl as string;
      } catch {
        return undefined;
      }
    });
    const socket = new WebSocket(url);
    await new Promise((open, fail) => [socket.onopen, socket.onerror] = [open, fail]);
    return new Debugger(socket);
  }

  async ask(method: string, params: object = {}): Promise<Message> {
    const id = ++this.#last;
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** The next event of a kind, taken out of the list. */
  async event(method: string, wanted: (params: Message) => boolean = () => true): Promise<Message> {
    return await until(method, () => {
      const at = this.events.findIndex((event) => event.method === method && wanted(event.params));
      return at < 0 ? undefined : this.events.splice(at, 1)[0].params;
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    await closed;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function start(project: Project, port: number, args: string[], flow = "flows/sum.ts") {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", mod, "run", flow, "one", `--inspect-port=${port}`, ...args],
    cwd: project.dir,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** The enum and the interface take lines that JavaScript has not, or has others for. */
const flow = `// ---
// timeout: 1ms
// ---
interface Pair {
  a: number;
}
// %% tags=["parameters"]
let a = 1;
let name = "nobody";
// %% Work
import { twice } from "../lib/twice.ts";
enum Kind {
  Small,
  Large,
}
const pair: Pair = { a };
const kind = a > 10 ? Kind.Large : Kind.Small; const text = \`\${name} \${kind}\`;
const result = twice(pair.a);
Deno.writeTextFileSync("result.txt", \`\${text} \${result}\`);
`;
const lib = `/** Twice. */
export function twice(n: number): number {
  return 2 * n;
}
`;
const failing = `${flow.replace("twice(pair.a)", "twice(missing())")}
function missing(): number {
  throw new RangeError("nothing");
}
`;
const files = { "flows/sum.ts": flow, "lib/twice.ts": lib };
const lineOf = (text: string) => flow.split("\n").findIndex((line) => line.includes(text));

/** Starts the flow, attaches, and gives the flow's script with the originals of its places. */
async function attachTo(project: Project, port: number) {
  const client = await Debugger.attach(port);
  // Deno does not wait for the last one.
  await Promise.all(
    ["Runtime.enable", "Debugger.enable", "Runtime.runIfWaitingForDebugger"].map((method) => client.ask(method)),
  );
  const script = await client.event("Debugger.scriptParsed", ({ url }) => url.endsWith("/debug/sum.ts.js"));
  const map = JSON.parse(atob(script.sourceMapURL.split("base64,")[1]));
  assertEquals(map.sources, [new URL(`file://${encodeURI(project.path("flows/sum.ts"))}`).href]);
  assertEquals(map.sourcesContent, [flow]);
  const places = decodeSegments(map.mappings);
  /** Where in the flow a place of the script is: line and column from 0. */
  const original = ({ lineNumber, columnNumber }: Message) => {
    const before = places.filter((p) => p.generatedLine === lineNumber && p.generatedColumn <= columnNumber);
    return before.at(-1) ?? places.find((p) => p.generatedLine === lineNumber);
  };
  return { client, script, places, original };
}

projectTest(
  "run --inspect-brk stops at the first cell of the flow's own file, with its config",
  files,
  async (project) => {
    const port = freePort();
    const child = start(project, port, ["--inspect-brk", "--set", "a=21", "--set", "name=Ada"]);
    try {
      const { client, script, places, original } = await attachTo(project, port);
      const first = await client.event("Debugger.paused");
      assertEquals(original(first.callFrames[0].location)?.line, lineOf("interface"));
      // A breakpoint in the middle of a line, as an editor sets it: from the flow's place to the script's.
      const line = lineOf("const kind");
      const column = flow.split("\n")[line].indexOf("const text");
      const place = places.filter((p) => p.line === line && p.column >= column)[0];
      assertEquals(place.column, column);
      const { actualLocation } = await client.ask("Debugger.setBreakpoint", {
        location: { scriptId: script.scriptId, lineNumber: place.generatedLine, columnNumber: place.generatedColumn },
      });
      assertEquals(original(actualLocation)?.line, line);
      await client.ask("Debugger.resume");
      const { callFrames: [frame] } = await client.event("Debugger.paused");
      assertEquals(original(frame.location)?.line, line);
      const see = async (expression: string) =>
        (await client.ask("Debugger.evaluateOnCallFrame", { callFrameId: frame.callFrameId, expression })).result.value;
      assertEquals([await see("a"), await see("name"), await see("kind")], [21, "Ada", 1]);
      assert(
        client.events.some(({ params }) => params.url === `file://${encodeURI(project.path("lib/twice.ts"))}`),
        "What the flow imports is there under its own name",
      );
      await client.ask("Debugger.resume");
      await client.event("Runtime.executionContextDestroyed");
      await client.close();
      const { code, stderr } = await child.output();
      const said = new TextDecoder().decode(stderr);
      assertEquals(code, 0, said);
      assertStringIncludes(said, `The flow waits for a debugger at 127.0.0.1:${port}`);
      assertEquals(Deno.readTextFileSync(project.path("runs/sum/one/result.txt")), "Ada 1 42");
      // Somebody may have changed values in it: nothing relies on such a run.
      assertEquals(await project.why("flows/sum.ts", "one", { a: 21, name: "Ada" }), [
        "untraceable: The last run was in a debugger, where values can be changed",
      ]);
    } finally {
      await endProcess(child);
    }
  },
);

projectTest("run --inspect-wait stops nowhere by itself; errors name the flow's own lines", {
  ...files,
  "flows/sum.ts": failing,
}, async (project) => {
  const port = freePort();
  const child = start(project, port, ["--inspect-wait"]);
  try {
    const client = await Debugger.attach(port);
    for (const method of ["Runtime.enable", "Debugger.enable", "Runtime.runIfWaitingForDebugger"]) {
      await client.ask(method);
    }
    await client.event("Runtime.executionContextDestroyed");
    assertEquals(client.events.filter(({ method }) => method === "Debugger.paused"), []);
    await client.close();
    const { code, stderr } = await child.output();
    assertEquals(code, 1);
    const record = JSON.parse(Deno.readTextFileSync(project.path("runs/sum/one/run.json")));
    assertEquals(
      [record.error.name, record.error.line],
      ["RangeError", failing.split("\n").findIndex((line) => line.includes("throw")) + 1],
      new TextDecoder().decode(stderr),
    );
  } finally {
    await endProcess(child);
  }
});

projectTest("run --inspect-wait takes a flow in JavaScript with Windows line ends", {
  "flows/old.js":
    `// %% tags=["parameters"]\r\nlet a = 1;\r\n// %%\r\nconst b = a + 1;\r\nthrow new Error(\`b is \${b}\`);\r\n`,
}, async (project) => {
  const port = freePort();
  const child = start(project, port, ["--inspect-wait", "--set", "a=5"], "flows/old.js");
  try {
    const client = await Debugger.attach(port);
    for (const method of ["Runtime.enable", "Debugger.enable", "Runtime.runIfWaitingForDebugger"]) {
      await client.ask(method);
    }
    await client.event("Runtime.executionContextDestroyed");
    await client.close();
    await child.output();
    const { error } = JSON.parse(Deno.readTextFileSync(project.path("runs/old/one/run.json")));
    assertEquals([error.message, error.line], ["b is 6", 5]);
  } finally {
    await endProcess(child);
  }
});

projectTest("run with a debugger refuses options that mean nothing beside it", files, async (project) => {
  const refuse = async (...args: string[]) => {
    const { code, stderr } = await project.deno(["run", "-A", mod, "run", "flows/sum.ts", ...args]);
    assertEquals(code, 2);
    return stderr;
  };
  assertStringIncludes(await refuse("--inspect-brk", "--inspect-wait"), "exclude each other");
  assertStringIncludes(await refuse("--inspect-port", "9000"), "--inspect-port needs --inspect-brk");
  assertStringIncludes(await refuse("--inspect-brk", "--inspect-port", "70000"), `is "70000"`);
  assertStringIncludes(await refuse("--inspect-brk", "--cache", "auto"), "exclude each other");
});

/** Ends a command line that a failed test left waiting, and with it the flow. */
async function endProcess(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended.
  }
  await child.status;
}
