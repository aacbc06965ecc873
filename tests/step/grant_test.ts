import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../lib/deps/assert.ts";
import { resolve } from "../../lib/deps/path.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import type { PermissionKind, PermissionSet } from "../../lib/base/record.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import { allows, computeGrant, type Grant, grantFlags, type PermissionOptions } from "../../lib/step/grant.ts";
import { instancePaths } from "../../lib/step/instance_paths.ts";

const plain = await parseFlow(`// %% tags=["parameters"]\n`, "file:///project/flows/f.ts");
const paths = instancePaths("/project/runs", "f", "one");
const own = ["config.json", "flow.ipynb", "report.html", "run.json"].map((name) => `/project/runs/f/one/${name}`);

function grantOf(permissions: PermissionSet, options?: PermissionOptions): Grant {
  return computeGrant({ ...plain, header: { ...plain.header, permissions } }, paths, options);
}

Deno.test("computeGrant() without a request: read the runs, write the run folder, nothing else", () => {
  const grant = grantOf({});
  assertEquals(grant.requested, {});
  assertEquals(grant.granted, { read: ["/project/runs"], write: ["/project/runs/f/one"] });
  assertEquals(grantFlags(grant), [
    "--no-prompt",
    "--cached-only",
    "--allow-read=/project/runs",
    "--allow-write=/project/runs/f/one",
    "--ignore-env",
    "--deny-read=/project/runs/.ductaflow",
    `--deny-write=/project/runs/.ductaflow,${own.join()}`,
  ]);
});

Deno.test("computeGrant() counts the header's paths from the flow, the conductor's from the current folder", () => {
  const { requested, granted } = grantOf({ read: ["../data", "/abs"], write: ["out"], ffi: ["./x.so"] }, {
    write: ["elsewhere"],
  });
  assertEquals(requested, {
    read: ["/project/data", "/abs"],
    write: ["/project/flows/out"],
    ffi: ["/project/flows/x.so"],
  });
  assertEquals(granted.read, ["/project/runs", "/project/data", "/abs"]);
  assertEquals(granted.write, ["/project/runs/f/one", resolve("elsewhere")]);
});

/** What the header asks, what the conductor says, and what is granted besides the defaults. */
const words: [PermissionSet, PermissionOptions, PermissionSet][] = [
  [{ net: ["a"] }, {}, { net: ["a"] }],
  [{ net: ["a"] }, { net: false }, {}],
  [{ net: ["a"] }, { net: [] }, {}],
  [{ net: ["a"] }, { net: ["b"] }, { net: ["b"] }],
  [{ net: true }, { net: ["b"] }, { net: ["b"] }],
  [{}, { net: true }, { net: true }],
  [{}, { env: ["X"], sys: ["hostname"] }, { env: ["X"], sys: ["hostname"] }],
  [{ run: true, env: true }, { run: false }, { env: true }],
];

for (const [header, word, expected] of words) {
  Deno.test(`computeGrant(): ${JSON.stringify(header)} and the word ${JSON.stringify(word)}`, () => {
    const { read: _, write: __, ...others } = grantOf(header, word).granted;
    assertEquals(others, expected);
  });
}

Deno.test("computeGrant() keeps the defaults when all is granted or nothing is", () => {
  assertEquals(grantOf({ read: true, write: true }).granted, { read: true, write: true });
  assertEquals(grantOf({ read: ["x"] }, { read: false }).granted.read, ["/project/runs/f/one"]);
  assertEquals(grantOf({}, { write: false }).granted, { read: ["/project/runs"] });
  const flags = grantFlags(grantOf({ read: true, write: true, env: true, run: ["git"], import: ["x.com"] }));
  assertEquals(flags.filter((flag) => flag.startsWith("--allow") || flag === "--ignore-env"), [
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-run=git",
  ]);
  assert(flags.some((flag) => flag.startsWith("--deny-read=/project/runs/.ductaflow")));
  assert(flags.some((flag) => flag.startsWith("--deny-write=") && flag.includes("/run.json")));
});

