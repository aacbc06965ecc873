import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { isDuctaflowError } from "../../lib/base/error.ts";
import { listObjects, putObject, readObject } from "../../lib/resource/host/s3_objects.ts";
import type { DuctaflowError } from "../../lib/base/error.ts";
import type { S3Connection } from "../../lib/resource/host/connection.ts";
import { type Fault, S3Server } from "./s3_server.ts";

const patience = { tries: 4, pause: 1, limit: 5000 };

function connectionTo(server: S3Server, change: Partial<S3Connection> = {}): S3Connection {
  return {
    type: "s3",
    name: "lake",
    endpoint: server.endpoint,
    region: "us-east-1",
    bucket: "bucket",
    prefix: "team a/",
    accessKeyId: "test-key-id",
    secretAccessKey: "test-secret",
    ...change,
  };
}

async function* pieces(...texts: string[]) {
  for (const text of texts) yield new TextEncoder().encode(text);
}

const put = { mode: "replace", type: "text/plain", runId: "w/1", patience } as const;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function refusal(work: Promise<unknown>): Promise<DuctaflowError> {
  const error = await work.then(() => undefined, (error) => error);
  if (isDuctaflowError(error)) return error;
  throw error ?? new Error("It was not refused");
}

/** A test with a server of its own. */
function testS3(title: string, work: (server: S3Server, connection: S3Connection) => Promise<void>): void {
  // The limit of a request is a timer that goes on for a while.
  Deno.test({
    name: title,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      await using server = new S3Server();
      await work(server, connectionTo(server));
    },
  });
}

testS3("putObject(), readObject() and listObjects() sign keys of any letters", async (server, connection) => {
  const keys = ["plain.csv", "with space+plus.csv", "ümläut/(a)*'!&=?#.csv", "z"];
  for (const key of keys) await putObject(connection, key, pieces("a,b\n", key), put);
  for (const key of keys) assertEquals(text(await readObject(connection, key, patience)), `a,b\n${key}`);
  assertEquals((await listObjects(connection, "", patience)).map(({ key }) => key).sort(), keys.sort());
  assert(server.objects.has("team a/plain.csv"));
});

for (const fault of ["503", "drop", "truncate"] as Fault[]) {
  testS3(`readObject() and putObject() try again after "${fault}"`, async (server, connection) => {
    await putObject(connection, "k", pieces("0123456789"), put);
    server.faults.push({ fault, method: "GET" }, { fault, method: "GET" });
    assertEquals(text(await readObject(connection, "k", patience)), "0123456789");
    server.faults.push({ fault: fault === "truncate" ? "drop" : fault, method: "PUT" });
    await putObject(connection, "k2", pieces("abc"), put);
    assertEquals(text(server.objects.get("team a/k2")!.bytes), "abc");
    assertEquals(server.faults, []);
  });
}

testS3("readObject() gives up when the service stays busy, and says so", async (server, connection) => {
  server.faults.push(...Array.from({ length: 4 }, () => ({ fault: "503" as const })));
  const error = await refusal(readObject(connection, "k", patience));
  assertEquals(error.code, "resource-lost");
  assertStringIncludes(error.message, "failed 4 times, last with: 503 SlowDown");
});

testS3("readObject() waits no longer than its limit", async (server, connection) => {
  await putObject(connection, "k", pieces("x"), put);
  server.faults.push({ fault: "slow" });
  const error = await refusal(readObject(connection, "k", { tries: 1, pause: 1, limit: 50 }));
  assertStringIncludes(error.message, "no answer in 50 ms");
});

testS3("putObject() of many parts is seen whole or not at all", async (server, connection) => {
  const part = new Uint8Array(16 * 1024 * 1024).fill(97);
  async function* large(broken: boolean) {
    yield part;
    yield part;
    await Promise.resolve();
    if (broken) throw new Error("no more");
    yield new TextEncoder().encode("end");
  }
  server.faults.push({ fault: "503", method: "PUT", query: "partNumber=2" });
  const { bytes } = await putObject(connection, "large", large(false), put);
  assertEquals(bytes, part.length * 2 + 3);
  assertEquals(server.objects.get("team a/large")!.bytes.length, bytes);
  const error = await putObject(connection, "half", large(true), put).catch((error) => error);
  assertStringIncludes(String(error), "no more");
  server.faults.push(
    ...Array.from({ length: 4 }, () => ({ fault: "expired" as const, method: "PUT", query: "partNumber=1" })),
  );
  assertEquals((await refusal(putObject(connection, "late", large(false), put))).code, "resource-denied");
  assertEquals([server.objects.has("team a/half"), server.objects.has("team a/late")], [false, false]);
  assertEquals(server.uploads.size, 0);
});

testS3("putObject() writes once a run, and refuses to replace where it should not", async (server, connection) => {
  await putObject(connection, "k", pieces("one"), put);
  const again = await putObject(connection, "k", pieces("two"), put);
  assertEquals([again.alreadySaved, text(server.objects.get("team a/k")!.bytes)], [true, "one"]);
  const error = await refusal(putObject(connection, "k", pieces("two"), { ...put, mode: "fail", runId: "w/2" }));
  assertEquals(error.code, "resource-exists");
  assertEquals(text(server.objects.get("team a/k")!.bytes), "one");
});

testS3("wrong keys, regions, buckets and objects are told without the secret", async (server) => {
  const cases: [Partial<S3Connection>, string, string][] = [
    [{ secretAccessKey: "a-wrong-secret" }, "resource-denied", "SignatureDoesNotMatch"],
    [{ accessKeyId: "other" }, "resource-denied", "InvalidAccessKeyId"],
    [{ region: "eu-west-1" }, "resource-statement", 'not in the region "eu-west-1"'],
    [{ bucket: "nope" }, "resource-missing", 'no bucket "nope"'],
    [{}, "resource-missing", 'no object "k"'],
  ];
  for (const [change, code, words] of cases) {
    const error = await refusal(readObject(connectionTo(server, change), "k", patience));
    assertEquals(error.code, code);
    assertStringIncludes(error.message, words);
    assert(!Deno.inspect(error).includes("a-wrong-secret"));
  }
});
