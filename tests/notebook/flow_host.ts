/**
 * Runs a flow, instrumented or not, for a test: `deno run -A flow_host.ts <orders as JSON>`. The last line on stdout is
 * what happened, as JSON.
 */

/** What to run and with which values. */
export interface HostOrders {
  /** The module to run. */
  run: string;
  /** The URL of the flow itself. */
  flow: string;
  values: Record<string, unknown>;
}

/** What happened. */
export interface HostReport {
  /** `cell 1`, `out "value"`, `log text`, in order. */
  events: string[];
  /** The error that ended it, with the first place of its stack that lies in the module. */
  error?: { message: string; line?: number; column?: number };
}

if (import.meta.main) {
  const orders: HostOrders = JSON.parse(Deno.args[0]);
  const report: HostReport = { events: [] };
  const values = new Map(Object.entries(orders.values));
  const print = console.log;
  console.log = (...values: unknown[]) => {
    report.events.push(`log ${values.map((v) => typeof v === "string" ? v : Deno.inspect(v)).join(" ")}`);
  };
  const resolve = (specifier: string) => new URL(specifier, orders.flow).href;
  Object.assign(globalThis, {
    __ductaflow__: {
      cell: (i: number) => report.events.push(`cell ${i}`),
      out: (value: unknown) => (report.events.push(`out ${Deno.inspect(value, { breakLength: Infinity })}`), value),
      has: (name: string) => values.has(name),
      get: (name: string) => values.get(name),
      at: (specifier: string) => /^\.{0,2}\//.test(specifier) ? resolve(specifier) : specifier,
      meta: { url: orders.flow, filename: decodeURIComponent(new URL(orders.flow).pathname), resolve },
    },
  });
  try {
    await import(orders.run);
  } catch (error) {
    report.error = place(error as Error, orders.run);
  }
  print(JSON.stringify(report));
}

function place(error: Error, module: string): HostReport["error"] {
  const lines = (error.stack ?? "").split("\n").filter((line) => line.includes(module));
  const [, line, column] = /:(\d+):(\d+)\)?$/.exec(lines[0] ?? "") ?? [];
  return { message: error.message, line: line ? Number(line) : undefined, column: column ? Number(column) : undefined };
}
