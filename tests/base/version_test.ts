import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { checkDeno, oldestDeno, version } from "../../lib/base/version.ts";

Deno.test("case 46: checkDeno() refuses an older Deno in one line that says what to do", () => {
  for (const old of ["2.8.9", "1.46.3", "2.8.0-rc.1", "0.42.0"]) {
    const { message, hint, code } = assertThrows(() => checkDeno(old), DuctaflowError);
    assertEquals(message, `ductaflow ${version} needs Deno ${oldestDeno} or newer, and this is Deno ${old}`);
    assertEquals([hint, code], [`Type "deno upgrade"`, "old-deno"]);
  }
});

Deno.test("checkDeno() takes the oldest that will do, newer ones, and this one", () => {
  for (const deno of [oldestDeno, "2.9.6", "2.10.0", "3.0.0", "2.10.0+abc", "2.9.0-rc.1"]) checkDeno(deno);
  checkDeno();
});
