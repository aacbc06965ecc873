/** Runs as they stand on disk, without having run. */
import { collectArtifacts } from "../../lib/step/artifacts.ts";
import { dirname, join } from "../../lib/deps/path.ts";
import { getRun } from "../../lib/step/get_run.ts";
import type { Run } from "../../lib/step/run.ts";
import type { RunRecord } from "../../lib/base/record.ts";

/** What is odd about a run. */
export interface Recorded {
  step?: string;
  instance?: string;
  config?: object;
  /** Content by name. */
  files?: Record<string, string>;
  /** Where a link leads, by name. */
  links?: Record<string, string>;
  status?: RunRecord["status"];
  /** The day it started. */
  day?: string;
}

/** A temporary project folder. */
export class Desk {
  readonly dir: string;
  readonly runsDir: string;
  #count = 0;

  constructor(dir: string) {
    this.dir = dir;
    this.runsDir = join(dir, "runs");
  }

  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  /** Writes files, each with the folders above it. */
  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(dirname(this.path(name)), { recursive: true });
      Deno.writeTextFileSync(this.path(name), text);
    }
  }

  read(...parts: string[]): string {
    return Deno.readTextFileSync(this.path(...parts));
  }

  /** Leaves a run with all that belongs to one; the run before of the same name is gone. */
  async run(given: Recorded = {}): Promise<Run> {
    const { step = "model", instance = "am", config = {}, files = { "out.csv": "a\n1\n" }, links = {} } = given;
    const { status = "succeeded", day = "2026-01-02" } = given;
    const dir = join(this.runsDir, step, instance);
    if (pathExists(dir)) Deno.removeSync(dir, { recursive: true });
    const below = `runs/${step}/${instance}`;
    Deno.mkdirSync(dir, { recursive: true });
    this.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${below}/${name}`, text])));
    for (const [name, to] of Object.entries(links)) Deno.symlinkSync(to, join(dir, name));
    const record = {
      schema: 1,
      id: `id-${++this.#count}`,
      step,
      instance,
      status,
      statusText: status === "succeeded" ? "Succeeded" : `Ended ${status}`,
      startedAt: `${day}T23:30:00.000Z`,
      ...{ cells: [], inputs: [], metrics: [], checks: [], code: {}, permissions: {} },
      artifacts: await collectArtifacts(dir),
    };
    this.write({
      [`${below}/run.json`]: JSON.stringify(record),
      [`${below}/config.json`]: JSON.stringify(config),
      [`${below}/report.html`]: `<p>${record.id}</p>`,
      [`${below}/flow.ipynb`]: "{}",
    });
    return await getRun(step, instance, { runsDir: this.runsDir });
  }

  /** Everything below a folder: name and content, links as what they lead to. */
  tree(folder: string, below = ""): Record<string, string> {
    const all: Record<string, string> = {};
    if (!pathExists(this.path(folder))) return all;
    for (const entry of [...Deno.readDirSync(this.path(folder))].sort((a, b) => a.name < b.name ? -1 : 1)) {
      const at = join(folder, entry.name);
      const name = below + entry.name;
      if (entry.isSymlink) all[name] = `-> ${Deno.readLinkSync(this.path(at))}`;
      else if (entry.isDirectory) Object.assign(all, this.tree(at, `${name}/`));
      else all[name] = entry.name === "delivery.json" ? "(manifest)" : Deno.readTextFileSync(this.path(at));
    }
    return all;
  }

  /** Inode and times of everything below the project, to tell that nothing was touched. */
  stamps(folder = "."): string[] {
    return [...Deno.readDirSync(this.path(folder))].flatMap((entry) => {
      const at = join(folder, entry.name);
      const { ino, mtime, ctime, size } = Deno.lstatSync(this.path(at));
      const stamp = `${at} ${ino} ${Number(mtime)} ${Number(ctime)} ${size}`;
      return entry.isDirectory ? [stamp, ...this.stamps(at)] : [stamp];
    }).sort();
  }
}

/** A test in a project folder of its own. */
export function onDesk(test: (desk: Desk) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ductaflow-deliver-" }));
    try {
      await test(new Desk(dir));
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

function pathExists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
