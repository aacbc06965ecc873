import { assertEquals } from "../../lib/deps/assert.ts";
import { placeFrom } from "../../lib/project/place_from.ts";

Deno.test("placeFrom() gives a relative URL that leads to the file, whatever its name", () => {
  for (
    const [dir, url, place] of [
      ["/a/b", "file:///a/b/c.ts", "./c.ts"],
      ["/a/b", "file:///a/c%20%C3%B6%23.ts", "../c%20%C3%B6%23.ts"],
      ["/a/b", "file:///x/y.ts", "../../x/y.ts"],
      ["/a/b", "https://example.com/x.ts", "https://example.com/x.ts"],
    ]
  ) {
    assertEquals(placeFrom(dir, url), place);
    assertEquals(new URL(place, `file://${dir}/script.js`).href, url);
  }
});
