import { assertEquals } from "../../lib/deps/assert.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import { type Accesses, addDenials, type Denial, readAudit } from "../../lib/step/audit.ts";
import { computeGrant, type PermissionOptions } from "../../lib/step/grant.ts";
import { instancePaths } from "../../lib/step/instance_paths.ts";

const flow = await parseFlow(`// %% tags=["parameters"]\n`, "file:///project/flows/f.ts");

/** Reads a log with these lines, of a run in `/project/runs/f/one`. */
function read(lines: string[], { folders, permissions }: { folders?: string[]; permissions?: PermissionOptions } = {}) {
  const audit = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(audit, lines.join("\n"));
    const paths = { ...instancePaths("/project/runs", "f", "one"), audit };
    return readAudit(paths, computeGrant(flow, paths, permissions), folders);
  } finally {
    Deno.removeSync(audit);
  }
}

const line = (permission: string, value: unknown, datetime = "2026-01-01T00:00:00Z") =>
  JSON.stringify({ v: 1, datetime, permission, value });

Deno.test("readAudit() tells used from denied, sorted, each once", () => {
  const log = [
    line("write", "b.txt"),
    line("write", "a.txt"),
    line("write", "a.txt", "2026-01-01T00:00:09Z"),
    line("write", "run.json"),
    line("read", "/etc/passwd"),
    line("read", "../../up/one/x.csv"),
    line("net", "a.com:443"),
    line("sys", "hostname"),
  ];
  assertEquals(read(log, { permissions: { net: ["a.com"] } }), {
    used: {
      write: ["/project/runs/f/one/a.txt", "/project/runs/f/one/b.txt"],
      read: ["/project/runs/up/one/x.csv"],
      net: ["a.com:443"],
    },
    denied: { write: ["/project/runs/f/one/run.json"], read: ["/etc/passwd"], sys: ["hostname"] },
  });
});

Deno.test("readAudit() takes a file: URL and a path with dots for the path", () => {
  const { used } = read([line("read", "file:///project/runs/a%20b"), line("read", "x/../../two/./y")]);
  assertEquals(used, { read: ["/project/runs/a b", "/project/runs/f/two/y"] });
});

Deno.test("readAudit() knows that no value means all of a kind", () => {
  assertEquals(read([line("env", null)]), { used: {}, denied: { env: true } });
  const all = read([line("env", "A"), line("env", null)], { permissions: { env: true } });
  assertEquals(all, { used: { env: true }, denied: {} });
  assertEquals(read([line("env", null)], { permissions: { env: ["A"] } }).denied, { env: true });
});

Deno.test("readAudit() passes over what is no access, and a line that was cut short", () => {
  const log = [
    "",
    "nonsense",
    line("teleport", "x"),
    line("read", 7),
    line("net", "a:1"),
    line("net", "b:1").slice(0, -5),
  ];
  assertEquals(read(log), { used: {}, denied: { net: ["a:1"] } });
  assertEquals(read([]), { used: {}, denied: {} });
});

Deno.test("readAudit() counts relative paths from every folder that the flow went to", () => {
  const { used, denied } = read([line("read", "x.csv"), line("read", "../secret")], {
    folders: ["../../up/one", "deep", "file:///elsewhere"],
  });
  assertEquals(used.read, [
    "/project/runs/f/one/x.csv",
    "/project/runs/f/secret",
    "/project/runs/up/one/deep/x.csv",
    "/project/runs/up/one/secret",
    "/project/runs/up/one/x.csv",
    "/project/runs/up/secret",
  ]);
  assertEquals(denied, {});
});

/** What the log says of an access to the network, and how the record tells it. */
const hosts: [value: string, host: string][] = [
  ["http://127.0.0.1:36719/a?b=1", "127.0.0.1:36719"],
  ["http://a.com/a?token=x#y", "a.com:80"],
  ["https://a.com", "a.com:443"],
  ["https://user:pa@ss@a.com:8443?q", "a.com:8443"],
  ["ws://a.com/x", "a.com:80"],
  ["wss://a.com/x", "a.com:443"],
  ["http://[::1]/x:9", "[::1]:80"],
  ["http://[::1]:8080/x", "[::1]:8080"],
  ["gopher://a.com/x", "a.com"],
  ["a.com:443", "a.com:443"],
];

for (const [value, host] of hosts) {
  Deno.test(`readAudit() reduces ${value} to ${host}, once`, () => {
    const lines = [line("net", value), line("net", host)];
    assertEquals(read(lines), { used: {}, denied: { net: [host] } });
    const bare = host.replace(/:\d+$/, "");
    assertEquals(read(lines, { permissions: { net: [bare] } }), { used: { net: [host] }, denied: {} });
  });
}

Deno.test("readAudit() judges a temporary file by the system's folder for them", () => {
  const log = [line("write", "<TMP>")];
  assertEquals(read(log), { used: {}, denied: { write: ["<TMP>"] } });
  assertEquals(read(log, { permissions: { write: ["/tmp"] } }), { used: { write: ["/tmp"] }, denied: {} });
  assertEquals(read(log, { permissions: { write: ["/tmp/deeper"] } }).denied, { write: ["<TMP>"] });
  assertEquals(read(log, { permissions: { write: true } }), { used: { write: ["/tmp"] }, denied: {} });
});

Deno.test("readAudit() without a log says that nothing was touched", () => {
  const paths = { ...instancePaths("/project/runs", "f", "one"), audit: "/none/such/log" };
  assertEquals(readAudit(paths, computeGrant(flow, paths)), { used: {}, denied: {} });
});

function add(accesses: Accesses, denials: Denial[], folders?: string[]): Accesses {
  const paths = instancePaths("/project/runs", "f", "one");
  return addDenials(accesses, denials, { paths, grant: computeGrant(flow, paths), folders });
}

Deno.test("addDenials() adds what the log has no line for", () => {
  const before = { used: { net: ["a.com:443"] }, denied: { run: ["git"] } };
  const denials: Denial[] = [{ kind: "run", value: "ls" }, { kind: "sys" }, { kind: "write", value: "<TMP>" }];
  assertEquals(add(before, denials), {
    used: { net: ["a.com:443"] },
    denied: { run: ["git", "ls"], sys: true, write: ["<TMP>"] },
  });
  assertEquals(before.denied, { run: ["git"] });
});

Deno.test("addDenials() takes what was refused out of what was used", () => {
  const used = { write: ["/project/runs/f/one", "/project/runs/f/one/x"] };
  assertEquals(add({ used, denied: {} }, [{ kind: "write", value: "." }]), {
    used: { write: ["/project/runs/f/one/x"] },
    denied: { write: ["/project/runs/f/one"] },
  });
  const alone = { used: { write: ["/project/runs/f/one"] }, denied: {} };
  assertEquals(add(alone, [{ kind: "write", value: "." }]).used, {});
});

Deno.test("addDenials() keeps to the log where it told the same, and else to where the flow was last", () => {
  const denied = { read: ["/project/runs/f/secret"] };
  assertEquals(add({ used: {}, denied }, [{ kind: "read", value: "../secret" }], ["../.."]).denied, denied);
  assertEquals(add({ used: {}, denied: {} }, [{ kind: "write", value: "x" }], ["../../up"]).denied, {
    write: ["/project/runs/up/x"],
  });
  assertEquals(add({ used: {}, denied: { sys: true } }, [{ kind: "sys", value: "uid" }]).denied, { sys: true });
});
