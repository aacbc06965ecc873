/**
 * Deno's Jupyter namespace for a process that is no kernel. Part of the flow's process: see `main.ts`.
 * @module
 */
import { bundleOf, displayMethod, imageBundle } from "./display.ts";

/** The part of Deno's Jupyter namespace that shows things, so that a notebook's code runs unchanged. */
export function kernelApi(show: (value: unknown) => void) {
  const tag = (mime: string) => (strings: TemplateStringsArray, ...values: unknown[]) => ({
    [displayMethod]: () => ({ [mime]: String.raw({ raw: strings }, ...values) }),
  });
  const image = (source: string | Uint8Array) => {
    const bytes = typeof source === "string" ? Deno.readFileSync(source) : source;
    return { [displayMethod]: () => imageBundle(bytes) ?? { "text/plain": Deno.inspect(bytes) } };
  };
  return {
    $display: displayMethod,
    display: (value: unknown, options?: { raw?: boolean }) => {
      show(options?.raw ? { [displayMethod]: () => value } : value);
      return Promise.resolve();
    },
    md: tag("text/markdown"),
    html: tag("text/html"),
    svg: tag("image/svg+xml"),
    image,
    format: (value: unknown) => Promise.resolve(bundleOf(value)),
    broadcast: () => Promise.resolve(),
  };
}
