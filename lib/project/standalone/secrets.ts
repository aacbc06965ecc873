/**
 * The secrets that the config of a standalone script names.
 * @module
 */
import { DuctaflowError, isDuctaflowError } from "../../base/error.ts";
import { resolveSecrets, type Secrets } from "../../step/secrets.ts";

/**
 * Finds the values of secrets in the environment of the script.
 * @throws {DuctaflowError} of code `no-secret`, with all that are missing or cannot be kept secret
 */
export async function secretsOfScript(names: string[]): Promise<Secrets> {
  try {
    return await resolveSecrets(names, maybeVariable);
  } catch (cause) {
    if (!isDuctaflowError(cause, "no-secret")) throw cause;
    // With --ignore-env, a variable that may not be read looks as if it were not set.
    const missing = names.filter((name) => cause.message.includes(`"${name}"`));
    const hint = `Set the environment variable ${missing[0]}, and give deno run --allow-env=${missing}`;
    throw new DuctaflowError(cause.message, { code: "no-secret", hint, cause });
  }
}

function maybeVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
