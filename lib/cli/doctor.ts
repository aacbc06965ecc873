/**
 * The command `doctor`: what of this machine the toolkit can use.
 * @module
 */
import { messageOf } from "../base/error.ts";
import { jsonText } from "../base/json.ts";
import { version } from "../base/version.ts";
import type { Command } from "./command.ts";
import { checkCache, checkDeno, checkFlow, checkFolder, checkPermissions } from "./doctor/core_checks.ts";
import { checkDatabase, checkSqlite, databases } from "./doctor/database_checks.ts";
import type { Check, Finding } from "./doctor/finding.ts";
import { checkBrowser, checkGit, checkJupyter, checkSlurm } from "./doctor/program_checks.ts";
import { exitCodes } from "./exit.ts";
import { commonOptions, type OptionTable, parseOptions, usageError } from "./options.ts";
import { columns, oneLine, type Paint, painter } from "./style.ts";

const options = {
  json: { help: "Print what was found as JSON" },
} satisfies OptionTable;

const checks: Check[] = [
  () => checkDeno(),
  checkCache,
  checkPermissions,
  checkFolder,
  checkFlow,
  checkGit,
  checkJupyter,
  checkBrowser,
  checkSlurm,
  checkSqlite,
  ...databases.map((place) => () => checkDatabase(place)),
];

/** The command `doctor`. */
export const command: Command = {
  name: "doctor",
  usage: "[options]",
  description:
    `Looks at what the toolkit needs (Deno, its cache, permissions, a folder to write to; a small flow is run as
a trial) and at what it can use when it is there (git, Jupyter with Deno's kernel, Chromium, Slurm, databases on the
standard ports of this machine), and says what to do. Nothing is installed or changed. The exit code is 1 only when
something is wrong with what is needed.`,
  options,
  examples: [
    ["doctor", "what is there, what is missing, what to do"],
    ["doctor --json", "for a script"],
  ],
  async run(args, { stdout }) {
    const { values, positionals } = parseOptions(args, { ...options, ...commonOptions });
    if (positionals.length > 0) throw usageError(`"${positionals[0]}" is one argument too many`);
    const findings = await Promise.all(checks.map((check) => check().catch(unforeseen)));
    const healthy = findings.every(isFine);
    stdout.write(values.json ? jsonText({ version, healthy, findings }) : report(findings, painter(stdout.color)));
    return healthy ? exitCodes.done : exitCodes.runFailed;
  },
};

function isFine({ needed, status }: Finding): boolean {
  return !needed || status !== "problem";
}

/** A check that fails itself must not hide what the others found. */
function unforeseen(error: unknown): Finding {
  const advice = "Please report this";
  return { name: "A check", use: "", needed: false, status: "problem", found: messageOf(error), advice };
}

const signs = { ok: ["green", "✔"], missing: ["dim", "–"], problem: ["yellow", "!"] } as const;

function report(findings: Finding[], paint: Paint): string {
  const section = (title: string, wanted: Finding[]) => {
    const rows = wanted.flatMap(({ name, status, needed, found, advice }) => {
      const [color, sign] = needed && status === "problem" ? ["red", "✘"] as const : signs[status];
      const lines = [[paint(color, sign), name, oneLine(found)]];
      if (advice) lines.push(["", "", paint("dim", oneLine(advice))]);
      return lines;
    });
    return `${paint("bold", title)}\n${columns(rows, { indent: "  " })}`;
  };
  const bad = findings.filter((finding) => !isFine(finding)).map(({ name }) => name);
  const end = bad.length === 0 ? "All that is needed is there." : `Not in order: ${bad.join(", ")}.`;
  return [
    section("Needed", findings.filter(({ needed }) => needed)),
    section("Used when there", findings.filter(({ needed }) => !needed)),
    `${end}\n`,
  ].join("\n");
}
