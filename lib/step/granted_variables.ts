/**
 * The variables of the conductor's environment that a flow was granted.
 * @module
 */
import { DuctaflowError } from "../base/error.ts";
import type { Grant } from "./grant.ts";

/** The variables of the conductor that a grant names, with their values. */
export function grantedVariables({ granted: { env } }: Grant): Record<string, string> {
  return env === true ? Deno.env.toObject() : Object.fromEntries(pick(env ?? []));
}

function* pick(names: string[]): Generator<[string, string]> {
  for (const name of names) {
    if (name.endsWith("*")) {
      const prefix = name.slice(0, -1);
      for (const [key, value] of Object.entries(readAll(name))) if (key.startsWith(prefix)) yield [key, value];
      continue;
    }
    const value = read(name);
    if (value !== undefined) yield [name, value];
  }
}

function read(name: string): string | undefined {
  return orExplain(name, () => Deno.env.get(name));
}

function readAll(name: string): Record<string, string> {
  return orExplain(name, () => Deno.env.toObject());
}

function orExplain<T>(name: string, get: () => T): T {
  try {
    return get();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new DuctaflowError(`The flow was granted the variable "${name}", but the conductor itself may not read it`, {
      code: "conductor-permission",
      hint: `Run the conductor with --allow-env=${name}`,
      cause: error,
    });
  }
}
