/**
 * The version of this toolkit, and of the Deno that it needs.
 * @module
 */
import { DuctaflowError } from "./error.ts";

/** The version of this toolkit, as records and the command line tell it. */
export const version = "0.1.0";

/** The oldest Deno that has all that is used here: its audit of permissions, among others. */
export const oldestDeno = "2.9.0";

/** Refuses a Deno that is too old, in one line, before something fails in a way that nobody understands. */
export function checkDeno(deno: string = Deno.version.deno): void {
  const parts = (text: string) => text.split(/[.+-]/, 3).map(Number);
  const [found, needed] = [parts(deno), parts(oldestDeno)];
  const at = found.findIndex((part, i) => part !== needed[i]);
  if (at < 0 || !(found[at] < needed[at])) return;
  throw new DuctaflowError(`ductaflow ${version} needs Deno ${oldestDeno} or newer, and this is Deno ${deno}`, {
    code: "old-deno",
    hint: `Type "deno upgrade"`,
  });
}
