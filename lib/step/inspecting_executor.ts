/**
 * Starts flows so that a debugger can be attached to them.
 * @module
 */
import type { Execution, Executor, ProcessOrder } from "../executor/executor.ts";
import { makeDebugCopy } from "./debug_copy.ts";
import type { HostOrders } from "./host/main.ts";

/** How a flow is inspected. */
export interface InspectOptions {
  /** The port on 127.0.0.1 that the process listens on. Nobody else may reach it: whoever does controls the process. */
  port: number;
  /** Whether it stops at its first code cell; otherwise only at breakpoints. */
  stop: boolean;
}

/** Where debuggers look when nothing else is said. */
export const inspectorPort = 9229;

/**
 * An executor whose processes wait for a debugger before they run. It sees the flow's own file, in its own lines and
 * columns, with the values of the config in its parameters.
 *
 * @param executor starts them
 */
export function inspectingExecutor(executor: Executor, { port, stop }: InspectOptions): Executor {
  return {
    name: executor.name,
    async start(order: ProcessOrder): Promise<Execution> {
      const orders: HostOrders = JSON.parse(order.input);
      const [command, ...args] = order.args;
      const main = await makeDebugCopy({ ...orders, main: args.pop()!, stop });
      // The map of the copy leads to the flow by itself, also in the stacks of errors.
      const mapped = { ...orders, buildUrl: orders.flowUrl, buildPath: orders.flowPath ?? orders.flowUrl, edits: [] };
      const changed = [command, `--inspect-wait=127.0.0.1:${port}`, ...args, main];
      const execution = await executor.start({ ...order, args: changed, input: JSON.stringify(mapped) });
      return { ...execution, args: changed };
    },
  };
}
