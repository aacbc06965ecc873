/**
 * The name under which a save is remembered.
 * @module
 */
import type { SavingRun } from "../../ops/external.ts";

/** Workflow and run as one short word, which databases, headers and comments can hold. */
export function runKey({ workflow, run }: SavingRun): string {
  const plain = (text: string, most: number) => text.replace(/[^\w.=+-]/g, "_").slice(0, most);
  return `${plain(workflow, 80)}/${plain(run, 100)}`;
}