const kinds: PermissionKind[] = ["read", "write", "net", "env", "run", "sys", "ffi", "import"];

for (const kind of kinds) {
  Deno.test(`computeGrant() refuses what a flag cannot say: ${kind}`, () => {
    for (const value of ["a,b", ",", "a\nb", "a\0b"]) {
      const error = assertThrows(() => grantOf({}, { [kind]: [value] }), DuctaflowError);
      assertEquals(error.code, "bad-grant");
      assertStringIncludes(error.message, `The ${kind} permission`);
      assertThrows(() => grantOf({ [kind]: [value] }), DuctaflowError);
    }
    assertThrows(() => grantOf({}, { [kind]: [7 as unknown as string] }), Error);
  });
}

Deno.test("computeGrant() takes hosts, ports and networks, and no URLs", () => {
  const hosts = ["api.example.com", "127.0.0.1:8080", "[::1]:80", "*.a.com", "10.0.0.0/8"];
  assertEquals(grantOf({ net: hosts }).granted.net, hosts);
  for (const value of ["https://api.example.com", "example.com/x", "exa mple"]) {
    const error = assertThrows(() => grantOf({ net: [value] }), DuctaflowError, "it is no host");
    assertStringIncludes(error.hint!, "such as api.example.com");
  }
});

Deno.test("computeGrant() refuses runs in a folder that a flag cannot name", () => {
  const odd = instancePaths("/pro,ject/runs", "f", "one");
  assertThrows(() => computeGrant(plain, odd), DuctaflowError, "comma");
});

/** Whether an access is allowed under a grant, as Deno judges it. */
const accesses: [PermissionSet, PermissionKind, value: string, allowed: boolean][] = [
  [{}, "read", "/project/runs", true],
  [{}, "read", "/project/runs/up/one/x.csv", true],
  [{}, "read", "/project/runs-evil/x", false],
  [{}, "read", "/project/runs/.ductaflow", false],
  [{}, "read", "/project/runs/.ductaflow/seals/x", false],
  [{}, "read", "/project/runs/.ductaflow-not", true],
  [{}, "read", "/project", false],
  [{ read: true }, "read", "/etc/passwd", true],
  [{ read: true }, "read", "/project/runs/.ductaflow/x", false],
  [{ read: ["/"] }, "read", "/etc/passwd", true],
  [{}, "write", "/project/runs/f/one/x.csv", true],
  [{}, "write", "/project/runs/f/one", true],
  [{}, "write", "/project/runs/f/one/run.json", false],
  [{}, "write", "/project/runs/f/one/sub/run.json", true],
  [{}, "write", "/project/runs/f/one-more/x", false],
  [{}, "write", "/project/runs/f/two/x", false],
  [{ write: true }, "write", "/project/runs/f/one/report.html", false],
  [{}, "net", "a.com:443", false],
  [{ net: ["a.com"] }, "net", "a.com:443", true],
  [{ net: ["a.com:443"] }, "net", "a.com:443", true],
  [{ net: ["a.com:443"] }, "net", "a.com:80", false],
  [{ net: ["a.com"] }, "net", "evil-a.com:443", false],
  [{ net: ["*.a.com"] }, "net", "x.a.com:443", true],
  [{ net: ["*.a.com"] }, "net", "a.com:443", false],
  [{ net: true }, "net", "anything:1", true],
  [{ net: ["[::1]"] }, "net", "[::1]:80", true],
  [{ env: ["AWS_*"] }, "env", "AWS_KEY", true],
  [{ env: ["AWS_*"] }, "env", "HOME", false],
  [{ run: ["git"] }, "run", "/usr/bin/git", true],
  [{ run: ["git"] }, "run", "/usr/bin/gitk", false],
  [{ sys: ["hostname"] }, "sys", "osRelease", false],
];

for (const [granted, kind, value, allowed] of accesses) {
  Deno.test(`allows(): ${kind} of ${value} under ${JSON.stringify(granted)} is ${allowed}`, () => {
    assertEquals(allows(grantOf(granted), kind, value), allowed);
  });
}
