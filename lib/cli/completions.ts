/**
 * The command `completions`: a script for a shell, made from the tables that the parser uses.
 * @module
 */
import { fromFileUrl } from "../deps/path.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, parseOptions, usageError } from "./options.ts";
import { nearest } from "../base/nearest.ts";

const shells = ["bash", "zsh", "fish"] as const;

const options = {
  name: { value: "name", help: `What the program is called in the shell; "ductaflow" unless given` },
};

/** The command `completions`. */
export const command: Command = {
  name: "completions",
  usage: "<bash|zsh|fish> [options]",
  description: `Prints a script for a shell that completes commands, options, flows, steps and instances. Where there is
no program "ductaflow", it defines one that starts this toolkit, so that one line in the shell's own start file gives you
both.`,
  options,
  examples: [
    ["completions bash >> ~/.bashrc", "for every bash from now on"],
    ["completions zsh >> ~/.zshrc", "after the line with compinit"],
    ["completions fish > ~/.config/fish/conf.d/ductaflow.fish", "for fish"],
  ],
  async run(args, { stdout }, all) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    const [wanted, ...rest] = positionals;
    const shell = shells.find((each) => each === wanted);
    if (rest.length > 0) throw usageError(`"${rest[0]}" is one argument too many`);
    if (shell === undefined) {
      const meant = wanted && nearest(wanted, shells);
      const what = wanted === undefined ? "No shell is given" : `There are no completions for "${wanted}"`;
      throw usageError(what, meant ? `Did you mean "${meant}"?` : `The shells are ${shells.join(", ")}`);
    }
    const name = values.name ?? "ductaflow";
    if (!/^[\w-]+$/.test(name)) {
      throw usageError(`The option --name is "${name}"; accepted are letters, digits, - and _`);
    }
    const [{ readModel }, { write }] = await Promise.all([import("./completions/model.ts"), writers[shell]()]);
    stdout.write(write(await readModel(all), { name, module: mainModule() }));
    return exitCodes.done;
  },
};

const writers = {
  bash: () => import("./completions/bash.ts"),
  zsh: () => import("./completions/zsh.ts"),
  fish: () => import("./completions/fish.ts"),
};

/** Where this program was started from, as a shell can start it from any folder. */
function mainModule(): string {
  return Deno.mainModule.startsWith("file:") ? fromFileUrl(Deno.mainModule) : Deno.mainModule;
}
