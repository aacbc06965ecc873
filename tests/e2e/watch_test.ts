/** `run --watch`: saves make runs, and the page in the browser follows. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../lib/deps/assert.ts";
import { openBrowser, skipsBrowserTests } from "../browser.ts";
import { mod } from "./command_line.ts";
import { conductorFlags, type Sandbox, sandboxed, until } from "./sandbox.ts";

/** A watch that runs. */
interface Watch {
  /** The address that it printed. */
  url: string;
  /** All that it said to people so far. */
  said(): string;
  /** Waits for a text in what it says from now on, and forgets all up to it. */
  heard(text: string): Promise<void>;
  signal(signal: Deno.Signal): void;
  ended: Promise<Deno.CommandStatus>;
}

/** Starts `run … --watch` in the sandbox and ends it when the work is done. */
async function watching(box: Sandbox, args: string[], work: (watch: Watch) => Promise<void>): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...conductorFlags, "--allow-net=127.0.0.1", mod, "run", ...args, "--watch"],
    cwd: box.dir,
    env: { PATH: Deno.env.get("PATH")!, HOME: Deno.env.get("HOME") ?? "/", NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let [out, err, from] = ["", "", 0];
  const reading = [
    collect(child.stdout, (text) => out += text),
    collect(child.stderr, (text) => err += text),
  ];
  try {
    await until("the address of the page", () => out.includes("\n"));
    await work({
      url: out.trim(),
      said: () => err,
      async heard(text) {
        const at = await until(`it says "${text}" after\n${err.slice(from)}`, () => {
          const found = err.indexOf(text, from);
          return found >= 0 && found + 1;
        });
        from = at - 1 + text.length;
      },
      signal: (signal) => child.kill(signal),
      ended: child.status,
    });
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await Promise.all([child.status, ...reading]);
  }
}

async function collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  for await (
    const text of stream.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
  ) take(text);
}

const ready = "the report is at";

function save(box: Sandbox, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(box.path(name), text);
}

Deno.test({
  name: "run --watch shows the report in the browser, the new one after a save, and what does not parse",
  ignore: skipsBrowserTests(),
  fn: sandboxed(async (box) => {
    const long = `for (let i = 0; i < 300; i++) console.log("line", i);\n`;
    box.flow("page", `// %% Say\nconsole.log("first words");\n${long}`);
    const browser = await openBrowser();
    try {
      await watching(box, ["page"], async ({ url, heard }) => {
        const page = await browser.newPage();
        const problems: string[] = [];
        page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
        page.on("pageerror", (error) => problems.push(String(error)));
        await page.goto(url);
        const report = page.frameLocator("#report");
        const bar = page.locator("#bar");
        await report.locator(".stream", { hasText: "first words" }).waitFor();
        await heard(ready);
        // The reader has scrolled down.
        const frame = page.frames().find((each) => each.url().includes("report.html"))!;
        await frame.evaluate("scrollTo(0, 200)");
        box.flow("page", `// %% Say\nconsole.log("second words");\n${long}`);
        await report.locator(".stream", { hasText: "second words" }).waitFor();
        assertEquals(await report.locator(".stream", { hasText: "first words" }).count(), 0);
        const now = page.frames().find((each) => each.url().includes("report.html"))!;
        await until("the reader is where he was", async () => await now.evaluate("scrollY") === 200);
        await heard(ready);
        box.flow("page", `// %% Say\nconsole.log("third words";\n`);
        await heard("Error:");
        await page.locator("#bar[data-kind=bad]").waitFor();
        assertStringIncludes(await bar.innerText(), "page.ts:4");
        assertEquals(await report.locator(".stream", { hasText: "second words" }).count(), 1);
        await heard(ready);
        box.flow("page", `// %% Say\nconsole.log("fourth words");\n`);
        await report.locator(".stream", { hasText: "fourth words" }).waitFor();
        await page.locator("#bar[data-kind=good]").waitFor();
        assertMatch(await page.title(), /^✔ page\/default$/);
        // What is framed is the report as it is on disk, with its own policy.
        const served = await (await fetch(`${url}run/report.html`)).text();
        assertEquals(served, Deno.readTextFileSync(box.path("runs/page/default/report.html")));
        assertMatch(served, /<meta http-equiv="Content-Security-Policy" content="default-src (?:'|&#39;)none/);
        assertEquals(problems, []);
      });
    } finally {
      await browser.close();
    }
  }),
});

Deno.test(
  "run --watch runs again for imports, config files and a burst of saves once, and ends cleanly on Ctrl-C",
  sandboxed(async (box) => {
    box.flow("watched", `// %% Say\nimport { word } from "./word.ts";\nconsole.log(word, n);\n`);
    save(box, { "flows/word.ts": `export const word = "one";\n`, "base.yaml": "n: 1\n" });
    await watching(box, ["watched", "it", "-f", "base.yaml", "--verbose"], async (watch) => {
      const { heard } = watch;
      await heard("│ one 1");
      await heard(ready);
      save(box, { "flows/word.ts": `export const word = "two";\n` });
      await heard("flows/word.ts saved: running again");
      await heard("│ two 1");
      await heard(ready);
      save(box, { "base.yaml": "n: 2\n" });
      await heard("base.yaml saved: running again");
      await heard("│ two 2");
      await heard(ready);
      save(box, { "base.yaml": "n: [2\n" });
      await heard(`The config file "base.yaml" cannot be read`);
      await heard(ready);
      // As an editor does it: a new file takes the place of the old one.
      save(box, { "base.tmp": "n: 3\n" });
      Deno.renameSync(box.path("base.tmp"), box.path("base.yaml"));
      await heard("│ two 3");
      await heard(ready);
      const before = watch.said().length;
      for (const n of [4, 5, 6]) {
        save(box, { "base.yaml": `n: ${n}\n`, "flows/word.ts": `export const word = "w${n}";\n` });
      }
      await heard("│ w6 6");
      await heard(ready);
      assertEquals(watch.said().slice(before).match(/saved: running again/g)?.length, 1);
      // A file that is saved as it was is no reason, and a comment makes nothing new.
      save(box, { "flows/word.ts": `export const word = "w6"; // the last\n` });
      await heard("is fresh");
      await heard(ready);
      watch.signal("SIGINT");
      assertEquals((await watch.ended).code, 130);
      assertStringIncludes(watch.said(), "The watch has ended");
    });
  }),
);

Deno.test(
  "run --watch cancels a run when a file is saved meanwhile, and Ctrl-C cancels the one that goes on",
  sandboxed(async (box) => {
    const slow = (mark: string) =>
      `// %% Wait\nconsole.log("waiting ${mark}");\nfor (;;) await new Promise((r) => setTimeout(r, 1000));\n`;
    box.flow("slow", slow("a"));
    await watching(box, ["slow", "--verbose"], async ({ heard, signal, ended, said }) => {
      await heard("waiting a");
      box.flow("slow", slow("b"));
      await heard("flows/slow.ts saved: running again");
      await heard('Cancelled in cell 2 "Wait" (flows/slow.ts was saved)');
      await heard("waiting b");
      signal("SIGINT");
      assertEquals((await ended).code, 130);
      assertStringIncludes(said(), "Cancelled in cell 2");
      assertEquals(box.record("slow", "default").status, "cancelled");
    });
  }),
);

Deno.test(
  "run --watch finds a missing import once it is there, and refuses at once what watching cannot mend",
  sandboxed(async (box) => {
    box.flow("early", `// %% Say\nimport { word } from "./late.ts";\nconsole.log(word);\n`);
    await watching(box, ["early", "--verbose"], async ({ heard }) => {
      await heard("late.ts");
      await heard(ready);
      save(box, { "flows/late.ts": `export const word = "at last";\n` });
      await heard("│ at last");
    });
    for (const args of [["none"], ["early", "--port", "70000"], ["early", "--json"], ["early", "--set", "n"]]) {
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", ...conductorFlags, "--allow-net=127.0.0.1", mod, "run", ...args, "--watch"],
        cwd: box.dir,
        stdin: "null",
      });
      assertEquals((await command.output()).code, 2, args.join(" "));
    }
  }),
);

