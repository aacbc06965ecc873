/**
 * Variables of the environment that are nice to know.
 * @module
 */

/** A variable of this process; undefined when it is not set, or could not be read without asking for permission. */
export function maybeEnv(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
