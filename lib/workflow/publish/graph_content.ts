/**
 * What a graph of operators says about the workflow that it is published as.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import type { Json } from "../../base/json.ts";
import type { Param } from "../../ops/param.ts";
import { outlineOf, type PlannedCall, planWorkflow } from "../../ops/plan_workflow.ts";
import type { AnyArtifact } from "../../ops/workflow.ts";
import type { ParameterOption } from "../parameters.ts";
import type { PublishOptions } from "../publish_flow.ts";

/** The graph and the parameters of a workflow of operators. */
export interface GraphContent {
  /** Its calls, in an order in which they can run. */
  graph: PlannedCall[];
  /** The parameters that are given to its calls, with those that the options say besides. */
  params: Record<string, ParameterOption>;
}

/** All artifacts that the options of `publishFlow` name. */
export function artifactsOf({ artifacts = [], metrics = [], checks = [] }: PublishOptions): AnyArtifact[] {
  return [...artifacts, ...metrics, ...checks];
}

/** Plans the workflow. Nothing of it runs. */
export async function graphContent(name: string, options: PublishOptions, runsDir: string): Promise<GraphContent> {
  const plan = await planWorkflow(name, artifactsOf(options), { runsDir }, Deno.cwd());
  const own = Object.fromEntries(plan.params.map((param) => [param.name, optionOf(param)]));
  const twice = Object.keys(options.params ?? {}).filter((name) => Object.hasOwn(own, name));
  if (twice.length > 0) {
    throw new DuctaflowError(
      `The option params of the workflow "${name}" has ${
        twice.map((name) => `"${name}"`).join(", ")
      }, which the graph ` +
        "has already",
      { code: "bad-parameters", hint: "Say it once, in param(): what the graph is given is declared by itself" },
    );
  }
  return { graph: await outlineOf(plan, runsDir), params: { ...own, ...options.params } };
}

function optionOf({ default: value, options, today }: Param<unknown>): ParameterOption {
  const { min, max, enum: accepted, description } = options;
  const all = {
    ...(today === undefined ? { default: value() as Json } : { today }),
    min,
    max,
    enum: accepted as Json[] | undefined,
    description,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
