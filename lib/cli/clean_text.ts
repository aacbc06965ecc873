/**
 * A cleaning as people read it: what there is, what would go, what went.
 * @module
 */
import type { Cleaning, CleaningItem, CleaningPlan } from "../batch/clean.ts";
import type { RunsStock, Stock } from "../batch/cleaning/measure_runs.ts";
import { shortPath } from "../base/short_path.ts";
import { resolve } from "../deps/path.ts";
import { formatBytes, formatCount, plural } from "../report/format.ts";
import { columns, cutText, oneLine, type Paint, textWidth } from "./style.ts";

/** How much to show. */
export interface CleanTextOptions {
  /** Columns of the terminal. */
  width: number;
  /** One line for each thing. */
  verbose: boolean;
}

const kindNames = {
  run: "run",
  history: "earlier run",
  build: "build",
  live: "log",
  lock: "lock",
  trash: "leftover",
} satisfies Record<CleaningItem["kind"], string>;

/** How much there is of what, and how to ask for it. */
export function stockText(stock: RunsStock, { runsDir, program }: { runsDir: string; program: string }, paint: Paint) {
  const { runs, history, builds, unusedBuilds, live, stale, trash, statuses } = stock;
  const row = (what: string, { count, bytes }: Stock, ask: string) => [
    what,
    formatCount(count),
    formatBytes(bytes),
    paint("dim", ask),
  ];
  if (runs.count + history.count + trash.count + builds.count === 0) return `No runs in "${resolve(runsDir)}"\n`;
  const standing = Object.entries(statuses).map(([status, count]) => `${count} ${status}`).join(", ");
  const rows = [
    row("runs", runs, "--keep --older-than --status --max-size"),
    row("earlier runs", history, "--history 0, or how many stay"),
    row(
      "builds",
      builds,
      unusedBuilds.count > 0
        ? `--builds: ${formatCount(unusedBuilds.count)} not in use`
        : builds.count > 0
        ? "all in use"
        : "",
    ),
    row("logs of runs", live, "empty when a run is done"),
    row("stale logs, locks", stale, stale.count > 0 ? "--yes is enough" : ""),
    row("trash", trash, trash.count > 0 ? "--yes is enough" : ""),
  ];
  const head = ["", "count", "size", "to remove some"].map((text) => paint("dim", text));
  return `${paint("bold", shortPath(resolve(runsDir)))}${standing ? `  ${standing}` : ""}\n
${columns([head, ...rows], { right: [1, 2], indent: "  " })}${leftText(stock.left, paint)}
Nothing is removed without --yes. See what would go, for example:
  ${program} clean --older-than 30d --keep 20
`;
}

/** What would go, and the command that does it. */
export function planText(plan: CleaningPlan, options: CleanTextOptions & { again: string }, paint: Paint): string {
  const { items, runsDir } = plan;
  if (items.length === 0) {
    return `Nothing to remove from ${shortPath(runsDir)}\n${keptText(plan, options, paint)}${
      leftText(plan.left, paint)
    }`;
  }
  return `Would be removed from ${paint("bold", shortPath(runsDir))}\n
${itemsText(items, options, paint)}${usedText(items, options, paint)}${keptText(plan, options, paint)}${
    leftText(plan.left, paint)
  }
${paint("yellow", "Nothing was removed.")} To remove it:
  ${options.again}
`;
}

/** What went, and what did not. */
export function cleaningText(plan: CleaningPlan, done: Cleaning, options: CleanTextOptions, paint: Paint): string {
  const { removed, skipped } = done;
  const failures = skipped.map(({ item, why, failed }) => [
    paint(failed ? "red" : "yellow", failed ? "✘" : "■"),
    `${kindNames[item.kind]} ${oneLine(item.name)}`,
    oneLine(why),
  ]);
  const head = removed.length === 0
    ? `Nothing was removed from ${shortPath(plan.runsDir)}\n`
    : `${paint("green", "✔")} Removed from ${paint("bold", shortPath(plan.runsDir))}\n\n${
      itemsText(removed, options, paint)
    }`;
  const still = failures.length === 0
    ? ""
    : `\n${paint("bold", "Still there")}\n${columns(failures, { indent: "  " })}`;
  return `${head}${still}${keptText(plan, options, paint)}${leftText(plan.left, paint)}`;
}

