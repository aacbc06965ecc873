import { assertEquals } from "../../lib/deps/assert.ts";
import { watchSignals } from "../../lib/cli/signal_watch.ts";
import { FakeEffects } from "./fake_effects.ts";

Deno.test("watchSignals() ends the command before the run begins, and the process when asked again", () => {
  const effects = new FakeEffects();
  const watch = watchSignals(effects);
  effects.signal("SIGTERM");
  assertEquals([watch.signal.aborted, watch.received(), effects.exited], [true, "SIGTERM", []]);
  effects.signal("SIGINT");
  assertEquals(effects.exited, [143]);
});

Deno.test("watchSignals() leaves signals to the run while it goes on, but not forever", () => {
  const effects = new FakeEffects();
  const watch = watchSignals(effects);
  watch.leaveToRun();
  for (let i = 0; i < 3; i++) effects.signal("SIGINT");
  assertEquals([watch.signal.aborted, watch.received(), effects.exited], [false, "SIGINT", []]);
  effects.signal("SIGINT");
  assertEquals(effects.exited, [130]);
});
