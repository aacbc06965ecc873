/**
 * Options of a step that mean nothing are refused, before any work is done.
 * @module
 */
import { parseTimeLimit } from "../base/duration.ts";
import { nearest } from "../base/nearest.ts";
import { permissionKinds } from "../base/permission_kind.ts";
import type { PermissionKind } from "../base/record.ts";
import type { StepOptions } from "./step_options.ts";

const cacheModes = ["auto", "existing", "off"];

/** Refuses options that mean nothing, before any work is done. */
export function checkOptions({ cache, keep, permissions, retries, runsDir, timeout }: StepOptions): void {
  if (runsDir !== undefined && (typeof runsDir !== "string" || runsDir.trim() === "")) {
    throw new TypeError(`The option runsDir is "${runsDir}", accepted is the path of a folder`);
  }
  if (cache !== undefined && !cacheModes.includes(cache)) {
    throw new RangeError(
      `The option cache is "${cache}", accepted is ${cacheModes.map((mode) => `"${mode}"`).join(", ")}`,
    );
  }
  for (const [kind, value] of Object.entries(permissions ?? {})) checkPermission(kind, value);
  if (timeout !== undefined) parseTimeLimit(timeout, "The timeout");
  checkCount("keep", keep);
  checkCount("retries", typeof retries === "object" ? retries.max : retries);
}

function checkPermission(kind: string, value: unknown): void {
  if (!permissionKinds.includes(kind as PermissionKind)) {
    const meant = nearest(kind, permissionKinds);
    throw new TypeError(`There is no permission "${kind}"${meant ? `; did you mean "${meant}"?` : ""}`);
  }
  if (typeof value === "boolean" || Array.isArray(value) && value.every((item) => typeof item === "string")) return;
  throw new TypeError(`The permission ${kind} is "${value}", accepted is a list of texts, true or false`);
}

function checkCount(name: string, value: unknown): void {
  if (value === undefined || Number.isInteger(value) && (value as number) >= 0) return;
  throw new RangeError(`The option ${name} is "${value}", accepted is a whole number from 0`);
}
