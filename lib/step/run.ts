/**
 * One execution of one instance, as the API gives it.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import { nearest } from "../base/nearest.ts";
import { join } from "../deps/path.ts";
import type { Json } from "../base/json.ts";
import type { ArtifactRecord, CheckRecord, MetricRecord, RunRecord, RunStatus } from "../base/record.ts";
import { type InstancePaths, ownedFile } from "./instance_paths.ts";

/** An output of a run, with where it lies. */
export interface Artifact extends ArtifactRecord {
  /** Absolute path of the file. */
  path: string;
}

/** What `runStepFlow` returns and `getRun` finds. In a config it stands for the run and comes back in the flow. */
export interface Run {
  /** The name of the step. */
  step: string;
  /** The name of the instance. */
  instance: string;
  /** Absolute path of the run folder. */
  dir: string;
  /** How it stands. */
  status: RunStatus;
  /** True when an earlier run was reused. */
  cached: boolean;
  /** Why it ran, one line a reason; empty when it was reused or only looked up. */
  reasons: string[];
  /** Milliseconds that the run took when it was executed. */
  durationMs: number;
  /** Absolute path of the HTML report. */
  reportPath: string;
  /** Absolute path of the executed notebook. */
  notebookPath: string;
  /** All that is known about the run. */
  record: RunRecord;
  /** Values of the reported metrics by name. */
  metrics: { [name: string]: number };
  /** The reported checks. */
  checks: CheckRecord[];
  /** The files it left, by name. */
  artifacts: Artifact[];
  /** One output by its name; throws with the nearest name when there is none. */
  artifact(name: string): Artifact;
  /** The reference to this run, for a config. */
  toJSON(): Json;
}

/** What is known of a run without its record. */
export interface RunState {
  status: RunStatus;
  cached: boolean;
  reasons: string[];
  /** Reads the record. */
  record: () => RunRecord;
}

/** Makes a run from its record, which is read when it is first asked for, and again when memory was short meanwhile. */
export function makeRun(place: Pick<InstancePaths, "step" | "instance" | "dir">, state: RunState): Run {
  return new StoredRun(place, state);
}

/** A batch may hold thousands, so that what can be told from the record is not kept beside it. */
class StoredRun implements Run {
  readonly step: string;
  readonly instance: string;
  readonly dir: string;
  readonly status: RunStatus;
  readonly cached: boolean;
  readonly reasons: string[];
  readonly #read: () => RunRecord;
  #record?: WeakRef<RunRecord>;

  constructor({ step, instance, dir }: Pick<InstancePaths, "step" | "instance" | "dir">, state: RunState) {
    this.step = step;
    this.instance = instance;
    this.dir = dir;
    this.status = state.status;
    this.cached = state.cached;
    this.reasons = state.reasons;
    this.#read = state.record;
  }

  get durationMs(): number {
    return this.record.durationMs;
  }

  get reportPath(): string {
    return join(this.dir, ownedFile.report);
  }

  get notebookPath(): string {
    return join(this.dir, ownedFile.notebook);
  }

  get record(): RunRecord {
    let record = this.#record?.deref();
    if (!record) this.#record = new WeakRef(record = this.#read());
    return record;
  }

  get metrics(): { [name: string]: number } {
    return Object.fromEntries(this.record.metrics.map((metric: MetricRecord) => [metric.name, metric.value]));
  }

  get checks(): CheckRecord[] {
    return this.record.checks;
  }

  get artifacts(): Artifact[] {
    return this.record.artifacts.map((artifact) => ({ ...artifact, path: join(this.dir, artifact.name) }));
  }

  artifact(name: string): Artifact {
    const found = this.artifacts.find((artifact) => artifact.name === name);
    if (found) return found;
    throw noArtifact(this, name, this.record.artifacts.map((artifact) => artifact.name));
  }

  toJSON(): Json {
    return { $run: { step: this.step, instance: this.instance } };
  }
}

function noArtifact(paths: Pick<InstancePaths, "step" | "instance">, name: string, names: string[]): DuctaflowError {
  const meant = nearest(name, names);
  const known = names.length === 0
    ? "it left no files"
    : `it left ${names.slice(0, 10).map((n) => `"${n}"`).join(", ")}`;
  return new DuctaflowError(`${paths.step}/${paths.instance} has no artifact "${name}": ${known}`, {
    code: "artifact-not-found",
    ...(meant ? { hint: `Did you mean "${meant}"?` } : {}),
  });
}
