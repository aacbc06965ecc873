/**
 * What `getFlow` and `listFlows` give.
 * @module
 */
import { acquireLock } from "../base/lock.ts";
import { join } from "../deps/path.ts";
import type { HistoryEntry, RunsOptions, Workflow, WorkflowHandle } from "./get_flow.ts";
import { isPaused, noPause, pauseSettings } from "./pause.ts";
import { nextTicks } from "./publish/publish.ts";
import { readVersion } from "./publish/version.ts";
import { makeFlowRun } from "./run/make_flow_run.ts";
import { readSettings, writeOverrides } from "./settings.ts";
import { readState, writeState } from "./state.ts";
import { maybeTicket, readTicket, ticketIds } from "./ticket.ts";
import { triggerFlow } from "./trigger_flow.ts";
import { publishedPaths, workflowNames, type WorkflowPaths, type WorkflowPlace } from "./workflow_paths.ts";
import type { FlowRun } from "./flow_run.ts";

/** A handle on a workflow that must be there. */
export function makeHandle(name: string, place: WorkflowPlace): WorkflowHandle {
  const paths = publishedPaths(name, place);
  const handle: WorkflowHandle = {
    name,
    describe: () => describe(paths),
    runs: (options) => Promise.resolve(listRuns(paths, options)),
    run: (id) => Promise.resolve(makeFlowRun(paths, readTicket(paths, id))),
    latest: () => Promise.resolve(listRuns(paths, { limit: 1 })[0]),
    history: (metric) => Promise.resolve(historyOf(paths, metric)),
    pause: async (options = {}) => await handle.set(pauseSettings(options, Date.now())),
    unpause: () => handle.set(noPause),
    set: (settings) => change(paths, settings),
    trigger: (params = {}) => triggerFlow(name, { ...place, params }),
  };
  return handle;
}

/** All workflows as they are now. */
export async function describeAll(place: WorkflowPlace): Promise<Workflow[]> {
  return await Promise.all(workflowNames(place).map((name) => describe(publishedPaths(name, place))));
}

async function describe(paths: WorkflowPaths): Promise<Workflow> {
  const { version, publishedAt, kind, entry, origin, description, parameters, graph } = readVersion(paths);
  const { effective, overrides } = readSettings(paths);
  const [latest] = listRuns(paths, { limit: 1 });
  return {
    name: paths.name,
    version,
    publishedAt,
    kind,
    source: join(origin, entry),
    ...(description === undefined ? {} : { description }),
    parameters,
    ...(graph ? { graph } : {}),
    settings: effective,
    overrides,
    next: await nextTicks(effective, Date.now()),
    ...(latest ? { latest: outline(latest) } : {}),
  };
}

function outline(run: FlowRun): NonNullable<Workflow["latest"]> {
  const { id, status, statusText, requestedAt, startedAt, endedAt, durationMs, metrics } = run;
  return { id, status, statusText, requestedAt, startedAt, endedAt, durationMs, metrics };
}

/** The runs of a workflow, the newest first. */
export function listRuns(
  paths: WorkflowPaths,
  { limit = Infinity, status, since = "" }: RunsOptions = {},
): FlowRun[] {
  const runs: FlowRun[] = [];
  for (const id of ticketIds(paths).reverse()) {
    if (runs.length >= limit) break;
    const state = maybeTicket(paths, id);
    const run = state && makeFlowRun(paths, state);
    if (run && run.requestedAt >= since && (!status || status.includes(run.status))) runs.push(run);
  }
  return runs;
}

function historyOf(paths: WorkflowPaths, metric: string): HistoryEntry[] {
  const former = readVersion(paths).graph?.find(({ name }) => name === metric)?.formerNames ?? [];
  const names = [metric, ...former];
  return listRuns(paths).reverse().flatMap(({ id, version, startedAt, status, metrics }) => {
    const name = names.find((name) => Object.hasOwn(metrics, name));
    return name === undefined || startedAt === undefined
      ? []
      : [{ run: id, version, startedAt, status, value: metrics[name] }];
  });
}

/** Ticks of a new schedule count from now, and those of a pause are not made up for. */
async function change(paths: WorkflowPaths, settings: Parameters<WorkflowHandle["set"]>[0]): Promise<void> {
  const lock = await acquireLock(paths.lock, `set ${paths.name}`);
  try {
    const before = readSettings(paths).effective;
    const now = Date.now();
    writeOverrides(paths, settings, now);
    const after = readSettings(paths).effective;
    const isOther = JSON.stringify(before.schedule) !== JSON.stringify(after.schedule);
    if (isOther || isPaused(before, now) !== isPaused(after, now)) {
      writeState(paths, { ...readState(paths), dealtUntil: now });
    }
  } finally {
    lock.release();
  }
}
