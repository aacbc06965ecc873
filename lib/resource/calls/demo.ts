/**
 * What steps do with the demo database, which they make where it is not there.
 * @module
 */
import { databaseCalls } from "../host/database_calls.ts";
import { openDemo } from "../demo/make_demo.ts";

export const { read, save, answer } = databaseCalls(openDemo);

if (import.meta.main) await answer();
