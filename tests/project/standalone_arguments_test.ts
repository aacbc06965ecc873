import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { readArguments } from "../../lib/project/standalone/arguments.ts";

const none = { config: [], set: [], secret: [], instance: undefined, out: undefined, runs: "runs", help: false };

Deno.test("readArguments() reads options in every form", () => {
  assertEquals(readArguments([]), none);
  assertEquals(
    readArguments([
      "--set",
      "a=1",
      "--set=b=--x",
      "--config",
      "x.json",
      "--out=o",
      "--runs",
      "r",
      "-h",
      "--secret",
      "k=K",
    ]),
    {
      config: ["x.json"],
      set: ["a=1", "b=--x"],
      secret: ["k=K"],
      instance: undefined,
      out: "o",
      runs: "r",
      help: true,
    },
  );
  assertEquals(readArguments(["--instance", "001"]).instance, "001");
  const short = readArguments(["-f", "x.json", "-p", "a=1", "-p", "b=2"]);
  assertEquals([short.config, short.set], [["x.json"], ["a=1", "b=2"]]);
});

Deno.test("readArguments() tells all problems together, with what was meant", () => {
  const problem = (...args: string[]) => assertThrows(() => readArguments(args), DuctaflowError).message;
  assertEquals(
    problem("x", "--confg"),
    `"x" is one argument too many; values are given as --set key=value\nThere is no option "--confg"; did you mean "--config"?`,
  );
  assertEquals(problem("--out"), "The option --out needs a value");
  assertEquals(problem("--out", "a", "--out", "b"), "The option --out is given twice");
});
