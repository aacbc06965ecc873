/** Assertions, for tests: the official @std/assert, as it comes from npm. */
// @ts-types="./types/assert.d.ts"
export {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "npm:deno-std@1.3.1/assert/mod.js";
