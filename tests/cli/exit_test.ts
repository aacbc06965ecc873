import { assertEquals, assertMatch } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { errorText, exitCodeOf, InterruptedError } from "../../lib/cli/exit.ts";
import { painter } from "../../lib/cli/style.ts";

const plain = painter(false);
const error = (code: string, hint?: string) => new DuctaflowError("Went wrong", { code, ...(hint ? { hint } : {}) });

Deno.test("exitCodeOf() tells apart failed runs, wrong use, locks and signals", () => {
  const codes = [
    "step-failed",
    "step-timed-out",
    "no-space",
    "cannot-start",
    "bad-config",
    "flow-syntax",
    "usage",
    "locked",
  ];
  assertEquals(codes.map((code) => exitCodeOf(error(code))), [1, 1, 1, 1, 2, 2, 2, 75]);
  assertEquals((["SIGINT", "SIGTERM", "SIGHUP"] as const).map((s) => exitCodeOf(new InterruptedError(s))), [
    130,
    143,
    129,
  ]);
  assertEquals([exitCodeOf(new TypeError("x")), exitCodeOf(new Deno.errors.NotCapable("x"))], [1, 2]);
});

Deno.test("errorText() gives message and hint, and a stack only for what is unforeseen", () => {
  assertEquals(errorText(error("bad-config", "Do this"), plain), "Error: Went wrong\nHint: Do this\n");
  assertMatch(errorText(new TypeError("x is not a function"), plain), /^Unexpected error: x is not a function\n +at /);
});

Deno.test("errorText() lets no escape codes through", () => {
  assertEquals(errorText(new DuctaflowError("a\x1b[2J\nb", { code: "x" }), plain), "Error: a\nb\n");
});
