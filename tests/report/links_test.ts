import { assertEquals } from "../../lib/deps/assert.ts";
import { fileLink, isAllowedLink, reportLink } from "../../lib/report/links.ts";

Deno.test("isAllowedLink() allows the web, mail, places on the page and files beside it, in any spelling", () => {
  const allowed = [
    "https://x.test/",
    "HTTP://x.test",
    "mailto:a@x.test",
    "#cell-1",
    "a/b.csv",
    "../x/y",
    "?a=b:c",
    "%20x",
  ];
  const refused = [
    "javascript:x",
    "JaVaScRiPt:x",
    " javascript:x",
    "java\tscript:x",
    "\x01javascript:x",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.test",
    "/etc/passwd",
    "\\\\evil.test\\share",
    "a\\b",
    "https:evil",
    "blob:x",
    "java%0Ascript:x",
  ];
  assertEquals(allowed.filter((url) => !isAllowedLink(url)), []);
  assertEquals(refused.filter(isAllowedLink), []);
});

Deno.test("fileLink() encodes a name below the run folder and refuses all others", () => {
  assertEquals(fileLink("tables/by hour #1.csv"), "./tables/by%20hour%20%231.csv");
  assertEquals(fileLink("javascript:x"), "./javascript%3Ax");
  assertEquals(["../x", "a/../b", "/etc", "a//b", ".", "a\\b", ""].map(fileLink), Array(7).fill(undefined));
  assertEquals(fileLink("\ud800"), "./%EF%BF%BD");
});

Deno.test("reportLink() leads to the report of another run", () => {
  assertEquals(reportLink({ step: "flights", instance: "am" }), "../../flights/am/report.html");
  assertEquals(reportLink({ step: "..", instance: "am" }), undefined);
});
