/**
 * A key after `--set` that is a slip of the pen.
 * @module
 */
import { usageError } from "../base/usage_error.ts";
import type { Flow } from "../notebook/flow.ts";
import { meantParameter } from "./bind_config.ts";
import { parseSetting } from "./config_input.ts";

/**
 * Refuses keys that the flow neither declares nor mentions and that are near to a parameter: the run would go on with
 * the default. Other keys that no parameter takes are globals of the flow.
 *
 * @throws {DuctaflowError} of code `usage`, with every such key
 */
export function refuseSlips(flow: Flow, settings: string[]): void {
  const slips = settings.flatMap((text) => {
    const { path } = parseSetting(text);
    const meant = meantParameter(flow, path);
    return meant === undefined ? [] : [{ key: path.join("."), meant }];
  });
  if (slips.length === 0) return;
  const keys = [...new Set(slips.map(({ key }) => `"${key}"`))].join(", ");
  const names = [...new Set(slips.map(({ meant }) => `"${meant}"`))].join(", ");
  throw usageError(
    `The flow has no parameter ${keys}, which --set gives`,
    `Did you mean ${names}? A value that is not a parameter can stand in a file given with --config`,
  );
}
