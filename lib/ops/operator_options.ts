/**
 * Options on an exported operator, as they enter from its source.
 * @module
 */
import { maybeBytes } from "../base/byte_size.ts";
import { parseDuration, parseTimeLimit } from "../base/duration.ts";
import { DuctaflowError, messageOf } from "../base/error.ts";
import type { JsonObject } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";

const common = ["description", "timeout", "retries", "permissions", "memory", "fresh_for"];
const known = { op: common, metric: [...common, "unit"], check: [...common, "severity"] };

/** Checks options; `what` names the operator and where it stands. Throws with all that is wrong. */
export function parseOperatorOptions(kind: "op" | "metric" | "check", options: JsonObject, what: string): JsonObject {
  const problems = Object.entries(options).flatMap(([key, value]) => {
    if (!known[kind].includes(key)) {
      const meant = nearest(key, known[kind]);
      return [
        `there is no "${key}"${meant ? `; did you mean "${meant}"?` : `, accepted are ${known[kind].join(", ")}`}`,
      ];
    }
    const accepted = maybeAccepted(key, value);
    return accepted === undefined ? [] : [`${key} is ${JSON.stringify(value)}, ${accepted}`];
  });
  if (problems.length === 0) return options;
  const list = problems.length === 1 ? `: ${problems[0]}` : problems.map((problem) => `\n  - ${problem}`).join("");
  throw new DuctaflowError(`The options of the operator ${what} cannot be used${list}`, {
    code: "bad-operator",
    hint: `Correct them in define${kind[0].toUpperCase()}${kind.slice(1)}`,
  });
}

/** What would be accepted, if the value is not. */
function maybeAccepted(key: string, value: unknown): string | undefined {
  switch (key) {
    case "description":
    case "unit":
      return typeof value === "string" ? undefined : "accepted is text";
    case "severity":
      return value === "warning" || value === "error" ? undefined : `accepted is "warning" or "error"`;
    case "retries":
      return Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : "accepted is a whole number";
    case "memory":
      return maybeBytes(value) === undefined ? `accepted is an amount from 32 MB on, such as "512MB"` : undefined;
    case "permissions":
      return typeof value === "object" && value !== null && !Array.isArray(value)
        ? undefined
        : `accepted is { net: ["api.example.com"], read: ["./data"] }`;
    default:
      return maybeDurationProblem(key, value);
  }
}

function maybeDurationProblem(key: string, value: unknown): string | undefined {
  try {
    (key === "timeout" ? parseTimeLimit : parseDuration)(value as string, key);
    return undefined;
  } catch (error) {
    return `which is no duration (${messageOf(error)}); accepted is text such as "90s"`;
  }
}
