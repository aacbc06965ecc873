/**
 * Completions for bash. The script is plain bash 3.2 (that of macOS) and needs no package of completions.
 * @module
 */
import type { Kind, ModelCommand, ProgramNames } from "./model.ts";

/** The script. */
export function write(commands: ModelCommand[], { name, module }: ProgramNames): string {
  const fn = `_${name.replaceAll("-", "_")}`;
  const values = commands.flatMap((command) =>
    command.options.filter((option) => option.value !== undefined).map(({ name, value }) =>
      `    ${quoted(`${command.name} --${name}`)}) kind=${quoted(kindText(value!))};;\n`
    )
  );
  const places = commands.filter((command) => command.arguments.length > 0).flatMap((command) => [
    ...command.arguments.map((kind, i) => `    ${quoted(`${command.name} ${i}`)}) kind=${quoted(kindText(kind))};;\n`),
    `    ${quoted(command.name)}\\ *) kind=${quoted(kindText(command.arguments.at(-1)!))};;\n`,
  ]);
  const options = commands.map((command) => {
    const words = command.options.flatMap(({ name, short }) => [`--${name}`, ...short ? [`-${short}`] : []]);
    return `    ${command.name}) options=${quoted(words.join(" "))};;\n`;
  });
  return `# Completions of ${name} for bash, made by "${name} completions bash".
type ${name} >/dev/null 2>&1 || ${name}() { deno run --allow-all ${quoted(module)} "$@"; }

${fn}_value_kind() {
  kind=
  case "$1 $2" in
${values.join("")}  esac
}

${fn}_argument_kind() {
  kind=
  case "$1 $2" in
${places.join("")}  esac
}

${fn}() {
  local commands=${quoted(commands.map((command) => command.name).join(" "))}
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local command= runs=runs count=0 options= kind= i word line step
  COMPREPLY=()
  # Bash splits words at "=".
  if [ "$cur" = "=" ]; then cur=; elif [ "$prev" = "=" ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      =) continue;;
      -*)
        if [ "\${COMP_WORDS[i+1]}" = "=" ]; then
          ((i + 1 < COMP_CWORD)) && i=$((i + 1))
        else
          ${fn}_value_kind "$command" "$word"
          [ -n "$kind" ] || continue
        fi
        i=$((i + 1))
        [ "$word" = --runs ] && [ -n "\${COMP_WORDS[i]}" ] && ((i < COMP_CWORD)) && runs=\${COMP_WORDS[i]};;
      *) if [ -z "$command" ]; then command=$word; else count=$((count + 1)); fi;;
    esac
  done
  if [ -z "$command" ]; then
    COMPREPLY=($(compgen -W "$commands --help --version" -- "$cur"))
    return
  fi
  ${fn}_value_kind "$command" "$prev"
  if [ -z "$kind" ]; then
    if [ "\${cur#-}" != "$cur" ]; then
      case $command in
${options.join("")}      esac
      COMPREPLY=($(compgen -W "$options" -- "$cur"))
      return
    fi
    ${fn}_argument_kind "$command" "$count"
  fi
  case $kind in
    command) COMPREPLY=($(compgen -W "$commands" -- "$cur"));;
    choice\\ *) COMPREPLY=($(compgen -W "\${kind#choice }" -- "$cur"));;
    step|run)
      step=\${cur%%/*}
      if [ "$kind" = run ] && [ "$step" != "$cur" ]; then
        for line in "$runs/$step"/*/run.json; do
          word=\${line%/run.json}; word=$step/\${word##*/}
          [ -e "$line" ] && [ "\${word#"$cur"}" != "$word" ] && COMPREPLY+=("$word")
        done
        return
      fi
      for line in "$runs"/*/; do
        word=\${line%/}; word=\${word##*/}
        compgen -G "$line*/run.json" >/dev/null || continue
        [ "\${word#"$cur"}" != "$word" ] || [ -z "$cur" ] || continue
        if [ "$kind" = run ]; then COMPREPLY+=("$word/"); else COMPREPLY+=("$word"); fi
      done
      [ "$kind" = run ] && compopt -o nospace 2>/dev/null;;
    flow)
      for line in flows/*.ts; do
        word=\${line##*/}; word=\${word%.ts}
        [ -e "$line" ] && { [ -z "$cur" ] || [ "\${word#"$cur"}" != "$word" ]; } && COMPREPLY+=("$word")
      done
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do
        { [ -d "$line" ] || [ "\${line%.ts}" != "$line" ]; } && COMPREPLY+=("$line")
      done < <(compgen -f -- "$cur");;
    file|folder)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
        if [ "$kind" = folder ]; then compgen -d -- "$cur"; else compgen -f -- "$cur"; fi
      );;
  esac
}
complete -F ${fn} ${name}
`;
}

function kindText(kind: Kind): string {
  return kind.is === "choice" ? `choice ${kind.choices.join(" ")}` : kind.is;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
