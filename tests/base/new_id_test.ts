import { assertEquals, assertMatch } from "../../lib/deps/assert.ts";
import { newId } from "../../lib/base/new_id.ts";

Deno.test("newId() gives ids that sort in the order in which they were made, also within a millisecond", () => {
  const ids = Array.from({ length: 20_000 }, newId);
  for (const id of ids.slice(0, 10)) assertMatch(id, /^\d{8}T\d{9}-[0-9a-f]{8}$/);
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(ids.toSorted(), ids);
});
