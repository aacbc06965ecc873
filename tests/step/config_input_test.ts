import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { nameProblem } from "../../lib/base/names.ts";
import { deriveInstance, type MoreConfig, parseSetting, readConfigInput } from "../../lib/step/config_input.ts";

function withFiles(files: Record<string, string>, test: (path: (name: string) => string) => Promise<void>) {
  return async () => {
    const dir = Deno.makeTempDirSync();
    try {
      for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${dir}/${name}`, text);
      await test((name) => `${dir}/${name}`);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

async function problem(files: string[], settings: string[] = []): Promise<string> {
  const { message, hint } = await assertRejects(() => readConfigInput(files, settings), DuctaflowError);
  return hint ? `${message} | ${hint}` : message;
}

Deno.test(
  "readConfigInput() lays later files over earlier ones and values over all, objects key by key",
  withFiles({
    "base.yaml": "period: am\nmodel: { seed: 1, kind: linear }\nbands: [1, 2]\n",
    "more.json": `\ufeff{ "model": { "seed": 2 }, "bands": [3] }`,
  }, async (path) => {
    const input = await readConfigInput([path("base.yaml"), path("more.json")], ["model.seed=3", "new.key=x"]);
    assertEquals(input, {
      config: { period: "am", model: { seed: "3", kind: "linear" }, bands: [3], new: { key: "x" } },
      textKeys: ["model.seed", "new.key"],
      labels: ["base", "more"],
    });
  }),
);

Deno.test(
  "readConfigInput() reads YAML 1.2: no, on and dates are text, numbers are numbers",
  withFiles(
    { "a.yml": "country: no\nswitch: on\nday: 2026-11-22\nsmall: 1e-3\nyes: true\nnothing:\n" },
    async (path) => {
      const { config } = await readConfigInput([path("a.yml")], []);
      assertEquals(config, { country: "no", switch: "on", day: "2026-11-22", small: 0.001, yes: true, nothing: null });
    },
  ),
);

Deno.test(
  "readConfigInput() takes an empty YAML file as no config",
  withFiles({ "a.yaml": "# nothing\n" }, async (path) => {
    assertEquals((await readConfigInput([path("a.yaml")], [])).config, {});
  }),
);

Deno.test(
  "readConfigInput() refuses files that hold no config, naming file and problem",
  withFiles({
    "list.json": "[1]",
    "broken.json": "{ a",
    "broken.yaml": "a: [1\nb: 2",
    "nan.yaml": "a: { b: .nan }",
    "a.toml": "",
  }, async (path) => {
    const at = async (name: string) => (await problem([path(name)])).replaceAll(path(""), "");
    const json = `Write { "key": value } with double quotes around keys and texts, and no comma behind the last value`;
    const yaml = `Write "key: value" lines; put values with special characters in quotes`;
    assertEquals(
      await at("list.json"),
      `The config file "list.json" cannot be read: it holds [1] instead of keys with values | ${json}`,
    );
    assertEquals((await at("broken.json")).split(":", 1)[0], `The config file "broken.json" cannot be read`);
    assertEquals((await at("broken.json")).split(" | ")[1], json);
    assertEquals((await at("broken.yaml")).split(" | ")[1], yaml);
    assertEquals((await at("broken.yaml")).split(":", 1)[0], `The config file "broken.yaml" cannot be read`);
    assertEquals(
      await at("nan.yaml"),
      `The config file "nan.yaml" cannot be read: it holds the number NaN at "a.b" | ${yaml}`,
    );
    assertEquals(
      await at("a.toml"),
      `The config file "a.toml" ends in ".toml"; accepted are ".json", ".yaml" and ".yml"`,
    );
    assertEquals(await at("lisst.json"), `There is no config file "lisst.json" | Did you mean "list.json"?`);
  }),
);

Deno.test(
  "readConfigInput() tells of a file that is not there which config files or folders are",
  withFiles({ "list.json": "[1]", "notes.md": "" }, async (path) => {
    const hint = async (name: string) => (await problem([path(name)])).split(" | ")[1].replaceAll(path(""), "");
    assertEquals(await hint("something.yaml"), `In "${path("").slice(0, -1)}" are list.json`);
    for (const folder of ["none", "notes.md"]) {
      assertEquals(await hint(`${folder}/a.yaml`), `There is no folder "${folder}": paths count from "${Deno.cwd()}"`);
    }
    Deno.removeSync(path("list.json"));
    assertEquals(await hint("something.yaml"), `No .json, .yaml or .yml file is in "${path("").slice(0, -1)}"`);
  }),
);

Deno.test("readConfigInput() takes later values over earlier ones, and typed ones as JSON", async () => {
  const input = await readConfigInput([], ["a=1", "a:=2", "b:=[1,null]", "c:=5", "c=x=y", "d="]);
  assertEquals(input, { config: { a: 2, b: [1, null], c: "x=y", d: "" }, textKeys: ["c", "d"], labels: [] });
});

Deno.test("readConfigInput() refuses a value inside of something that is no object", async () => {
  assertEquals(
    await problem([], ["model=linear", "model.seed=1"]),
    `"--set model.seed=…" goes into "model", which is "linear"`,
  );
});

Deno.test("parseSetting() refuses what is no key with a value", () => {
  for (const text of ["a", "=1", "a..b=1", ".a=1", "__proto__.x=1", "a.constructor=1", "a:=nope"]) {
    assertThrows(() => parseSetting(text), DuctaflowError);
  }
  assertEquals(parseSetting("a:b=1"), { path: ["a:b"], value: "1", isText: true });
});

Deno.test("deriveInstance() names an instance after its config files and values", async () => {
  assertEquals(await deriveInstance([], []), "default");
  assertEquals(await deriveInstance([], ["period=pm", "maxDistance=500"]), "pm_500");
  assertEquals(await deriveInstance(["base"], ["period=pm"]), "base_pm");
  assertEquals(await deriveInstance([], ["fast=true", "limit="]), "fast=true_limit=");
  assertEquals(await deriveInstance([], ["rate=-0.5", "day=2026-11-22"]), "-0.5_2026-11-22".replace(/^-/, ""));
});

Deno.test("deriveInstance() gives usable names for any values, and different ones for long values", async () => {
  const odd = ["a=../x", "a=CON", "a=é, ü", "a=東京", "a=.", "a=-", 'a:={"b":[1,2]}', "a= "];
  for (const setting of odd) assertEquals(nameProblem(await deriveInstance([], [setting])), undefined, setting);
  const [one, two] = await Promise.all(["1", "2"].map((end) => deriveInstance([], [`a=${"x".repeat(200)}${end}`])));
  assertEquals([nameProblem(one), one === two, one.length <= 60], [undefined, false, true]);
});

Deno.test("readConfigInput() takes texts over files, Base64 over texts, and what is piped in where - stands", async () => {
  const stdin = () => Promise.resolve('{"a": 1, "b": "001", "c": 1}');
  const yaml = ["c: 2\nd: 2", '{"e": 2}'];
  const input = await readConfigInput(["-"], ["e=3"], { yaml, base64: [btoa("d: 3")], secrets: ["f.g=KEY"], stdin });
  assertEquals(input.config, { a: 1, b: "001", c: 2, d: 3, e: "3", f: { g: { $secret: "KEY" } } });
  assertEquals(input.textKeys, ["e"]);
  assertEquals(input.labels.map((label) => label.replace(/_[0-9a-f]{8}$/, "_…")), ["stdin_…", ...yaml, "d: 3"]);
  assertEquals(await deriveInstance(["period: am"], []), "period_am");
});

Deno.test("readConfigInput() refuses texts that are no config, and a second stdin, saying where they stand", async () => {
  const refused = async (more: MoreConfig, files: string[] = []) =>
    (await assertRejects(() => readConfigInput(files, [], more), DuctaflowError)).message;
  assertEquals(
    await refused({ yaml: ["just text"] }),
    `The config of --config-yaml cannot be read: it holds "just text" instead of keys with values`,
  );
  assertEquals(
    await refused({ base64: [btoa("[1]")] }),
    "The config of --config-base64 cannot be read: it holds [1] instead of keys with values",
  );
  assertStringIncludes(await refused({ base64: ["ä"] }), `"--config-base64 ä" is not Base64 of a text`);
  assertEquals(await refused({}, ["-", "-"]), `"--config -" can be given once only`);
  assertEquals(await refused({ secrets: ["key"] }), `"--secret key" is not a key with the name of a secret`);
});

Deno.test("parseSetting() tells who writes the value as a word of its own, as papermill does, how it is written", () => {
  const { hint } = assertThrows(() => parseSetting("period"), DuctaflowError);
  assertEquals(hint, "Write --set period=value in one word");
});

Deno.test(
  "readConfigInput() reads numbers as YAML 1.2 does, from files and texts",
  withFiles({ "a.yaml": "zip: 01234\nbits: 0b11\n" }, async (path) => {
    const { config } = await readConfigInput([path("a.yaml")], [], { yaml: ["many: 1_000"], base64: [btoa("n: 010")] });
    assertEquals(config, { zip: 1234, bits: "0b11", many: "1_000", n: 10 });
  }),
);
