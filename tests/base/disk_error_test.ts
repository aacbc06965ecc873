import { assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { explainDiskError } from "../../lib/base/disk_error.ts";
import type { DuctaflowError } from "../../lib/base/error.ts";

function explained(error: unknown): DuctaflowError {
  return explainDiskError(error, "prepare it") as DuctaflowError;
}

Deno.test("explainDiskError() tells of a place where no folder can be made", () => {
  const text = "No such file or directory (os error 2): mkdir '/proc/x'";
  const error = explained(new Deno.errors.NotFound(text));
  assertEquals([error.code, error.hint], ["read-only", "Choose another folder with runsDir"]);
  assertEquals(error.message, `Cannot prepare it: no folder can be made there (${text})`);
  assertStringIncludes(String(error.cause), "/proc/x");
});

Deno.test("explainDiskError() leaves other files that are not found as they are", () => {
  const error = new Deno.errors.NotFound("No such file or directory (os error 2): readfile '/x/mkdir '");
  assertEquals(explainDiskError(error, "prepare it"), error);
});
