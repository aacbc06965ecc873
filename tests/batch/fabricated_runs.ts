/**
 * Run folders made up for tests of many runs: a grid of zones, periods and years with metrics, checks, pictures and all
 * kinds of ends. Always the same for the same count.
 */
import { join } from "../../lib/deps/path.ts";
import { sampleRecord } from "../report/sample_run.ts";
import { getRun, type Run } from "../../mod.ts";

import type { CheckRecord, Config, RunRecord, RunStatus } from "../../lib/base/record.ts";

/** One made-up run. */
export interface Fabricated {
  step: string;
  instance: string;
  config: Config;
  changes: Partial<RunRecord>;
  /** Files besides the toolkit's own, by name. */
  files: Record<string, string | Uint8Array>;
}

const zones = ["L2", "L4", "SCRAM", "North", "Harbour"];
const periods = ["am", "pm", "night"];
const hash = "ab".repeat(32);

/** The grid of one step, `count` instances long. */
export function fabricate(count: number, step = "delay_model"): Fabricated[] {
  const random = seeded(count);
  const lanes = [0, 0, 0, 0];
  const begin = Date.parse("2026-11-24T14:03:09.120Z");
  return Array.from({ length: count }, (_, i): Fabricated => {
    const [zone, period] = [zones[i % 5], periods[Math.floor(i / 5) % 3]];
    const year = 2020 + Math.floor(i / 15);
    const ms = Math.round(400 + 2400 * random() ** 3 + (zone === "SCRAM" ? 600 : 0));
    const lane = lanes.indexOf(Math.min(...lanes));
    const start = begin + lanes[lane];
    lanes[lane] += ms + 12;
    const times = { startedAt: iso(start), endedAt: iso(start + ms), durationMs: ms };
    const auc = 0.52 + 0.2 * random();
    const status = statusOf(random(), auc);
    return {
      step,
      instance: `${zone}_${period}_${year}`,
      config: {
        zone,
        period,
        year,
        model: { trees: [50, 100, 400][i % 3], seed: 7 },
        source: "flights",
        maxMiles: 500,
      },
      changes: { ...times, ...outcomeOf(status, auc, random), id: `run-${i}`, parameters: [], attempts: [] },
      files: status === "failed" ? {} : { "curve.svg": curve(random, auc), "notes.txt": "fine" },
    };
  });
}

/** Writes the folders of runs and gives the runs. */
export async function writeRuns(runsDir: string, runs: Fabricated[]): Promise<Run[]> {
  for (const { step, instance, config, changes, files } of runs) {
    const dir = join(runsDir, step, instance);
    Deno.mkdirSync(dir, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      if (name.includes("/")) Deno.mkdirSync(join(dir, name, ".."), { recursive: true });
      Deno.writeFileSync(join(dir, name), typeof content === "string" ? new TextEncoder().encode(content) : content);
    }
    const artifacts = Object.entries(files).map(([name, content]) => ({
      name,
      type: typeOf(name),
      size: typeof content === "string" ? new TextEncoder().encode(content).length : content.length,
      hash,
    }));
    const record = sampleRecord({ step, instance, artifacts, warnings: [], ...changes });
    Deno.writeTextFileSync(join(dir, "config.json"), JSON.stringify(config));
    Deno.writeTextFileSync(join(dir, "report.html"), `<!doctype html><title>${instance}</title>`);
    Deno.writeTextFileSync(join(dir, "run.json"), JSON.stringify(record));
  }
  return await Promise.all(runs.map(({ step, instance }) => getRun(step, instance, { runsDir })));
}

function statusOf(chance: number, auc: number): RunStatus {
  if (chance < 0.04) return "failed";
  if (chance < 0.05) return "timed-out";
  return auc < 0.56 ? "warned" : "succeeded";
}

function outcomeOf(status: RunStatus, auc: number, random: () => number): Partial<RunRecord> {
  const words = { "failed": 'Failed in cell 3 "Load": no such file', "timed-out": "Stopped after 10 min" };
  const statusText = words[status as keyof typeof words] ?? "Succeeded";
  if (status === "failed" || status === "timed-out") return { status, statusText, metrics: [], checks: [] };
  const checks: CheckRecord[] = [
    { name: "has flights", ok: true, severity: "error" },
    {
      name: "better than guessing",
      ok: auc >= 0.56,
      severity: "warning",
      message: "The interval of the AUC reaches 0.5",
    },
  ];
  const metrics = [
    { name: "flights", value: Math.round(1000 + 9000 * random()) },
    { name: "mean_delay", value: 14 * random() - 3, unit: "min" },
    { name: "auc", value: auc },
  ];
  return { status, statusText, metrics, checks };
}

function curve(random: () => number, auc: number): string {
  let y = 90;
  const points = Array.from({ length: 30 }, (_, i) => `${10 + i * 6},${(y -= random() * 5 * auc).toFixed(1)}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 110" fill="currentColor" font-family="system-ui" ` +
    `font-size="9"><path d="M10 5V95H195" fill="none" stroke="currentColor"/><text x="14" y="12">delay (min)</text>` +
    `<polyline fill="none" stroke="#2c7fb8" stroke-width="2" points="${points.join(" ")}"/></svg>`;
}

function typeOf(name: string): string {
  const types: Record<string, string> = { svg: "image/svg+xml", png: "image/png", txt: "text/plain" };
  return types[name.split(".").at(-1)!] ?? "application/octet-stream";
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** Numbers from 0 to 1 that look random: mulberry32. */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
