/**
 * The manifest of a delivery, `delivery.json`: what was delivered when and from which run. Plain JSON, described for
 * other programs by `docs/delivery.schema.json`.
 * @module
 */
import { maybeText } from "../../base/maybe_file.ts";
import { join } from "../../deps/path.ts";
import type { RunStatus } from "../../base/record.ts";

/** The name of the manifest in the folder of a delivery. */
export const manifestName = "delivery.json";

/** The schema number that this version writes. */
export const manifestSchema = 1;

/** A file as it was delivered. */
export interface DeliveredFile {
  /** Path below the folder of the delivery, with `/`. */
  name: string;
  /** Bytes. */
  size: number;
  /** SHA-256 of its bytes. */
  hash: string;
  /** True when it is not what the run recorded and was delivered by force. */
  changed?: true;
}

/** What stands in `delivery.json`. Times are ISO 8601 in UTC. */
export interface DeliveryManifest {
  /** The version of this format. */
  schema: typeof manifestSchema;
  /** The version of the toolkit that delivered. */
  toolkit: string;
  /** The name of the step. */
  step: string;
  /** The name of the instance. */
  instance: string;
  /** The id of the run. */
  id: string;
  /** How the run stood. */
  status: RunStatus;
  /** When it was delivered. */
  deliveredAt: string;
  /** The template of the path, as it was given. */
  template: string;
  /** What was delivered, sorted by name; all there is in the folder besides the manifest. */
  files: DeliveredFile[];
}

/** The manifest in a folder; undefined when there is none, or what stands there is none, and `"newer"` for one of a newer version. */
export function maybeManifest(folder: string): DeliveryManifest | "newer" | undefined {
  let manifest: Partial<Omit<DeliveryManifest, "schema">> & { schema?: unknown } | null;
  try {
    manifest = JSON.parse(maybeText(join(folder, manifestName)) ?? "null");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof manifest?.schema !== "number") return undefined;
  if (manifest.schema > manifestSchema) return "newer";
  const texts = [manifest.step, manifest.instance, manifest.id, manifest.deliveredAt];
  const whole = texts.every((text) => typeof text === "string") && Array.isArray(manifest.files) &&
    manifest.files.every((file) => typeof file?.name === "string" && typeof file.hash === "string");
  return whole ? manifest as DeliveryManifest : undefined;
}
