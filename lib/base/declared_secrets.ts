/**
 * Secrets that a program gives by value instead of by the name of a variable: they stay in its memory under a name, and
 * all that is written has that name only.
 * @module
 */
import { maybeEnv } from "./maybe_env.ts";

const declared = new Map<string, string>();
const ofUrl = "/password";

/** Remembers the value of a secret for as long as this process lives, and gives the reference to it. */
export function declareSecret(name: string, value: string): { $secret: string } {
  declared.set(name, value);
  return { $secret: name };
}

/** The name of the password in the URL that a variable of the environment holds. */
export function passwordOfVariable(variable: string): string {
  return variable + ofUrl;
}

/** The value of a secret that was declared, or that is the password in the URL of a variable. */
export function declaredSecret(name: string): string | undefined {
  const value = declared.get(name);
  if (value !== undefined || !name.endsWith(ofUrl)) return value;
  const text = maybeEnv(name.slice(0, -ofUrl.length));
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { password } = new URL(text);
  return password === "" ? undefined : decodeURIComponent(password);
}
