import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { type BatchLine, lastBatch, openBatchLog } from "../../lib/batch/batch_log.ts";

/** A folder for runs that is removed at the end. */
function inFolder(test: (runsDir: string) => void): () => void {
  return () => {
    const dir = Deno.makeTempDirSync();
    try {
      test(`${dir}/runs`);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

const start = (rows: number, kept?: [string, string][]): BatchLine => {
  return { t: "batch", id: "x", step: "work", flow: "file:///f.ts", at: "", rows, fresh: kept?.length ?? 0, kept };
};
const ended = (instance: string, status: "succeeded" | "failed" | "warned" = "succeeded"): BatchLine => {
  return { t: "ended", instance, status, run: `run-${instance}`, ms: 1 };
};

function writeLog(runsDir: string, lines: BatchLine[]): string {
  const log = openBatchLog(runsDir, "work");
  for (const line of lines) log.append(line);
  log.close();
  return `${runsDir}/.ductaflow/batches/work/${log.id}.ndjson`;
}

function greenIn(runsDir: string): string {
  return [...lastBatch(runsDir, "work") ?? ["none"]].map((entry) => [entry].flat()[0]).join(" ");
}

Deno.test(
  "lastBatch() gives what was green at the start and what became so",
  inFolder((runsDir) => {
    assertEquals(lastBatch(runsDir, "work"), undefined);
    writeLog(runsDir, [start(5, [["a", "run-0"]]), ended("b"), ended("c", "failed"), ended("d", "warned")]);
    assertEquals([...lastBatch(runsDir, "work")!], [["a", "run-0"], ["b", "run-b"], ["d", "run-d"]]);
  }),
);

Deno.test(
  "lastBatch() knows nothing to go on with after a batch that ended green, but after one with failures",
  inFolder((runsDir) => {
    const at = "";
    writeLog(runsDir, [start(2), ended("a"), ended("b"), { t: "end", at, succeeded: 2, failed: 0, ms: 1 }]);
    assertEquals(lastBatch(runsDir, "work"), undefined);
    writeLog(runsDir, [start(2), ended("a"), ended("b", "failed"), { t: "end", at, succeeded: 1, failed: 1, ms: 1 }]);
    assertEquals(greenIn(runsDir), "a");
  }),
);

Deno.test(
  "case 13: lastBatch() of a log cut at any byte gives whole lines only, and the batch before when there is none",
  inFolder((runsDir) => {
    writeLog(runsDir, [start(9), ended("z")]);
    const path = writeLog(runsDir, [start(5, [["a", "run-a"]]), ended("b"), ended("c")]);
    const whole = Deno.readFileSync(path);
    const seen = new Set<string>();
    for (let length = 0; length <= whole.length; length++) {
      Deno.writeFileSync(path, whole.subarray(0, length));
      seen.add(greenIn(runsDir));
    }
    assertEquals([...seen], ["z", "a", "a b", "a b c"]);
  }),
);

Deno.test(
  "case 14: lastBatch() passes over what is no line of a batch",
  inFolder((runsDir) => {
    const path = writeLog(runsDir, [start(9), ended("z")]);
    const odd = ["", "null", "[]", "1", '"x"', "{}", '{"t":"ended"}', '{"t":"ended","instance":"q"}', "\0\0", "}{"];
    Deno.writeTextFileSync(path, `\n${odd.join("\n")}\n`, { append: true });
    assertEquals(greenIn(runsDir), "z");
    for (const line of [...odd, '{"t":"batch","kept":5}', '{"t":"batch","kept":[1]}', '{"t":"batch","kept":{}}']) {
      const other = writeLog(runsDir, []);
      Deno.writeTextFileSync(other, `${line}\n`);
      assertEquals([line, greenIn(runsDir)], [line, "z"]);
      Deno.removeSync(other);
    }
  }),
);

Deno.test(
  "openBatchLog() keeps the logs of the last 20 batches",
  inFolder((runsDir) => {
    const paths = Array.from({ length: 25 }, (_, i) => writeLog(runsDir, [start(2), ended(`i${i}`)]));
    const left = [...Deno.readDirSync(`${runsDir}/.ductaflow/batches/work`)].map(({ name }) => name);
    assertEquals(left.length, 20);
    assert(left.every((name) => paths.some((path) => path.endsWith(name))));
    assertEquals(greenIn(runsDir), "i24");
  }),
);
