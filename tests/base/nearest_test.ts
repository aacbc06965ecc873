import { assertEquals } from "../../lib/deps/assert.ts";
import { nearest } from "../../lib/base/nearest.ts";

const names = ["permissions", "timeout", "title", "retries", "fresh_for"];

Deno.test("nearest() finds the name that was meant", () => {
  for (
    const [typed, meant] of [["permision", "permissions"], ["Timeout", "timeout"], ["tiemout", "timeout"], [
      "titel",
      "title",
    ]]
  ) {
    assertEquals(nearest(typed, names), meant, typed);
  }
});

Deno.test("nearest() is silent when nothing is near", () => {
  for (const typed of ["colour", "", "x", "time_limit"]) assertEquals(nearest(typed, names), undefined, typed);
  assertEquals(nearest("title", []), undefined);
  assertEquals(["z", "ü", ""].map((typed) => nearest(typed, ["a", "n"])), [undefined, undefined, undefined]);
});

Deno.test("nearest() takes the nearest, and the first of equals", () => {
  assertEquals(nearest("cat", ["cut", "cot", "cats"]), "cut");
  assertEquals(nearest("cats", ["cut", "cat", "cats"]), "cats");
});

Deno.test("nearest() counts two swapped letters as one mistake", () => {
  assertEquals(nearest("ba", ["ab"]), "ab");
});
