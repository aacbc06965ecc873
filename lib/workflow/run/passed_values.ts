/**
 * The values that a run passes on to one that follows it.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { stepName } from "../../ops/graph_rules.ts";
import { maybeScalar } from "../../ops/history.ts";
import { type Pass, type Passed, passedWords } from "../pass.ts";
import type { TicketState } from "../ticket.ts";

/** The values by the parameters that they become. Throws for one that the run has not. */
export function passedValues(pass: Pass, runsDir: string, state: TicketState): JsonObject {
  const { workflow, id } = state.ticket;
  return Object.fromEntries(
    Object.entries(pass).map(([name, from]) => {
      const value = valueOf(from, runsDir, state);
      if (value !== undefined) return [name, value];
      throw new DuctaflowError(
        `its parameter "${name}" is the ${passedWords(from)} of ${workflow}/${id}, which has none`,
        {
          code: "bad-config",
        },
      );
    }),
  );
}

function valueOf(from: Passed, runsDir: string, { ticket, end }: TicketState): Json | undefined {
  if ("param" in from) return own(ticket.params, from.param);
  if ("metric" in from) return own(end!.metrics, from.metric);
  return maybeScalar(stepName(ticket.workflow, from.artifact), ticket.id, runsDir);
}

function own<T>(values: { [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
