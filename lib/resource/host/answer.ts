/**
 * The process that is asked about a resource: one question on stdin, one answer on stdout.
 * @module
 */
import { DuctaflowError, isDuctaflowError, messageOf } from "../../base/error.ts";
import { writeAll } from "../../base/write_all.ts";

/** What a program may ask a resource outside of any run. */
export type DatabaseQuestion = { ask: "test" } | { ask: "list" } | { ask: "describe"; table: string[] };

/** An answer, or why there is none. */
export type Answer = { value: unknown } | { error: { message: string; code: string; hint?: string } };

/** Answers one question, and says nothing else. */
export async function answer<C>(reply: (connection: C, question: DatabaseQuestion) => Promise<unknown>): Promise<void> {
  const { connection, question } = await new Response(Deno.stdin.readable).json();
  let said: Answer;
  try {
    said = { value: await reply(connection, question) };
  } catch (error) {
    const { message, code, hint } = isDuctaflowError(error)
      ? error
      : new DuctaflowError(messageOf(error), { code: "resource-statement" });
    said = { error: { message, code, hint } };
  }
  writeAll(Deno.stdout, new TextEncoder().encode(JSON.stringify(said)));
}
