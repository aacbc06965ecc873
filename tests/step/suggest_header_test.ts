import { assertEquals } from "../../lib/deps/assert.ts";
import type { PermissionSet } from "../../lib/base/record.ts";
import { parseFlow } from "../../lib/notebook/parse_flow.ts";
import type { Accesses } from "../../lib/step/audit.ts";
import { computeGrant, type PermissionOptions } from "../../lib/step/grant.ts";
import { instancePaths } from "../../lib/step/instance_paths.ts";
import { suggestHeader } from "../../lib/step/suggest_header.ts";

const plain = await parseFlow(`// %% tags=["parameters"]\n`, "file:///project/flows/f.ts");
const paths = instancePaths("/project/runs", "f", "one");

interface Run extends Partial<Accesses> {
  header?: PermissionSet;
  word?: PermissionOptions;
}

/** The suggested lines below `permissions:`. */
function suggest({ header = {}, word, used = {}, denied = {} }: Run): string[] {
  const grant = computeGrant({ ...plain, header: { ...plain.header, permissions: header } }, paths, word);
  const text = suggestHeader(plain.url, { paths, grant }, { used, denied });
  return text?.split("\n").slice(1).map((line) => line.trim()) ?? [];
}

const cases: [title: string, run: Run, lines: string[]][] = [
  ["says nothing where the default grant is enough", { used: { read: ["/project/runs/a/one/x"] } }, []],
  [
    "drops the port of a host that was granted without one",
    { header: { net: ["127.0.0.1", "*.a.com"] }, used: { net: ["127.0.0.1:36719", "127.0.0.1:80", "x.a.com:443"] } },
    [`net: ["127.0.0.1", x.a.com]`],
  ],
  [
    "keeps the port that was granted or refused",
    { header: { net: ["a.com:443"] }, used: { net: ["a.com:443"] }, denied: { net: ["b.com:80"] } },
    [`net: ["a.com:443", "b.com:80"]`],
  ],
  ["drops a port that is another one each time", { denied: { net: ["127.0.0.1:0"] } }, [`net: ["127.0.0.1"]`]],
  [
    "lists no port of a host that is there without one",
    { header: { net: ["a.com"] }, word: { net: ["a.com", "a.com:80"] }, used: { net: ["a.com:443", "a.com:80"] } },
    ["net: [a.com]"],
  ],
  [
    "names the hosts where all of the network was granted",
    { header: { net: true }, used: { net: ["[::1]:80"] } },
    [`net: ["[::1]"]`],
  ],
  [
    "keeps programs and libraries, which cannot be traced",
    { header: { run: ["ls"], ffi: ["./x.so"] }, denied: { run: ["git"] } },
    ["run: [ls, git]", "ffi: [x.so]"],
  ],
  ["keeps the grant of all programs", { header: { run: true } }, ["run: true"]],
  ["keeps to the programs that were asked for", { header: { run: ["ls"] }, word: { run: true } }, ["run: [ls]"]],
  ["leaves out programs that were not granted", { header: { run: ["ls"] }, word: { run: false } }, []],
  ["names a program that was refused", { denied: { run: ["ls"] } }, ["run: [ls]"]],
  ["says true for all of a kind", { header: { env: true }, used: { env: true } }, ["env: true"]],
  ["does not ask for variables that were refused", { denied: { env: true } }, []],
  ["asks for no folder of temporary files", { denied: { write: ["<TMP>"] } }, []],
  ["keeps a granted folder of temporary files", { header: { write: ["/tmp"] }, used: { write: ["/tmp"] } }, [
    "write: [/tmp]",
  ]],
  ["names what shares only the root with the flow by its whole path", { denied: { read: ["/etc/hosts"] } }, [
    "read: [/etc/hosts]",
  ]],
  ["keeps to relative paths in the project and beside it", { denied: { read: ["/project/a b/x", "/project"] } }, [
    `read: [..]`,
  ]],
  ["names an installed library by its whole path", { denied: { ffi: ["/usr/lib/libm.so.6"] } }, [
    "ffi: [/usr/lib/libm.so.6]",
  ]],
  [
    "asks for all libraries where one was opened by its bare name, which nothing narrower allows",
    { header: { ffi: ["/usr/lib/libz.so"] }, denied: { ffi: ["/project/runs/f/one/libm.so.6"] } },
    ["ffi: true"],
  ],
  [
    "drops what lies below another path",
    {
      used: { read: ["/project/outside", "/project/outside/o.txt", "/project/outside-not/x"] },
      denied: { write: ["/project/out/a/b", "/project/out"] },
    },
    ["read: [../outside, ../outside-not/x]", "write: [../out]"],
  ],
  [
    "drops what lies below a folder that stands for its many files",
    { used: { read: ["a", "b", "c", "d", "e", "f", "g/h"].map((name) => `/project/data/${name}`) } },
    ["read: [../data]"],
  ],
];

Deno.test("suggestHeader() counts at most three folders up", async () => {
  const flow = await parseFlow(plain.source, "file:///a/b/c/d/e/f.ts");
  const here = instancePaths("/a/runs", "f", "one");
  const from = { paths: here, grant: computeGrant(flow, here) };
  const text = suggestHeader(flow.url, from, { used: { read: ["/a/b/x", "/a/y"] }, denied: {} });
  assertEquals(text, "permissions:\n  read: [../../../x, /a/y]");
});

for (const [title, run, lines] of cases) {
  Deno.test(`suggestHeader() ${title}`, () => assertEquals(suggest(run), lines));
}