/** One line for all of a kind, of a step, for one reason; one each where they are few or all are asked for. */
function itemsText(items: CleaningItem[], { width, verbose }: CleanTextOptions, paint: Paint): string {
  const groups = [...Map.groupBy(items, ({ kind, step, reason }) => [kind, step, reason].join("\n")).values()];
  const shown = verbose ? items.map((item) => [item]) : groups;
  const rows = shown.map((group) => [
    verbose
      ? `${kindNames[group[0].kind]} ${oneLine(group[0].name)}`
      : cutText(groupName(group), Math.max(30, width - 48)),
    formatCount(sumOf(group, "files")),
    formatBytes(sumOf(group, "bytes")),
    group[0].reason,
  ]);
  const last = ["total", formatCount(sumOf(items, "files")), formatBytes(sumOf(items, "bytes"))]
    .map((text) => paint("bold", text));
  const head = ["", "files", "size", "why"].map((text) => paint("dim", text));
  const fixed = columns([...rows.map((row) => row.slice(0, 3)), last]).split("\n");
  const room = Math.max(24, width - Math.max(...fixed.map(textWidth)) - 4);
  const cut = rows.map(([what, files, size, why]) => [what, files, size, cutText(why, room)]);
  return columns([head, ...cut, last], { right: [1, 2], indent: "  " });
}

function groupName(group: CleaningItem[]): string {
  const [{ kind, name, step, instance }] = group;
  if (group.length > 1) return `${plural(group.length, kindNames[kind])}${step ? ` of ${step}` : ""}`;
  return kind === "history" ? `1 earlier run of ${step}/${instance}` : `${kindNames[kind]} ${oneLine(name)}`;
}

/** What nobody would expect to go: runs that others have read. */
function usedText(items: CleaningItem[], { verbose }: CleanTextOptions, paint: Paint): string {
  const used = items.filter(({ usedBy }) => usedBy);
  if (used.length === 0) return "";
  const shown = verbose ? used : used.slice(0, 10);
  const rows = shown.map(({ name, usedBy }) => [name, `is used by ${usedBy!.join(", ")}`]);
  return `\n${paint("yellow", "In use, and yet among them")}\n${columns(rows, { indent: "  " })}${
    moreText(used.length - shown.length, paint)
  }`;
}

function moreText(count: number, paint: Paint): string {
  return count > 0 ? `  ${paint("dim", `and ${formatCount(count)} more, --verbose shows them`)}\n` : "";
}

function sumOf(items: CleaningItem[], key: "files" | "bytes"): number {
  return items.reduce((sum, item) => sum + item[key], 0);
}

function keptText({ kept }: CleaningPlan, { verbose }: CleanTextOptions, paint: Paint): string {
  if (kept.length === 0) return "";
  const shown = verbose ? kept : kept.slice(0, 10);
  const rows = shown.map(({ name, why }) => [name, why]);
  const used = kept.some(({ why }) => why.startsWith("is used"))
    ? paint("dim", "  --with-used takes those in use too") + "\n"
    : "";
  return `\n${paint("bold", "Kept")}\n${columns(rows, { indent: "  " })}${
    moreText(kept.length - shown.length, paint)
  }${used}`;
}

function leftText(left: { path: string; why: string }[], paint: Paint): string {
  if (left.length === 0) return "";
  const rows = left.slice(0, 10).map(({ path, why }) => [oneLine(shortPath(path)), paint("dim", why)]);
  const rest = left.length > 10 ? `  ${paint("dim", `and ${formatCount(left.length - 10)} more`)}\n` : "";
  return `\n${paint("bold", "Left alone")}\n${columns(rows, { indent: "  " })}${rest}`;
}
