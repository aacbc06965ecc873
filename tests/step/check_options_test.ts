import { assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { checkOptions } from "../../lib/step/check_options.ts";
import type { StepOptions } from "../../lib/step/step_options.ts";

const refused: [options: unknown, error: typeof TypeError | typeof RangeError, text: string][] = [
  [{ cache: "offf" }, RangeError, 'The option cache is "offf", accepted is "auto", "existing", "off"'],
  [{ keep: -1 }, RangeError, 'The option keep is "-1", accepted is a whole number from 0'],
  [{ keep: NaN }, RangeError, "keep"],
  [{ retries: 1.5 }, RangeError, 'The option retries is "1.5"'],
  [{ retries: "2" }, RangeError, "retries"],
  [{ retries: { max: -3 } }, RangeError, "retries"],
  [{ runsDir: "" }, TypeError, "The option runsDir"],
  [{ permissions: { nett: true } }, TypeError, 'There is no permission "nett"; did you mean "net"?'],
  [{ permissions: { net: "example.com" } }, TypeError, "accepted is a list of texts, true or false"],
  [{ permissions: { read: [1] } }, TypeError, "The permission read"],
];

for (const [options, error, text] of refused) {
  Deno.test(`checkOptions() refuses ${JSON.stringify(options)}`, () => {
    assertThrows(() => checkOptions(options as StepOptions), error, text);
  });
}

Deno.test("checkOptions() takes what means something", () => {
  checkOptions({});
  checkOptions({ cache: "existing", keep: 0, retries: { max: 2 }, permissions: { net: ["a.example"], run: false } });
});

Deno.test("checkOptions() refuses a timeout that is none or leaves no time", () => {
  for (const timeout of [0, "0s", "soon"]) {
    assertThrows(() => checkOptions({ timeout }), DuctaflowError, `The timeout is "${timeout}"`);
  }
  checkOptions({ timeout: "1s" });
});
