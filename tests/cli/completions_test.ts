import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import { commands, runCommandLine } from "../../lib/cli/main.ts";
import { FakeEffects } from "./fake_effects.ts";

async function call(...args: string[]) {
  const effects = new FakeEffects();
  const code = await runCommandLine(args, effects);
  return { code, out: effects.stdout.written, err: effects.stderr.written };
}

/** A folder with two flows, a table, and runs of one of them. */
function makeFolder(): string {
  const dir = Deno.makeTempDirSync({ prefix: "ductaflow-completions-" });
  for (const name of ["flows", "data", "runs/delay/am", "runs/delay/pm", "runs/collated", "runs/.ductaflow/locks"]) {
    Deno.mkdirSync(join(dir, name), { recursive: true });
  }
  const files = ["flows/delay.ts", "flows/depart.ts", "flows/notes.md", "table one.csv", "own.ts"];
  for (const name of [...files, "runs/delay/am/run.json", "runs/delay/pm/run.json", "runs/collated/index.html"]) {
    Deno.writeTextFileSync(join(dir, name), "");
  }
  return dir;
}

/** Whether a shell is there; without `DUCTAFLOW_REQUIRE_SHELLS` a missing one is a notice. */
function hasShell(shell: string): boolean {
  try {
    return new Deno.Command(shell, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    if (Deno.env.get("DUCTAFLOW_REQUIRE_SHELLS") === "1") return true;
    console.log(`notice: no ${shell} found, the test of its completions is skipped`);
    return false;
  }
}

async function sayIn(shell: string, args: string[], cwd: string, script: string): Promise<string> {
  const env = { PATH: Deno.env.get("PATH")!, HOME: cwd, SCRIPT: script };
  const command = new Deno.Command(shell, { args, cwd, env, clearEnv: true, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals([success, err], [true, ""], out);
  return out;
}

const shells = ["bash", "zsh", "fish"];
for (const shell of shells) {
  const wanted: Record<string, string[]> = {
    "ductaflow li": ["list"],
    "ductaflow run de": ["delay", "depart"],
    "ductaflow run --ca": ["--cache"],
    "ductaflow run --cache ": ["auto", "existing", "off"],
    "ductaflow run delay --cache o": ["off"],
    "ductaflow batch --concurrency 3 delay ta": ["table one.csv"],
    "ductaflow list ": ["delay"],
    "ductaflow list --status fa": ["failed"],
    "ductaflow show delay/": ["delay/am", "delay/pm"],
    "ductaflow diff delay/am delay/p": ["delay/pm"],
    "ductaflow help co": ["collate", "compile", "completions"],
    "ductaflow completions ": shells.toSorted(),
  };

  Deno.test({
    name: `completions ${shell}: the shell itself completes commands, options, values, flows, steps and instances`,
    // zsh completes in a terminal only: its script is read and declared.
    ignore: !hasShell(shell),
    async fn() {
      const { code, out, err } = await call("completions", shell);
      assertEquals([code, err], [0, ""]);
      const dir = makeFolder();
      try {
        const script = join(dir, "completions");
        Deno.writeTextFileSync(script, out);
        if (shell === "zsh") {
          const declared = `autoload -Uz compinit && compinit -D && source $SCRIPT && print $_comps[ductaflow]`;
          assertEquals(await sayIn("zsh", ["-f", "-c", declared], dir, script), "_ductaflow\n");
          return;
        }
        for (const [line, expected] of Object.entries(wanted)) {
          const found = shell === "bash" ? await inBash(line, dir, script) : await inFish(line, dir, script);
          assertEquals(found.filter((word) => word !== "").sort(), expected, line);
        }
      } finally {
        Deno.removeSync(dir, { recursive: true });
      }
    },
  });
}

/** As bash does it: the words so far, then what the declared function puts into COMPREPLY. */
async function inBash(line: string, dir: string, script: string): Promise<string[]> {
  const ask = `source "$SCRIPT"
read -ra COMP_WORDS <<< "$1"; [ "\${1% }" != "$1" ] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
declared=$(complete -p ductaflow); [ "$declared" = "complete -F _ductaflow ductaflow" ] || exit 1
_ductaflow ductaflow; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return (await sayIn("bash", ["--norc", "-c", ask, "bash", line], dir, script)).split("\n");
}

async function inFish(line: string, dir: string, script: string): Promise<string[]> {
  const ask = "source $SCRIPT; complete -C $argv[1]";
  const out = await sayIn("fish", ["--no-config", "-c", ask, line], dir, script);
  return out.split("\n").map((row) => row.split("\t")[0]);
}

Deno.test("completions bash define the program where there is none, and leave one that is there", async () => {
  const { out } = await call("completions", "bash", "--name", "flows-of-mine");
  assertStringIncludes(out, "type flows-of-mine >/dev/null 2>&1 || flows-of-mine() { deno run --allow-all '");
  assertStringIncludes(out, "complete -F _flows_of_mine flows-of-mine\n");
});

Deno.test("completions name every command with its options", async () => {
  for (const shell of shells) {
    const { out } = await call("completions", shell);
    for (const [name, { load }] of Object.entries(commands)) {
      assert(out.includes(name), `${shell}: ${name}`);
      const { command } = await load();
      for (const option of Object.keys(command.options)) {
        const form = shell === "fish" ? `-l ${option}` : `--${option}`;
        assert(out.includes(form), `${shell}: ${name} ${form}`);
      }
    }
  }
});

Deno.test("completions refuse an unknown shell and a name that is none", async () => {
  assertStringIncludes((await call("completions", "bsh")).err, `Did you mean "bash"?`);
  assertEquals((await call("completions")).code, 2);
  assertStringIncludes((await call("completions", "bash", "--name", "a b; rm")).err, `The option --name is "a b; rm"`);
});
