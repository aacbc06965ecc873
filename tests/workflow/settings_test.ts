import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import {
  parseSettings,
  readSettings,
  settingName,
  writeDeclared,
  writeOverrides,
} from "../../lib/workflow/settings.ts";
import { parseMoment, pauseSettings } from "../../lib/workflow/pause.ts";
import { every } from "../../lib/workflow/schedule.ts";
import { workflowPaths } from "../../lib/workflow/workflow_paths.ts";

function withPaths(test: (paths: ReturnType<typeof workflowPaths>) => void): () => void {
  return () => {
    const dir = Deno.makeTempDirSync();
    const paths = workflowPaths("nightly", { runsDir: dir });
    Deno.mkdirSync(paths.dir, { recursive: true });
    try {
      test(paths);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  };
}

Deno.test(
  "settings that an operator changed hold over those of the code, whatever is published, until they are taken back",
  withPaths((paths) => {
    writeDeclared(paths, parseSettings({ schedule: "1h", keep: 10 }));
    writeOverrides(paths, { schedule: "2h", keep: null, paused: true }, Date.parse("2026-11-22T12:00:00Z"));
    writeDeclared(paths, parseSettings({ schedule: "3h", keep: 5 }));
    const { effective, overrides } = readSettings(paths);
    assertEquals(effective, { schedule: every("2h"), paused: true, notify: [], onMissed: "run-once", overlap: "skip" });
    assertEquals(overrides.schedule, { value: { every: 7_200_000 }, since: "2026-11-22T12:00:00.000Z" });
    writeOverrides(paths, { schedule: undefined, keep: undefined }, 0);
    assertEquals(readSettings(paths).effective.schedule, every("3h"));
    assertEquals(readSettings(paths).effective.keep, { runs: 5 });
    assertEquals(readSettings(paths).effective.paused, true);
  }),
);

Deno.test("parseSettings() refuses values that are none, with what is accepted", () => {
  const cases: [object, string][] = [
    [{ overlap: "skp" }, `The setting overlap is "skp"; accepted are "skip", "queue", "cancel-old", "allow"`],
    [{ onMissed: "all" }, `"run-once", "skip"`],
    [{ keep: -1 }, "a number of runs"],
    [{ keep: { bytes: "much" } }, `The size in keep is "much"`],
    [{ keep: { weeks: 2 } }, `{"weeks":2}`],
    [{ pausedUntil: "soon" }, "accepted is a day or a day with a time"],
    [{ pausedUntil: "2026-02-30" }, "accepted is a day or a day with a time"],
    [{ timeout: "soon" }, `"soon"`],
    [{ notify: "ftp://x" }, `the webhook is "ftp://x"`],
    [{ notify: { webhok: "https://x" } }, "names no webhook, email or command"],
    [{ notify: { webhook: "https://x", formt: "slack" } }, `the key "formt"`],
    [{ notify: { webhook: "https://x", on: ["fail"] } }, `"on" names "fail"`],
    [{ notify: { email: "nobody", from: "a@b", smtp: "smtp://h" } }, `"nobody" is no mail address`],
    [{ notify: { email: "a@b", from: "a@b", smtp: "smtp://u:secret@h" } }, "has a password in it"],
    [{ notify: { command: "mail me" } }, "no list of texts"],
  ];
  for (const [given, text] of cases) assertThrows(() => parseSettings({ ...given }), Error, text);
  assertThrows(() => settingName("overlp"), Error, `There is no setting "overlp"`);
});

Deno.test("parseMoment() reads a day and a time in their time zone", () => {
  const tz = "Europe/Berlin";
  assertEquals(parseMoment("2026-12-24", { tz }), "2026-12-23T23:00:00.000Z");
  assertEquals(parseMoment("2026-07-24T18:00", { tz }), "2026-07-24T16:00:00.000Z");
  assertEquals(parseMoment("2026-12-24T18:00Z", { tz }), "2026-12-24T18:00:00.000Z");
  assertEquals(parseMoment("2026-12-24T18:00+02:00", { tz }), "2026-12-24T16:00:00.000Z");
  assertEquals(parseMoment("2026-12-24T18:00[America/New_York]", { tz }), "2026-12-24T23:00:00.000Z");
});

Deno.test("parseMoment() names a time zone that is none", () => {
  assertThrows(() => parseMoment("2026-12-24", { tz: "Europe/Berln" }), Error, `The time zone is "Europe/Berln"`);
});

Deno.test("pauseSettings() refuses a moment that is past", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  assertEquals(pauseSettings({ until: "2026-11-23", tz: "UTC" }, now), {
    paused: false,
    pausedUntil: "2026-11-23T00:00:00.000Z",
  });
  assertEquals(pauseSettings({}, now), { paused: true });
  const past = () => pauseSettings({ until: "2026-11-22", tz: "UTC" }, now);
  assertThrows(past, Error, `The pause until "2026-11-22" would be over`);
});

Deno.test("parseSettings() reads a size to keep", () => {
  assertEquals(parseSettings({ keep: { bytes: "10GB", failed: 3 } }), { keep: { bytes: 1e10, failed: 3 } });
});
