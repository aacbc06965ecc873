/**
 * Completions for fish.
 * @module
 */
import type { Kind, ModelCommand, ModelOption, ProgramNames } from "./model.ts";

/** The script. */
export function write(commands: ModelCommand[], { name, module }: ProgramNames): string {
  const fn = `__${name.replaceAll("-", "_")}`;
  const lines = commands.flatMap((command) => {
    const here = `-n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`;
    return [
      `complete -c ${name} -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
      ...command.options.map((option) => `complete -c ${name} ${here} ${optionText(option, fn)}`),
      ...command.arguments.map((kind, i) =>
        `complete -c ${name} -n ${quoted(placeTest(command, i, fn))} ${argumentText(kind, fn)}`
      ),
    ];
  });
  return `# Completions of ${name} for fish, made by "${name} completions fish".
type -q ${name}; or function ${name}; deno run --allow-all ${quoted(module)} $argv; end

function ${fn}_runs
    set -l words (commandline -opc)
    set -l at (contains -i -- --runs $words)
    and test -n "$words[(math $at + 1)]"; and echo $words[(math $at + 1)]; or echo runs
end

function ${fn}_step
    set -l folder (${fn}_runs)
    for record in $folder/*/*/run.json
        string replace -r '.*/([^/]+)/[^/]+/run.json$' '$1' -- $record
    end | sort -u
end

function ${fn}_run
    set -l folder (${fn}_runs)
    for record in $folder/*/*/run.json
        string replace -r '.*/([^/]+/[^/]+)/run.json$' '$1' -- $record
    end
end

function ${fn}_flow
    for file in flows/*.ts
        string replace -r '.*/(.*)\\.ts$' '$1' -- $file
    end
    __fish_complete_suffix .ts | string match -r '.*(?:/|\\.ts)(?:\\t.*)?$'
end

function ${fn}_command
    printf '%s\\n' ${commands.map(({ name }) => name).join(" ")}
end

# How many arguments stand before the cursor after the command: options do not count, nor do their values.
function ${fn}_arguments
    set -l words (commandline -opc)
    set -e words[1..2]
    set -l count 0
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
        else if string match -q -- '--*=*' $word
        else if contains -- $word ${valued(commands)}
            set skip 1
        else if not string match -q -- '-*' $word
            set count (math $count + 1)
        end
    end
    echo $count
end

complete -c ${name} -f
complete -c ${name} -n __fish_use_subcommand -s h -l help -d 'Show the help'
complete -c ${name} -n __fish_use_subcommand -s V -l version -d 'Show the versions'
${lines.join("\n")}
`;
}

/** All options that take a value: what follows one of them is no argument. */
function valued(commands: ModelCommand[]): string {
  const names = commands.flatMap(({ options }) => options.filter(({ value }) => value).map(({ name }) => `--${name}`));
  return [...new Set(names)].join(" ");
}

function placeTest({ name, arguments: { length } }: ModelCommand, i: number, fn: string): string {
  const compare = i === length - 1 ? "-ge" : "-eq";
  return `__fish_seen_subcommand_from ${name}; and test (${fn}_arguments) ${compare} ${i}`;
}

function optionText({ name, help, short, value }: ModelOption, fn: string): string {
  const takes = value ? ` -r ${argumentText(value, fn)}` : "";
  return `${short ? `-s ${short} ` : ""}-l ${name} -d ${quoted(help)}${takes}`;
}

function argumentText(kind: Kind, fn: string): string {
  if (kind.is === "choice") return `-f -a ${quoted(kind.choices.join(" "))}`;
  if (kind.is === "file") return "-F";
  if (kind.is === "folder") return `-f -a '(__fish_complete_directories)'`;
  if (kind.is === "command") return `-f -a '(${fn}_command)'`;
  return kind.is === "text" ? "-f" : `-f -a '(${fn}_${kind.is})'`;
}

/** In fish, a backslash and a single quote are escaped within single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
