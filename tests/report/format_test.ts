import { assertEquals } from "../../lib/deps/assert.ts";
import { formatBytes, formatNumber, formatTime, plural, shortHash } from "../../lib/report/format.ts";

Deno.test("formatNumber() separates thousands and keeps four digits that carry meaning", () => {
  const shown = [0, 7, 12.34567, 0.0131234, 1234.5678, 18234, -1234567, 0.000012, 1.5e21, 99.95].map(formatNumber);
  assertEquals(shown, ["0", "7", "12.35", "0.01312", "1,234.57", "18,234", "-1,234,567", "1.2e-5", "1.5e21", "99.95"]);
  assertEquals([formatNumber("x"), formatNumber(NaN)], ["x", "NaN"]);
});

Deno.test("formatBytes() says sizes in powers of 1000", () => {
  const shown = [0, 1, 999, 1000, 3400, 182_344, 9_960, 999_600, 1.2e9, 5e15].map(formatBytes);
  assertEquals(shown, [
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1.0 kB",
    "3.4 kB",
    "182 kB",
    "10 kB",
    "1.0 MB",
    "1.2 GB",
    "5.0 PB",
  ]);
});

Deno.test("formatTime() says the day and the time in UTC, and gives back what is no time", () => {
  assertEquals(formatTime("2026-11-24T14:03:09.120Z"), "Tue 24 Nov 2026, 14:03:09 UTC");
  assertEquals(formatTime("soon"), "soon");
});

Deno.test("plural() and shortHash() keep sentences short", () => {
  assertEquals([plural(1, "row"), plural(1234, "row"), shortHash("0123456789"), shortHash(undefined)], [
    "1 row",
    "1,234 rows",
    "01234567",
    "",
  ]);
});
