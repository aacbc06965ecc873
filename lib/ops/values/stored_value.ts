/**
 * What is known of a value that an operator left, without the value: which file, which codec, which shape.
 * @module
 */
import type { ArtifactKind, TableShape } from "./artifact_kind.ts";

/** A value in a file of a run folder. */
export interface StoredFile {
  kind: ArtifactKind;
  /** The name of the file. */
  file: string;
  /** MIME type of the file. */
  type: string;
  /** Rows and columns of a table. */
  table?: TableShape;
  /** What JSON holds: `number`, `object`, `array`, … */
  json?: JsonType;
  /** The class of the array that bytes came in, unless `Uint8Array`. */
  array?: string;
  /** Whether it was something that shows itself, as `html()` and `image()` give it. */
  shows?: boolean;
}

/** What a JSON value is. */
export type JsonType = "number" | "string" | "boolean" | "null" | "array" | "object" | "undefined";

/** An object or a tuple whose values lie in files of their own. */
export interface StoredParts {
  kind: "parts";
  form: "object" | "tuple";
  parts: Record<string, StoredFile>;
}

/** A value as it is stored. */
export type StoredValue = StoredFile | StoredParts;

/** The file in a run folder that says what an operator left there. */
export const artifactFile = "artifact.json";

/** What stands in it. */
export interface ArtifactDescription {
  /** The version of this format. */
  schema: 1;
  /** The exported function. */
  op: string;
  value: StoredValue;
}

/** Reads a description; undefined when the text is none. */
export function maybeDescription(text: string | undefined): ArtifactDescription | undefined {
  try {
    const description = JSON.parse(text ?? "") as ArtifactDescription;
    return description.schema === 1 && typeof description.value === "object" ? description : undefined;
  } catch {
    return undefined;
  }
}

/** The part of a value that a path leads to, and the rest of the path, which leads into the part. */
export function storedPart(value: StoredValue, path: string[]): { stored: StoredValue; rest: string[] } {
  const [first, ...rest] = path;
  if (value.kind !== "parts" || first === undefined) return { stored: value, rest: path };
  const part = value.parts[first];
  return part ? { stored: part, rest } : { stored: value, rest: path };
}
