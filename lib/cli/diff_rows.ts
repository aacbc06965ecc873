/**
 * Lines that say what was and what is: signs, values side by side, diffs of texts.
 * @module
 */
import type { Difference } from "../batch/comparison/difference.ts";
import type { TextDiff } from "../batch/comparison/text_diff.ts";
import { cutText, type Paint, plainText, textWidth } from "./style.ts";
import type { DiffTextOptions } from "./diff_text.ts";

const signs = { added: ["green", "+"], removed: ["red", "-"], changed: ["yellow", "~"], equal: ["dim", "="] } as const;

/** `+`, `-`, `~`, or `=` for what is equal. */
export function signOf({ change }: Pick<Difference<unknown>, "change">, paint: Paint): string {
  const [style, sign] = signs[change];
  return paint(style, sign);
}

/** `before → after`, or the one that is there. */
export function sideText<T>({ before, after, change }: Difference<T>, show: (value: T) => string): string {
  if (change === "changed") return `${show(before!)} → ${show(after!)}`;
  return show((after ?? before)!);
}

/** One line each, in two columns; values that are too long for that stand below their name, one above the other. */
export function changeRows<T, D extends Difference<T>>(
  list: D[],
  show: (value: T, item: D, side: "before" | "after") => string,
  paint: Paint,
  { all, width }: DiffTextOptions,
): string {
  const nameWidth = Math.max(0, ...list.map(({ name }) => textWidth(plainText(name))));
  const cut = (text: string, room: number) => all ? text : cutText(text, room);
  return list.map((item) => {
    const name = plainText(item.name).padEnd(nameWidth);
    const head = `  ${signOf(item, paint)} `;
    const { change } = item;
    const before = item.before === undefined ? "" : show(item.before, item, "before");
    const after = item.after === undefined ? "" : show(item.after, item, "after");
    const text = change === "changed" ? `${before} → ${after}` : after || before;
    const room = Math.max(20, width - nameWidth - 6);
    if (textWidth(text) <= room || change !== "changed") return `${head}${name}  ${cut(text, room)}`.trimEnd() + "\n";
    const lines = listLines(item) ?? [["-", before], ["+", after]];
    const shown = all || lines.length <= 12 ? lines : lines.slice(0, 12);
    const more = lines.length - shown.length;
    return `${head}${name}\n${
      shown.map(([sign, line]) => `      ${signed(sign, cut(`${sign} ${line}`, width - 6), paint)}\n`).join("")
    }${more > 0 ? paint("dim", `      … ${more} more, --all shows them`) + "\n" : ""}`;

    /** Of two long lists, the items that only one of them has. */
    function listLines({ before, after }: Difference<T>): [string, string][] | undefined {
      if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
      const texts = (values: unknown[]) => values.map((value) => show(value as T, { ...item, defaults: [] }, "after"));
      const [old, now] = [texts(before), texts(after)];
      const lines: [string, string][] = [
        ...old.filter((text) => !now.includes(text)).map((text): [string, string] => ["-", text]),
        ...now.filter((text) => !old.includes(text)).map((text): [string, string] => ["+", text]),
      ];
      return lines.length > 0 ? lines : undefined;
    }
  }).join("");
}

/** The lines of a text that differ, as in a unified diff, at most `most` of them. */
export function hunkLines(
  diff: TextDiff,
  paint: Paint,
  { all, width, most }: DiffTextOptions & { most: number },
): string {
  const indent = "      ";
  const lines = diff.hunks.flatMap(({ oldStart, newStart, lines }) => [
    paint("cyan", `@@ line ${oldStart}${oldStart === newStart ? "" : ` → ${newStart}`} @@`),
    ...lines.filter((line) => !line.startsWith("\\")).map((line) => {
      const text = plainText(line).replaceAll("\t", "  ");
      return signed(line[0], all ? text : cutText(text, width - indent.length), paint);
    }),
  ]);
  const shown = all || lines.length <= most + 2 ? lines : lines.slice(0, most);
  const more = lines.length - shown.length;
  const rest = more > 0 ? `${indent}${paint("dim", `… ${more} more lines, --all shows them`)}\n` : "";
  return shown.map((line) => `${indent}${line}`.trimEnd() + "\n").join("") + rest;
}

function signed(sign: string, text: string, paint: Paint): string {
  return sign === "+" ? paint("green", text) : sign === "-" ? paint("red", text) : text;
}
