import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { commands, runCommandLine } from "../../lib/cli/main.ts";
import { parseOptions } from "../../lib/cli/options.ts";
import { FakeEffects } from "./fake_effects.ts";

async function call(...args: string[]) {
  const effects = new FakeEffects({ width: 120 });
  const code = await runCommandLine(args, effects);
  return { code, out: effects.stdout.written, err: effects.stderr.written };
}

Deno.test("main --help lists every command on stdout with exit code 0", async () => {
  const { code, out, err } = await call("--help");
  assertEquals([code, err], [0, ""]);
  for (const [name, { summary }] of Object.entries(commands)) {
    assert(out.split("\n").some((line) => line.startsWith(`  ${name} `) && line.endsWith(summary)), name);
  }
  assertEquals((await call("help")).out, out);
  assertEquals((await call("-h")).out, out);
});

Deno.test("main without a command shows the help on stderr with exit code 2", async () => {
  const { code, out, err } = await call();
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, "Commands");
});

for (const name of Object.keys(commands)) {
  Deno.test(`main ${name} --help has every option and examples that its own parser takes`, async () => {
    const { command } = await commands[name].load();
    const { code, out } = await call(name, "--help");
    assertEquals([code, command.name], [0, name]);
    assertEquals((await call("help", name)).out, out);
    for (const option of [...Object.keys(command.options), "verbose", "help"]) assertStringIncludes(out, `--${option}`);
    assert(command.examples.length > 0);
    for (const [line] of command.examples) {
      const [first, ...args] = line.split(" ");
      assertEquals(first, name);
      parseOptions(args, command.options);
      assertStringIncludes(out, `deno run -A mod.ts ${line}`);
    }
    assert(out.split("\n").every((line) => line.length <= 100), "Lines of the help fit 100 columns");
  });
}

Deno.test("main --version tells the versions of toolkit and Deno", async () => {
  const { code, out } = await call("--version");
  assertEquals([code, /^ductaflow \d+\.\d+\.\d+ \(deno [\d.]+\)\n$/.test(out)], [0, true]);
});

Deno.test("main suggests the command that was meant, and run for a flow", async () => {
  assertEquals(await call("lst"), {
    code: 2,
    out: "",
    err: `Error: There is no command "lst"\nHint: Did you mean "list"?\n`,
  });
  assertStringIncludes((await call("flows/a.ts", "am")).err, `Did you mean "run flows/a.ts am"?`);
  assertStringIncludes((await call("frobnicate")).err, "The commands are run, batch, inspect");
  assertStringIncludes((await call("constructor")).err, `There is no command "constructor"`);
  assertEquals((await call("--jsn")).code, 2);
});

Deno.test("main prints an error as JSON too when JSON was asked for", async () => {
  const { code, out, err } = await call("inspect", "no/such.ts", "--json");
  assertEquals([code, JSON.parse(out).error.code], [2, "flow-not-found"]);
  assertStringIncludes(err, `Error: There is no flow "no/such.ts"`);
});

Deno.test("main shows the stack of an expected error only when asked to be verbose", async () => {
  assert(!/^\s+at /m.test((await call("inspect", "no/such.ts")).err));
  assert(/^\s+at /m.test((await call("inspect", "no/such.ts", "--verbose")).err));
});
