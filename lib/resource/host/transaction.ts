/**
 * All or nothing.
 * @module
 */
import type { Session } from "./session.ts";

/** Does work in one transaction, which ends with an error as if nothing had been done. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  // SQLite would find out only at the first write that somebody else writes.
  await session.run(session.dialect.name === "sqlite" ? "begin immediate" : "begin");
  try {
    const done = await work();
    await session.run("commit");
    return done;
  } catch (error) {
    // A broken connection rolls back by itself, and the first error is the one to tell.
    await session.run("rollback").catch(() => {});
    throw session.explain(error);
  }
}
