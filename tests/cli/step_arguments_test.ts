import { assertEquals, assertRejects, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { parseOptions } from "../../lib/cli/options.ts";
import { parsePermits, readStepArguments, stepArguments, stepName } from "../../lib/cli/step_arguments.ts";

function read(...args: string[]) {
  const { values, positionals } = parseOptions(args, stepArguments);
  return readStepArguments(values, positionals);
}

Deno.test("parsePermits() makes lists, everything and nothing of each kind", () => {
  assertEquals(parsePermits(["net=a.com,b.com:80", "net=c.com", "read=../data", "sys"], ["env,run", "ffi"]), {
    net: ["a.com", "b.com:80", "c.com"],
    read: ["../data"],
    sys: true,
    env: false,
    run: false,
    ffi: false,
  });
});

Deno.test("parsePermits() lets a kind by its name win over all", () => {
  const { net, env, import: imports } = parsePermits(["net=a.com"], ["all"]);
  assertEquals([net, env, imports], [["a.com"], false, false]);
});

Deno.test("parsePermits() refuses unknown kinds, empty values and contradictions", () => {
  const refused = (permit: string[], forbid: string[], text: string) =>
    assertThrows(() => parsePermits(permit, forbid), DuctaflowError, text);
  refused(["nett=a"], [], `"--permit nett": there is no permission "nett"`);
  refused([], ["evn"], `"--forbid evn": there is no permission "evn"`);
  refused(["net="], [], `"--permit net=" has an empty value`);
  refused(["net=a"], ["net"], `The permission "net" is both permitted and forbidden`);
  refused(["all=a"], [], `"all" takes no values`);
});

Deno.test("readStepArguments() takes the instance from its option, the second argument, or the values", async () => {
  assertEquals((await read("flow", "am", "--set", "a=1")).instance, "am");
  assertEquals((await read("flow", "--instance", "pm", "--set", "a=1")).instance, "pm");
  assertEquals((await read("flow", "--set", "a=1", "--set", "b=x")).instance, "1_x");
  assertEquals((await read("flow")).instance, "default");
});

Deno.test("readStepArguments() refuses no flow, two names, and values that lack --set", async () => {
  const refused = (args: string[], text: string) => assertRejects(() => read(...args), DuctaflowError, text);
  await refused([], "No flow is given");
  await refused(["flow", "am", "pm"], `"pm" is one argument too many`);
  await refused(["flow", "am", "--instance", "pm"], `The instance is given twice, as "am" and as "pm"`);
  await refused(["flow", "period=am"], `"period=am" is taken for the name of the instance`);
});

Deno.test("stepName() is the name of the file", () => {
  const names = ["delay", "flows/delay.ts", "./a.b.ts", "http://x.y/flows/delay.ts?v=1"].map(stepName);
  assertEquals(names, ["delay", "delay", "a.b", "delay"]);
});
