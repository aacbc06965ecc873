import { assertEquals } from "../../lib/deps/assert.ts";
import { isRunEvent, openEventLog, readEventLog, type RunEvent } from "../../lib/step/event_log.ts";

const events: RunEvent[] = [
  { t: "start", id: "1", at: "2026-11-22T12:00:00.000Z", build: "/b" },
  { t: "cell", cell: 1, ms: 1.5, rss: 10 },
  { t: "text", name: "stdout", cell: 1, text: "é\u2028\n\0\u001e" },
  { t: "out", kind: "result", data: { "text/plain": "x" } },
  { t: "metric", name: "m", value: 0.1, unit: "s" },
  { t: "check", name: "c", ok: false, severity: "error" },
  { t: "progress", done: 1, total: 2 },
  { t: "error", error: { name: "Error", message: "m" }, ms: 2, rss: 11 },
  { t: "done", ms: 3, rss: 12 },
];

function inFolder(test: (dir: string) => void): () => void {
  return () => {
    const dir = Deno.makeTempDirSync();
    try {
      test(dir);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

function write(path: string): void {
  const log = openEventLog(path);
  for (const event of events) log.append(event);
  log.close();
}

Deno.test(
  "readEventLog() gives back what was appended, and nothing when there is no log",
  inFolder((dir) => {
    write(`${dir}/live/step/a.ndjson`);
    assertEquals(readEventLog(`${dir}/live/step/a.ndjson`), events);
    assertEquals(readEventLog(`${dir}/none`), []);
  }),
);

Deno.test(
  "openEventLog() starts anew over an older log",
  inFolder((dir) => {
    write(`${dir}/a`);
    const log = openEventLog(`${dir}/a`);
    log.append(events[1]);
    log.close();
    assertEquals(readEventLog(`${dir}/a`), [events[1]]);
  }),
);

Deno.test(
  "case 13: readEventLog() gives the whole events of a log that is cut at any byte",
  inFolder((dir) => {
    write(`${dir}/whole`);
    const bytes = Deno.readFileSync(`${dir}/whole`);
    const lines = new TextDecoder().decode(bytes).split("\n").slice(0, -1).map((line) =>
      new TextEncoder().encode(line).length
    );
    for (let length = 0; length <= bytes.length; length++) {
      Deno.writeFileSync(`${dir}/cut`, bytes.subarray(0, length));
      let count = 0;
      // A line counts without its line end too.
      for (let end = lines[0]; end <= length; end += (lines[++count] ?? Infinity) + 1);
      assertEquals(readEventLog(`${dir}/cut`), events.slice(0, count), `cut at ${length}`);
    }
  }),
);

Deno.test(
  "case 14: readEventLog() passes over everything that is no event",
  inFolder((dir) => {
    const good = JSON.stringify(events[1]);
    const bad = [
      "",
      "\0\0\0",
      "null",
      "[]",
      "1",
      "{}",
      '{"t":1}',
      '{"t":"no"}',
      '{"t":"__proto__"}',
      '{"t":"toString"}',
    ];
    Deno.writeTextFileSync(`${dir}/a`, [...bad, good, ...bad].join("\n"));
    assertEquals(readEventLog(`${dir}/a`), [events[1]]);
  }),
);

Deno.test("isRunEvent() asks for every member that an event cannot be without, in its type", () => {
  const optional = new Set(["unit", "severity"]);
  for (const event of events) {
    assertEquals(isRunEvent(event), true);
    for (const key of Object.keys(event).filter((key) => !optional.has(key))) {
      assertEquals(isRunEvent({ ...event, [key]: undefined }), false, `${event.t} without ${key}`);
      assertEquals(isRunEvent({ ...event, [key]: null }), false, `${event.t} with ${key} null`);
    }
  }
});
