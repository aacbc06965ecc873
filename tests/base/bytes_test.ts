import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { parseBytes } from "../../lib/base/bytes.ts";

Deno.test("parseBytes() takes numbers, decimal and binary units, in any case and spacing", () => {
  const given = [0, 12.7, "12", "12b", "1.5kB", "10 GB", "10g", "2GiB", " 3 mib "];
  assertEquals(given.map((value) => parseBytes(value)), [0, 12, 12, 12, 1500, 1e10, 1e10, 2 ** 31, 3 * 2 ** 20]);
});

Deno.test("parseBytes() refuses all else, with the value", () => {
  for (const value of ["", "GB", "-1", "1,5GB", "1 GB 2", "1ib ago", -1, NaN, null, "1xb"]) {
    assertThrows(() => parseBytes(value, "The option maxBytes"), Error, `The option maxBytes is "${value}"`);
  }
});
