/**
 * How the run of a standalone script ended, in a few lines.
 * @module
 */
import { isDuctaflowError, messageOf } from "../../base/error.ts";
import { formatDuration } from "../../base/duration.ts";
import { flowLocation } from "../../notebook/flow_location.ts";
import type { Flow } from "../../notebook/flow.ts";
import { formatNumber } from "../../report/format.ts";

/** What a flow said while it ran. */
export interface Said {
  /** The cell that runs, by its index; undefined before the first. */
  cell: number | undefined;
  metrics: Map<string, { value: number; unit?: string }>;
  checks: Map<string, { ok: boolean; severity?: string; message?: string }>;
}

const listedFiles = 6;
/** File systems take the time of a file from a clock that may lag behind. */
const clockLagMs = 20;

/** Status, metrics, checks and files. */
export function summaryText(
  flow: Flow,
  { metrics, checks }: Said,
  startedAt: number,
): { text: string; failed: boolean } {
  const broken = [...checks].filter(([, { ok }]) => !ok);
  const failed = broken.some(([, { severity }]) => severity === "error");
  const [sign, word] = failed ? ["✖", "failed"] : broken.length > 0 ? ["!", "done with warnings"] : ["✔", "done"];
  const rows: string[][] = [];
  const named = [...metrics].map(([name, { value, unit }]) =>
    `${name} ${formatNumber(value)}${unit ? ` ${unit}` : ""}`
  );
  if (named.length > 0) rows.push(["metrics", named.join(", ")]);
  for (const [name, { message }] of broken) {
    rows.push(["check", `"${name}" does not hold${message ? ` (${message})` : ""}`]);
  }
  if (checks.size > 0 && broken.length === 0) {
    rows.push(["checks", checks.size === 1 ? "1 holds" : `all ${checks.size} hold`]);
  }
  const files = filesSince(startedAt);
  const more = files.length > listedFiles ? ` and ${files.length - listedFiles} more` : "";
  if (files.length > 0) rows.push(["files", files.slice(0, listedFiles).join(", ") + more]);
  const lines = rows.map(([label, text]) => `  ${label.padEnd(8)} ${text}`);
  return {
    text: [`${sign} ${flow.name}: ${word} in ${formatDuration(Date.now() - startedAt)}`, ...lines].join("\n"),
    failed,
  };
}

/** Where a flow failed, and why. */
export function failureText(flow: Flow, { cell: index }: Said, error: unknown): string {
  const cell = index === undefined ? undefined : flow.cells[index];
  const title = cell?.title ? ` "${cell.title}"` : "";
  const where = cell ? ` in cell ${cell.index + 1}${title}, ${flowLocation(flow.url, cell.line)}` : "";
  const name = error instanceof Error ? `${error.name}: ` : "Thrown value: ";
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  const hint = isDuctaflowError(error) && error.hint
    ? [`Hint: ${error.hint}`]
    : error instanceof Deno.errors.NotCapable
    ? ["Hint: Give deno run the flag it names, or -A for all of them"]
    : [];
  return [`✖ ${flow.name} failed${where}`, `  ${name}${messageOf(error)}`, ...stack, ...hint].join("\n");
}

/** What was written directly in the current folder since then, folders with a slash; nothing where that cannot be told. */
function filesSince(time: number): string[] {
  try {
    return [...Deno.readDirSync(".")].filter(({ name }) =>
      (Deno.statSync(name).mtime?.getTime() ?? 0) >= time - clockLagMs
    )
      .map(({ name, isDirectory }) => isDirectory ? `${name}/` : name).sort();
  } catch {
    return [];
  }
}