Deno.test(
  "cases 56, 57: the page of run --watch answers its own address only, and gives nothing but what the run left",
  sandboxed(async (box) => {
    box.flow("files", `// %% Write\nDeno.writeTextFileSync("a b.html", "<script>1</script>");\n`);
    save(box, { "secret.txt": "not for the web" });
    await watching(box, ["files"], async ({ url, heard }) => {
      await heard(ready);
      const { origin, host, pathname } = new URL(url);
      const ask = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
        const text = await rawRequest(host, `${method} ${path} HTTP/1.1`, { host, ...headers });
        assert(!text.includes("not for the web"), path);
        return Number(text.split(" ")[1]);
      };
      assertEquals(await ask(pathname), 200);
      assertEquals(await ask(pathname, { origin }), 200);
      assertEquals(await ask(`${pathname}run/a%20b.html`), 200);
      const file = await fetch(`${url}run/a%20b.html`);
      assertMatch(file.headers.get("content-security-policy")!, /^sandbox; default-src 'none'/);
      assertEquals(await file.text(), "<script>1</script>");
      assertEquals(await ask(pathname, { host: "evil.test" }), 403);
      assertEquals(await ask(`${pathname}events`, { origin: "http://evil.test" }), 403);
      assertEquals(await ask(pathname, {}, "POST"), 405);
      for (const path of ["/", "/events", "/run/report.html", `/${"0".repeat(32)}/`]) {
        assertEquals(await ask(path), 403, path);
      }
      for (const name of traversals) assert([403, 404].includes(await ask(`${pathname}run/${name}`)), name);
    });
  }),
);

const traversals = [
  "../../secret.txt",
  "../../../../secret.txt",
  "%2e%2e/%2e%2e/secret.txt",
  "%252e%252e/%252e%252e/secret.txt",
  "..%2f..%2fsecret.txt",
  "..\\..\\secret.txt",
  "..%5c..%5csecret.txt",
  "//etc/passwd",
  "file:///etc/passwd",
  "a%00b",
  "%",
  "CON",
  "config.json/../../../../secret.txt",
  "x".repeat(5000),
];

/** One request as it is written: `fetch` would tidy up the path and set the headers. */
async function rawRequest(host: string, line: string, headers: Record<string, string>): Promise<string> {
  const [hostname, port] = host.split(":");
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const head = Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${value}\r\n`).join(
    "",
  );
  await connection.write(new TextEncoder().encode(`${line}\r\n${head}\r\n`));
  const first = new Uint8Array(64 * 1024);
  const length = await connection.read(first) ?? 0;
  return new TextDecoder().decode(first.subarray(0, length));
}
