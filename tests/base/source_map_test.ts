import { assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { moveColumns } from "../../lib/base/source_map.ts";
import { decodeSegments } from "../e2e/decode_mappings.ts";

// Lines without a place, places that go back, and columns that take two digits.
const mappings = ";AAIA,IAAA,AAAK,2BAAA;;SAAA;EAAA;AACL,IAAI,IAAY;AAGhB,SAAS;EACP,MAAM,IAAI,MAAM,MAAM;AACxB";

Deno.test("moveColumns() that moves nothing gives the same mappings", () => {
  assertEquals(moveColumns(mappings, (_, column) => column), mappings);
});

Deno.test("moveColumns() moves each original column, and nothing else", () => {
  const before = decodeSegments(mappings);
  const moved = decodeSegments(moveColumns(mappings, (line, column) => line === 4 ? column + 1000 : 2 * column));
  assertEquals(
    moved,
    before.map((place) => ({
      ...place,
      column: place.line === 4 ? place.column + 1000 : 2 * place.column,
    })),
  );
  assertEquals(before.some(({ line, column }) => line === 4 && column > 0), true);
});

Deno.test("moveColumns() leaves segments without an original, and keeps names", () => {
  assertEquals(moveColumns("A,EAAGC;;C", (_, column) => column + 1), "A,EAAIC;;C");
});

Deno.test("moveColumns() refuses what is no base 64", () => {
  assertThrows(() => moveColumns("AA!A", (_, column) => column), SyntaxError, `"!"`);
});
