import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { type OptionTable, parseCount, parseOptions } from "../../lib/cli/options.ts";

const table = {
  set: { value: "key=value", many: true, help: "" },
  config: { value: "file", many: true, help: "" },
  cache: { value: "mode", choices: ["auto", "off"], help: "" },
  step: { value: "name", help: "" },
  json: { help: "" },
  "no-wait": { help: "" },
  help: { help: "", short: "h" },
} satisfies OptionTable;

function problem(...args: string[]): string {
  const error = assertThrows(() => parseOptions(args, table), DuctaflowError);
  assertEquals((error as DuctaflowError).code, "usage");
  return [(error as DuctaflowError).message, (error as DuctaflowError).hint].filter(Boolean).join(" | ");
}

Deno.test("parseOptions() gives every option a value of its kind", () => {
  const { values, positionals } = parseOptions(
    ["flow", "007", "--set", "a=1", "--set=b=2=3", "--json", "--no-wait"],
    table,
  );
  assertEquals(positionals, ["flow", "007"]);
  assertEquals({ ...values }, {
    set: ["a=1", "b=2=3"],
    config: [],
    cache: undefined,
    step: undefined,
    json: true,
    "no-wait": true,
    help: false,
  });
});

Deno.test("parseOptions() leaves values text, negative numbers and empty texts in them included", () => {
  const { values } = parseOptions(["--set", "a=-1", "--set", "b=", "--set", "c=true", "--step", "12"], table);
  assertEquals(values.set, ["a=-1", "b=", "c=true"]);
  assertEquals(values.step, "12");
});

Deno.test("parseOptions() takes what follows -- as it is", () => {
  assertEquals(parseOptions(["--json", "--", "--set", "-x"], table).positionals, ["--set", "-x"]);
});

Deno.test("parseOptions() suggests the option that was meant", () => {
  assertEquals(problem("--jsn"), `There is no option "--jsn" | Did you mean "--json"?`);
  assertEquals(problem("--sett=a=b"), `There is no option "--sett" | Did you mean "--set"?`);
  assertEquals(problem("--quite-another"), `There is no option "--quite-another" | Add --help to see the options`);
  assertEquals(problem("--__proto__.x=1"), `There is no option "--__proto__.x" | Add --help to see the options`);
});

Deno.test("parseOptions() refuses missing, superfluous and unknown values", () => {
  assertEquals(problem("--step"), "The option --step needs a value | Write --step name");
  assertEquals(problem("--step", "--json"), "The option --step needs a value | Write --step name");
  assertEquals(problem("--json=events"), "The option --json takes no value");
  assertEquals(
    problem("--cache", "of"),
    `The option --cache is "of"; accepted are "auto", "off" | Did you mean "off"?`,
  );
});

Deno.test("parseOptions() reports all problems together", () => {
  assertEquals(
    problem("--jsn", "--step"),
    `The command line has 2 problems\n  - There is no option "--jsn" (Did you mean "--json"?)\n` +
      `  - The option --step needs a value (Write --step name)`,
  );
});

Deno.test("parseCount() takes whole numbers from 0 up", () => {
  assertEquals([parseCount(undefined, "keep"), parseCount("0", "keep"), parseCount("12", "keep")], [undefined, 0, 12]);
  for (const text of ["-1", "1.5", "many", "1e3"]) assertThrows(() => parseCount(text, "keep"), DuctaflowError, text);
});

Deno.test("parseOptions() takes letters for options, values right behind them, and - as a value", () => {
  const table = {
    config: { help: "", value: "file", many: true as const, short: "f" },
    set: { help: "", value: "key=value", many: true as const, short: "p" },
  };
  const read = (...args: string[]) => parseOptions(args, table);
  assertEquals(read("-f", "a.yaml", "--config", "-", "-f", "-", "-pa=b=c", "-p=d=1", "-p", "e=-2", "flow"), {
    values: { config: ["a.yaml", "-", "-"], set: ["a=b=c", "d=1", "e=-2"] },
    positionals: ["flow"],
  });
  assertEquals(read("--", "-pa=1").positionals, ["-pa=1"]);
});
