/**
 * The report of a run that is reused, written once more with or without its code.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { acquireLock } from "../base/lock.ts";
import type { Notebook } from "../notebook/ipynb.ts";
import { renderReport } from "../report/render_report.ts";
import { maybeConfig } from "./config_file.ts";
import type { InstancePaths } from "./instance_paths.ts";
import { previewArtifacts } from "./previews.ts";
import { maybeRecord } from "./record_file.ts";
import { referencesIn } from "./references.ts";
import type { Run } from "./run.ts";

/** What the head of a report without code says. */
const noCode = `<meta name="ductaflow-code" content="none">`;
const headSize = 4096;

/**
 * Makes the report of a run one with code, or one without, unless it is that already. `isLocked` says that the caller
 * holds the lock of the instance.
 */
export async function refreshReport(
  paths: InstancePaths,
  run: Run,
  withCode: boolean,
  isLocked = false,
): Promise<void> {
  if (hasCode(paths.report) === withCode) return;
  const lock = isLocked ? undefined : await acquireLock(paths.lock, `${paths.step}/${paths.instance}`);
  try {
    const record = maybeRecord(paths);
    // It has run again meanwhile, with a report of its own.
    if (!record || record.id !== run.record.id) return;
    const config = maybeConfig(paths.config);
    const notebook: Notebook = JSON.parse(Deno.readTextFileSync(paths.notebook));
    // Files may hold secrets, which are not known here.
    const hasSecrets = referencesIn(config ?? {}).secrets.length > 0;
    const previews = hasSecrets ? {} : await previewArtifacts(paths.dir, record.artifacts);
    writeFileAtomic(paths.report, await renderReport(record, notebook, { config, previews, code: withCode }));
  } finally {
    lock?.release();
  }
}

/** Whether a report shows code; undefined when there is no report. */
function hasCode(path: string): boolean | undefined {
  try {
    using file = Deno.openSync(path);
    const buffer = new Uint8Array(headSize);
    const length = file.readSync(buffer) ?? 0;
    return !new TextDecoder().decode(buffer.subarray(0, length)).includes(noCode);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
