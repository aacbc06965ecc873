/**
 * What instrumented code calls, and the values it gets. Part of the flow's process: see `main.ts`.
 * @module
 */

/** Where a module lies, whatever file its text runs from. */
export interface ModulePlace {
  url: string;
  /** Unless it is from the web. */
  path?: string;
  /** Resolves what is no path, such as a package. */
  resolve(specifier: string): string;
}

/** Who wants to know how far a flow is. */
export interface CellListener {
  cell(index: number): void;
  /** Gets the value of the last expression of a cell. */
  out(value: unknown): void;
}

/** What instrumented code calls. `runs` is the path from the run folder to the folder of all runs. */
export function instrumentation(
  place: ModulePlace,
  given: Record<string, unknown>,
  runs: string,
  listener: CellListener,
) {
  const values = new Map(Object.entries(given).map(([name, value]) => [name, revive(value, runs)]));
  return {
    cell: (index: number) => listener.cell(index),
    out<T>(value: T): T {
      listener.out(value);
      return value;
    },
    has: (name: string) => values.has(name),
    get: (name: string) => values.get(name),
    ...moduleMeta(place, true),
  };
}

/** What `import.meta` and computed imports mean in a module. */
export function moduleMeta({ url: base, path, resolve: resolveName }: ModulePlace, main: boolean) {
  const resolve = (specifier: string) => /^\.{0,2}\//.test(specifier) ? new URL(specifier, base).href : specifier;
  return {
    at: (specifier: unknown) => typeof specifier === "string" ? resolve(specifier) : String(specifier),
    meta: {
      url: base,
      filename: path,
      dirname: path?.replace(/\/[^/]*$/, "") || undefined,
      main,
      resolve: (specifier: string) => {
        const url = resolve(specifier);
        return url === specifier ? resolveName(specifier) : url;
      },
    },
  };
}

/** A reference to a run comes back as an object with its folder; the rest of a config stays as it is. */
export function revive(value: unknown, runs: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => revive(item, runs));
  const reference = (value as { $run?: { step: string; instance: string } }).$run;
  if (reference && Object.keys(value).length === 1) {
    return { ...reference, dir: `${runs}/${reference.step}/${reference.instance}` };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item, runs)]));
}
