/**
 * The key of an upsert: the columns that tell rows apart.
 * @module
 */
import { listed, quoted } from "./dialect.ts";
import { resourceError } from "./resource_error.ts";
import type { SaveTarget } from "./save.ts";
import type { Session, TableDescription } from "./session.ts";

/** Rows whose key is missing or stands twice would be saved by chance or not at all. */
export async function checkKeysOfRows(session: Session, staging: string, key: string[]): Promise<void> {
  const { dialect, connection } = session;
  const keys = key.map((name) => quoted(dialect, name));
  const [empty] = await session.run(
    `select count(*) as n from ${staging} where ${keys.map((name) => `${name} is null`).join(" or ")}`,
  );
  if (Number(empty.n) > 0) {
    throw resourceError(connection, {
      code: "resource-mismatch",
      text: `got ${empty.n} rows without a value in the key ${listed(key)}`,
      hint: "Leave out rows without a key, or choose other columns as key",
    });
  }
  const [twice] = await session.run(
    `select ${keys}, count(*) as ductaflow_n from ${staging} group by ${keys} having count(*) > 1 limit 1`,
  );
  if (twice !== undefined) {
    const value = key.map((name) => `${name} = "${twice[name]}"`).join(", ");
    throw resourceError(connection, {
      code: "resource-mismatch",
      text: `got ${twice.ductaflow_n} rows with the same key: ${value}`,
      hint: "Make rows unique before they are saved, or choose more columns as key",
    });
  }
}

/** Throws when the database would not notice that a row is there already. */
export function checkKey({ connection }: Session, { table, key }: SaveTarget, existing: TableDescription): void {
  const wanted = [...key!].sort().join("\0");
  if (existing.unique.some((names) => [...names].sort().join("\0") === wanted)) return;
  const there = existing.unique.map((names) => listed(names)).join(" or ");
  throw resourceError(connection, {
    code: "resource-mismatch",
    text: `has no unique index on ${listed(key!)} in the table "${table.join(".")}"${there ? `, but on ${there}` : ""}`,
    hint: "Make a unique index on the key, or give the columns of one that is there",
  });
}
