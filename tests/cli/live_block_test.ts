import { assertEquals } from "../../lib/deps/assert.ts";
import { LiveBlock } from "../../lib/cli/live_block.ts";
import { Screen } from "./fake_effects.ts";

Deno.test("LiveBlock redraws its lines in place", () => {
  const screen = new Screen(40);
  const block = new LiveBlock(screen);
  block.draw(["one", "two"]);
  block.draw(["a longer one", "2"]);
  assertEquals(screen.lines, ["a longer one", "2"]);
});

Deno.test("LiveBlock leaves nothing of lines that are no longer drawn", () => {
  const screen = new Screen(40);
  const block = new LiveBlock(screen);
  block.draw(["one", "two", "three"]);
  block.draw(["x"]);
  assertEquals(screen.lines, ["x"]);
  block.clear();
  assertEquals(screen.lines, [""]);
});

Deno.test("LiveBlock keeps printed lines above, in their order, whatever is drawn between", () => {
  const screen = new Screen(40);
  const block = new LiveBlock(screen);
  screen.write("before\n");
  block.draw(["bar", "detail"]);
  block.print(["first", "second"]);
  block.draw(["bar 2", "detail 2"]);
  block.print(["third"]);
  block.draw(["bar 3"]);
  assertEquals(screen.lines, ["before", "first", "second", "third", "bar 3"]);
});

Deno.test("LiveBlock is not torn by printed lines that are longer than the terminal is wide", () => {
  const screen = new Screen(10);
  const block = new LiveBlock(screen);
  block.draw(["bar", "detail"]);
  block.print(["0123456789abcdefghijklmno"]);
  block.draw(["bar"]);
  assertEquals(screen.lines, ["0123456789", "abcdefghij", "klmno", "bar"]);
});

Deno.test("LiveBlock cuts live lines where they would wrap", () => {
  const screen = new Screen(10);
  const block = new LiveBlock(screen);
  block.draw(["0123456789abc"]);
  block.draw(["0123456789xyz"]);
  assertEquals(screen.lines, ["01234567…"]);
});

Deno.test("LiveBlock goes up over rows that a narrower window made of its lines", () => {
  let width = 30;
  const screen = new Screen(30);
  const block = new LiveBlock({ ...screen, write: (text) => screen.write(text), width: () => width });
  block.draw(["x".repeat(29)]);
  width = 10;
  screen.written = "";
  block.draw(["y"]);
  assertEquals(screen.written, "\r\x1b[2Ay\x1b[K\x1b[J\r");
});

Deno.test("LiveBlock is not torn by the ^C that a terminal shows where the cursor stands", () => {
  const screen = new Screen(10);
  const block = new LiveBlock(screen);
  block.draw(["one", "012345678"]);
  screen.write("^C");
  block.draw(["two"]);
  assertEquals(screen.lines, ["two"]);
});

Deno.test("LiveBlock prints and redraws in one write", () => {
  const writes: string[] = [];
  const screen = new Screen(40);
  const block = new LiveBlock({ ...screen, write: (text) => void writes.push(text), width: () => 40 });
  block.draw(["bar"]);
  block.draw(["bar 2"], undefined, ["printed"]);
  assertEquals(writes.length, 2);
  for (const text of writes) screen.write(text);
  assertEquals(screen.lines, ["printed", "bar 2"]);
});

Deno.test("LiveBlock writes nothing when there is nothing to clear", () => {
  const screen = new Screen();
  new LiveBlock(screen).clear();
  assertEquals(screen.written, "");
});
