import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { jsonText } from "../../lib/base/json.ts";
import { join } from "../../lib/deps/path.ts";
import type { Channel } from "../../lib/workflow/notify/channel.ts";
import type { Notified, NotifyEffects } from "../../lib/workflow/notify/notify.ts";
import { followUp } from "../../lib/workflow/run/follow_up.ts";
import { parseSettings, writeDeclared } from "../../lib/workflow/settings.ts";
import { createTicket, endTicket, type FlowRunStatus, readLines, ticketPaths } from "../../lib/workflow/ticket.ts";
import { type WorkflowPaths, workflowPaths } from "../../lib/workflow/workflow_paths.ts";
import { startSmtpServer } from "./smtp_server.ts";

interface Asked {
  headers: Headers;
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** A web server on loopback that answers with these statuses in turn, the last one for ever; 0 never answers. */
function startWebServer(...statuses: number[]) {
  const asked: Asked[] = [];
  const stop = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
    async (request) => {
      asked.push({ headers: request.headers, body: await request.json() });
      const status = statuses.length > 1 ? statuses.shift()! : statuses[0] ?? 200;
      if (status === 0) {
        await new Promise((resolve) => request.signal.addEventListener("abort", resolve, { once: true }));
      }
      return new Response("", { status: status || 500 });
    },
  );
  return {
    asked,
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

/** A workflow whose runs ended like this, one after the other, each followed up; the log of the last one. */
async function endings(
  channels: (Channel | string)[],
  statuses: FlowRunStatus[],
  effects: Partial<NotifyEffects> = {},
) {
  const runsDir = Deno.makeTempDirSync();
  const slept: number[] = [];
  const all = {
    env: (name: string) => ({ HOOK_TOKEN: "s3cret/token", SMTP_PASSWORD: "p@ss:word" })[name],
    fetch,
    sleep: (ms: number) => Promise.resolve(void slept.push(ms)),
    tryMs: 5000,
    now: () => Date.parse("2026-11-22T12:00:00Z"),
    ...effects,
  };
  try {
    const paths = workflowPaths("nightly", { runsDir });
    Deno.mkdirSync(paths.dir, { recursive: true });
    writeDeclared(paths, parseSettings({ notify: channels }));
    for (const [i, status] of statuses.entries()) await end(paths, `run${i}`, status);
    let log: Notified[] = [];
    for (const i of statuses.keys()) {
      await followUp(paths, `run${i}`, all);
      await followUp(paths, `run${i}`, all);
      log = readLines<Notified>(join(ticketPaths(paths, `run${i}`).dir, "notified.ndjson"));
    }
    return { log, slept };
  } finally {
    Deno.removeSync(runsDir, { recursive: true });
  }
}

async function end(paths: WorkflowPaths, id: string, status: FlowRunStatus): Promise<void> {
  const requestedAt = "2026-11-22T12:00:00.000Z";
  const ticket = {
    schema: 1,
    workflow: "nightly",
    id,
    version: 2,
    params: { a: 1 },
    trigger: "manual",
    requestedAt,
  } as const;
  await createTicket(paths, ticket);
  const times = { startedAt: requestedAt, endedAt: "2026-11-22T12:00:01.500Z", durationMs: 1500 };
  await endTicket(ticketPaths(paths, id), { status, statusText: `<${status}> & so`, ...times, metrics: { rmse: 0.5 } });
}

Deno.test("a webhook hears of a failure once, with all that is known", async () => {
  await using server = startWebServer(200);
  const { log } = await endings([{ webhook: server.url, headers: { authorization: "Bearer ${HOOK_TOKEN}" } }], [
    "failed",
  ]);
  assertEquals(server.asked.length, 1);
  const [{ headers, body }] = server.asked;
  assertEquals(headers.get("authorization"), "Bearer s3cret/token");
  assertEquals(headers.get("x-ductaflow-delivery"), "nightly/run0/2026-11-22T12:00:01.500Z/failed");
  const { event, workflow, version, run, status, metrics, durationMs } = body;
  assertEquals([event, workflow, version, run, status, metrics, durationMs], [
    "failed",
    "nightly",
    2,
    "run0",
    "failed",
    { rmse: 0.5 },
    1500,
  ]);
  assertEquals(log, [{ channel: "0 webhook json", event: "failed", ok: true, tries: 1 }]);
});

Deno.test("channels hear of failures, warnings and recoveries, and not that all is well", async () => {
  await using server = startWebServer(200);
  await endings([server.url], [
    "succeeded",
    "failed",
    "skipped",
    "cancelled",
    "succeeded",
    "succeeded",
    "warned",
    "timed-out",
    "warned",
  ]);
  assertEquals(server.asked.map(({ body }) => `${body.run} ${body.event}`), [
    "run1 failed",
    "run4 recovered",
    "run6 warned",
    "run7 failed",
    "run8 recovered",
  ]);
});

Deno.test("a channel hears only of what it asked for", async () => {
  await using server = startWebServer(200);
  await endings([{ webhook: server.url, on: ["succeeded"] }], ["succeeded", "failed", "succeeded"]);
  assertEquals(server.asked.map(({ body }) => `${body.run} ${body.event}`), ["run0 succeeded", "run2 succeeded"]);
});

Deno.test("Slack and Teams get the shapes that they show", async () => {
  await using server = startWebServer(200);
  const channels: Channel[] = [{ webhook: server.url, format: "slack" }, { webhook: server.url, format: "teams" }];
  await endings(channels, ["failed"]);
  const slack = server.asked.find(({ body }) => body.blocks)!.body;
  const teams = server.asked.find(({ body }) => body.attachments)!.body;
  assertEquals(slack.text, "Workflow nightly failed");
  assert(slack.blocks[0].text.text.includes("*Status:* &lt;failed&gt; &amp; so"), jsonText(slack));
  const [{ contentType, content }] = teams.attachments;
  assertEquals([teams.type, contentType, content.type], [
    "message",
    "application/vnd.microsoft.card.adaptive",
    "AdaptiveCard",
  ]);
  assertEquals(content.body[1].facts[0], { title: "Status", value: "<failed> & so" });
});

Deno.test("a webhook that is down for a moment is tried again, one that refuses is not", async () => {
  await using server = startWebServer(503, 429, 200);
  const { log, slept } = await endings([server.url], ["failed"]);
  assertEquals([server.asked.length, log[0].ok, log[0].tries, slept], [3, true, 3, [1000, 5000]]);
  await using refusing = startWebServer(403);
  const refused = await endings([refusing.url], ["failed"]);
  assertEquals([refusing.asked.length, refused.log[0].problem], [1, "The webhook answered 403"]);
});

Deno.test("a webhook that never answers is given up in time", async () => {
  await using server = startWebServer(0);
  const { log } = await endings([server.url], ["failed"], { tryMs: 30 });
  assertEquals([log[0].ok, log[0].tries], [false, 3]);
  assert(log[0].problem!.includes("longer than 0.03 s"), log[0].problem);
});

Deno.test("secrets stand in no log, and a variable that is not set is named", async () => {
  const { log } = await endings([
    { webhook: "http://127.0.0.1:1/${HOOK_TOKEN}" },
    { webhook: "${NO_SUCH_URL}" },
  ], ["failed"]);
  assertEquals(log.map(({ ok }) => ok), [false, false]);
  const text = JSON.stringify(log);
  assert(!text.includes("s3cret") && !text.includes("token"), text);
  assert(text.includes(`The variable \\"NO_SUCH_URL\\" is not set`), text);
});

Deno.test("a mail goes through a real mail server, with a password from the environment", async () => {
  await using server = startSmtpServer();
  const smtp = `smtp://robot:\${SMTP_PASSWORD}@127.0.0.1:${server.port}`;
  const { log } = await endings([{
    email: ["a@example.com", "b@example.com"],
    from: "Robot <robot@example.com>",
    smtp,
  }], ["failed"]);
  assertEquals(log, [{ channel: "0 email", event: "failed", ok: true, tries: 1 }]);
  assertEquals(server.mails.length, 1);
  const [{ from, to, data, user, password }] = server.mails;
  assertEquals([from, to, user, password], [
    "robot@example.com",
    ["a@example.com", "b@example.com"],
    "robot",
    "p@ss:word",
  ]);
  assert(data.includes("Subject: Workflow nightly failed"), data);
  assert(data.includes("X-Ductaflow-Delivery: nightly/run0/"), data);
  assert(data.includes("Status: <failed> & so"), data);
});

Deno.test("a mail that the server does not take for now is tried again, one that it refuses is not", async () => {
  await using busy = startSmtpServer((connection) => connection < 3 ? "451 Later" : "250 OK");
  const mail = (port: number): Channel => ({
    email: "a@example.com",
    from: "r@example.com",
    smtp: `smtp://127.0.0.1:${port}`,
  });
  const later = await endings([mail(busy.port)], ["failed"]);
  assertEquals([later.log[0].tries, later.log[0].ok, busy.mails.length], [3, true, 1]);
  await using strict = startSmtpServer(() => "550 No such user");
  const refused = await endings([mail(strict.port)], ["failed"]);
  assertEquals([refused.log[0].ok, refused.log[0].tries, strict.connections], [false, 1, 1]);
});

Deno.test("a command gets the message on its stdin, and its failure is told", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const copy = `Deno.writeTextFileSync(Deno.args[0], await new Response(Deno.stdin.readable).text())`;
    Deno.writeTextFileSync(`${dir}/tell.ts`, copy);
    const deno = (...args: string[]): Channel => ({ command: [Deno.execPath(), ...args] });
    const { log } = await endings([
      deno("run", "--allow-write", `${dir}/tell.ts`, `${dir}/told.json`),
      deno("eval", "console.error('no such room'); Deno.exit(3)"),
      { command: [`${dir}/no_such_program`] },
    ], ["failed"]);
    assertEquals(JSON.parse(Deno.readTextFileSync(`${dir}/told.json`)).run, "run0");
    const byChannel = log.toSorted((a, b) => a.channel < b.channel ? -1 : 1);
    assertEquals(byChannel.map(({ ok, tries }) => [ok, tries]), [[true, 1], [false, 3], [false, 3]]);
    assertEquals(byChannel[1].problem, "The command ended with code 3: no such room");
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
