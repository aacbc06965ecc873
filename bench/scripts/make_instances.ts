/**
 * Makes `count` instances of the trivial flow that a batch finds fresh, from one that ran: `make_instances.ts <count>
 * <runsDir>`. Running 100,000 would take half an hour.
 */
import { maybeSignature } from "../../lib/base/file_signature.ts";
import { instancePaths, ownedFile } from "../../lib/step/instance_paths.ts";
import { appendSeals, readSeals, type Seal } from "../../lib/step/seals.ts";
import { runInstances } from "../../mod.ts";

const [count, runsDir] = [Number(Deno.args[0]), Deno.args[1]];
await runInstances("flows/trivial.ts", [{ n: 0 }], { instance: "i{n}", runsDir });
const first = instancePaths(runsDir, "trivial", "i0");
const names = [...Object.values(ownedFile), "out.json"];
const files = names.map((name) => [name, Deno.readTextFileSync(`${first.dir}/${name}`)]);
const seal = readSeals(first.seals).get("i0")!;
const made: Seal[] = [];
for (let n = 1; n < count; n++) {
  const { dir, instance } = instancePaths(runsDir, "trivial", `i${n}`);
  Deno.mkdirSync(dir);
  for (const [name, text] of files) {
    Deno.writeTextFileSync(`${dir}/${name}`, name === ownedFile.record ? text.replace(`"i0"`, `"${instance}"`) : text);
  }
  made.push({
    ...seal,
    instance,
    given: JSON.stringify([{ n }]),
    record: maybeSignature(`${dir}/${ownedFile.record}`),
    outputs: seal.outputs.map(({ name, hash }) => ({ name, hash })),
  });
}
appendSeals(first, made);
