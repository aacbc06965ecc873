import { assertEquals } from "../../../lib/deps/assert.ts";
import { isPlainNumber } from "../../../lib/batch/tables/plain_number.ts";

const numbers = [
  "0",
  "5",
  "-5",
  "-0",
  "0.5",
  "-0.5",
  "1.50",
  "1e5",
  "1E5",
  "2.5e-3",
  "1e+2",
  "9007199254740991",
  "-9007199254740991",
  "0.30000000000000004",
  "0.10000000000000001",
  "0.10000000000000000000000",
  "0.000",
  "1.7976931348623157e308",
];

const texts = [
  "",
  " ",
  " 1",
  "1 ",
  "001",
  "-01",
  "+1",
  "1.",
  ".5",
  "0x10",
  "0b1",
  "1_000",
  "1,000",
  "0,5",
  "1e",
  "1e5.5",
  "--1",
  "NaN",
  "Infinity",
  "9007199254740992",
  "9007199254740993",
  "12345678901234567890",
  "100000000000000000000",
  "0.123456789012345678",
  "1e400",
  "-1e400",
  "1e-400",
  "١",
  "1\n",
  "=1+1",
];

for (const text of numbers) Deno.test(`isPlainNumber() takes ${text}`, () => assertEquals(isPlainNumber(text), true));
for (const text of texts) {
  Deno.test(`isPlainNumber() leaves ${JSON.stringify(text)} as text`, () => assertEquals(isPlainNumber(text), false));
}
