/**
 * `ops`: the exported functions of a module as calls that make artifacts. The module is never loaded in the conductor.
 * @module
 */
import { makeArtifact } from "./artifact_handle.ts";
import type { Artifact, Liftable, Result } from "./artifact.ts";
import { argsOf } from "./call_arguments.ts";
import { addCall, type CallSettings, conductorGraph } from "./graph.ts";

/** What a conductor says about the operators of a module. */
export interface OpsOptions extends Partial<Omit<CallSettings, "isBuiltIn" | "freshFor" | "isEphemeral">> {
  /** The same for single operators, by name; it wins. */
  ops?: Record<
    string,
    Partial<Omit<CallSettings, "isBuiltIn" | "freshFor" | "isEphemeral" | "workflow" | "runsDir" | "concurrency">>
  >;
}

/** Any function. */
// deno-lint-ignore no-explicit-any
export type AnyFunction = (...args: any[]) => unknown;

/** The functions that a module exports, as calls that make artifacts. */
export type Operators<M> = {
  readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: M[K] extends AnyFunction ? Operator<M[K]> : never;
};

/** A function whose arguments may be artifacts and whose result is one. */
export type Operator<F extends AnyFunction> = F extends (...args: infer A) => infer R
  ? (...args: LiftedArguments<A>) => Artifact<Result<R>>
  : never;

/** Arguments, each of which may be an artifact or a parameter instead. */
export type LiftedArguments<A extends unknown[]> = { [I in keyof A]: Liftable<A[I]> };

/**
 * Gives the exported functions of a module as operators. A call runs nothing: it gives an `Artifact`, which can be given
 * to further operators, or had with `get()`. Then each call runs as a step `{workflow}.{operator}` in a process of its own
 * with only the permissions that it was granted, and leaves a run folder like any step.
 *
 * Types come from `typeof Module`: what does not fit fails in `deno check`. (Functions with overloads or type parameters
 * have the types of their last overload, or `unknown`.)
 *
 * @param module URL of the module: `import.meta.resolve("./wine_ops.ts")`
 *
 * @example
 * ```ts
 * import { ops } from "./operators.ts";
 * import { assertEquals } from "../deps/assert.ts";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/math.ts`, "export const double = (n: number) => 2 * n;");
 * // In a project: import type * as Numbers from "./math.ts", and ops<typeof Numbers>(import.meta.resolve("./math.ts"))
 * type Numbers = { double: (n: number) => number };
 * const { double } = ops<Numbers>(`file://${dir}/math.ts`, { runsDir: `${dir}/runs` });
 * assertEquals(await double(double(3)).get(), 12);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export function ops<M>(module: string | URL, options: OpsOptions = {}): Operators<M> {
  const url = checkModule(module);
  const { ops: single = {}, ...common } = options;
  const base = { workflow: moduleName(url), ...common };
  const made = new Map<string, AnyFunction>();
  return new Proxy(Object.create(null), {
    get(_, name) {
      // A promise would be asked for `then`: operators are none.
      if (typeof name !== "string" || name === "then") return undefined;
      let operator = made.get(name);
      if (!operator) made.set(name, operator = (...args) => call(name, args));
      return operator;
    },
  }) as Operators<M>;

  function call(name: string, args: unknown[]): Artifact<unknown> {
    const settings = { ...base, ...single[name] };
    const graph = conductorGraph();
    const node = addCall(graph, {
      kind: "op",
      module: url,
      export: name,
      label: name,
      args: argsOf(args, name),
      settings,
    });
    return makeArtifact(graph, node);
  }
}

function checkModule(module: string | URL): string {
  const url = String(module);
  if (/^(file|https?):/.test(url)) return new URL(url).href;
  throw new TypeError(
    `The module of operators is "${url}", accepted is a file: or http(s): URL: import.meta.resolve("./${
      url.replace(/^\.?\//, "")
    }")`,
  );
}

/** The file's name without its ending. */
function moduleName(url: string): string {
  const file = decodeURIComponent(new URL(url).pathname.split("/").pop() ?? "");
  return file.replace(/\.[^.]*$/, "") || "ops";
}
