/**
 * Completions for zsh, by its own `_arguments`.
 * @module
 */
import type { Kind, ModelCommand, ModelOption, ProgramNames } from "./model.ts";

/** The script. */
export function write(commands: ModelCommand[], { name, module }: ProgramNames): string {
  const fn = `_${name.replaceAll("-", "_")}`;
  const summaries = commands.map(({ name, summary }) => `    ${quoted(`${name}:${escaped(summary)}`)}\n`);
  const cases = commands.map((command) => {
    const options = command.options.flatMap((option) => optionSpecs(option, fn));
    const places = command.arguments.map((kind, i) => `${i + 1}:${kind.is}:${action(kind, fn)}`);
    const last = command.arguments.at(-1);
    const specs = [...options, ...places, ...last ? [`*:${last.is}:${action(last, fn)}`] : []];
    return `    ${command.name})\n      _arguments -S \\\n${
      specs.map((spec) => `        ${quoted(spec)}`).join(" \\\n")
    };;\n`;
  });
  return `# Completions of ${name} for zsh, made by "${name} completions zsh".
(( $+commands[${name}] || $+functions[${name}] )) || ${name}() { deno run --allow-all ${quoted(module)} "$@" }

${fn}_runs() { [[ -n \${opt_args[--runs]} ]] && print -r -- \${opt_args[--runs]} || print runs }

${fn}_step() {
  local -a found
  found=($(${fn}_runs)/*/*/run.json(N:h:h:t))
  (( $#found )) && compadd -- \${(u)found}
}

${fn}_run() {
  local -a found
  if [[ $PREFIX == */* ]]; then
    found=($(${fn}_runs)/\${PREFIX%%/*}/*/run.json(N:h:t))
    (( $#found )) && compadd -- \${PREFIX%%/*}/\${^found}
  else
    found=($(${fn}_runs)/*/*/run.json(N:h:h:t))
    (( $#found )) && compadd -S / -- \${(u)found}
  fi
}

${fn}_flow() {
  local -a found
  found=(flows/*.ts(N:t:r))
  (( $#found )) && compadd -- $found
  _files -g '*.ts'
}

${fn}_command() {
  local -a found
  found=(
${summaries.join("")}  )
  _describe command found
}

${fn}() {
  if (( CURRENT == 2 )); then ${fn}_command; return; fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join("")}  esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef ${fn} ${name}
`;
}

function optionSpecs({ name, help, short, value, many }: ModelOption, fn: string): string[] {
  const repeated = many ? "*" : "";
  const about = `[${escaped(help).replaceAll("[", "\\[").replaceAll("]", "\\]")}]`;
  const argument = value ? `:${value.is}:${action(value, fn)}` : "";
  const long = `${repeated}--${name}${value ? "=" : ""}${about}${argument}`;
  return short ? [long, `${repeated}-${short}${about}${argument}`] : [long];
}

function action(kind: Kind, fn: string): string {
  if (kind.is === "choice") return `(${kind.choices.join(" ")})`;
  if (kind.is === "file") return "_files";
  if (kind.is === "folder") return "_files -/";
  return kind.is === "text" ? " " : `${fn}_${kind.is}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll(":", "\\:");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
