/**
 * What a batch would do, for people: instances with the same reasons together.
 * @module
 */
import { formatDuration } from "../base/duration.ts";
import type { BatchPlan, PlannedInstance } from "../batch/plan_instances.ts";
import { basename } from "../deps/path.ts";
import { formatCount, plural } from "../report/format.ts";
import type { StaleReason } from "../step/stale_reasons.ts";
import { cutText, oneLine, padText, type Paint, textWidth } from "./style.ts";

/** Instances that would run for the same reasons. */
interface Group {
  instances: PlannedInstance[];
  /** The reasons of the first, each with whether those of the others are worded in another way. */
  reasons: { text: string; differs: boolean }[];
}

const shownGroups = 20;
const shownNames = 5;
const shownReasons = 5;
const longestReason = 200;

/** The plan of a batch. */
export function planText(plan: BatchPlan, paint: Paint, { all = false }: { all?: boolean } = {}): string {
  const { step, total, fresh, stale, estimateMs } = plan;
  if (stale.length === 0) {
    return `${step}: ${total === 1 ? "1 instance, which is" : `${plural(total, "instance")}, all`} fresh\n`;
  }
  const groups = groupsOf(stale);
  const shown = all ? groups : groups.slice(0, shownGroups);
  const width = Math.max(...shown.map(({ instances }) => textWidth(formatCount(instances.length))));
  const blocks = shown.map((group) => groupText(group, paint, { width, all }));
  const hidden = groups.slice(shown.length).reduce((sum, { instances }) => sum + instances.length, 0);
  const more = hidden > 0 ? `  … and ${hidden} more, for other reasons\n` : "";
  const left = fresh.length > 0 ? `, ${formatCount(fresh.length)} fresh` : "";
  const time = estimateMs === undefined ? "" : `Estimate: about ${formatDuration(estimateMs)}\n`;
  return `${step}: ${formatCount(stale.length)} of ${plural(total, "instance")} would run${left}\n` +
    `${blocks.join("")}${more}${time}`;
}

function groupText(
  { instances, reasons }: Group,
  paint: Paint,
  { width, all }: { width: number; all: boolean },
): string {
  const shown = reasons.slice(0, shownReasons).map(({ text, differs }) => {
    return `${cutText(oneLine(text), longestReason)}${differs ? paint("dim", " (and others like it)") : ""}`;
  });
  if (reasons.length > shownReasons) shown.push(`and ${reasons.length - shownReasons} more reasons`);
  const names = instances.map(({ instance }) => instance);
  const some = all || names.length <= shownNames + 1 ? names : names.slice(0, shownNames);
  const rest = names.length > some.length ? ` and ${formatCount(names.length - some.length)} more` : "";
  const [first, ...others] = [...shown, paint("dim", `${some.join(", ")}${rest}`)];
  const blank = " ".repeat(width);
  return [
    `  ${padText(formatCount(instances.length), width, "right")}  ${first}\n`,
    ...others.map((line) => `  ${blank}  ${line}\n`),
  ].join("");
}

/** Groups by reasons, the largest first; those of one size in the order of their first rows. */
function groupsOf(stale: readonly PlannedInstance[]): Group[] {
  const groups = new Map<string, Group>();
  for (const planned of stale) {
    const key = planned.reasons.map(kindOf).join("\n");
    const group = groups.get(key);
    if (!group) {
      const reasons = planned.reasons.map(({ text }) => ({ text, differs: false }));
      groups.set(key, { instances: [planned], reasons });
      continue;
    }
    group.instances.push(planned);
    planned.reasons.forEach(({ text }, i) => group.reasons[i].differs ||= text !== group.reasons[i].text);
  }
  return [...groups.values()].sort((a, b) => b.instances.length - a.instances.length);
}

/** What of a reason is the same for instances that are stale for the same cause: not their own values and folders. */
function kindOf({ kind, text }: StaleReason): string {
  switch (kind) {
    case "config":
      return text.replace(/ changed: .*$/s, " changed");
    case "input":
      return text.replace(
        /^The input (.*) (changed|is gone|exists now)$/s,
        (_, path, what) => `${basename(path)} ${what}`,
      );
    case "not-green":
      return text.replace(/^([^:]*):.*$/s, "$1");
    case "age":
      return kind;
    default:
      return text;
  }
}
