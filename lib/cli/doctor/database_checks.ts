/**
 * Databases that listen on this machine, told by what they say, not by the port alone.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { type Finding, within } from "./finding.ts";

/** Where a database is looked for. */
export interface DatabasePlace {
  name: string;
  port: number;
  hostname?: string;
  /** Finds out whether it is that database; a phrase about it, or undefined. */
  greet(connection: Deno.Conn): Promise<string | undefined>;
}

const answerMs = 1500;

/** The databases by their standard ports. */
export const databases: DatabasePlace[] = [
  { name: "PostgreSQL", port: 5432, greet: greetPostgres },
  { name: "MySQL or MariaDB", port: 3306, greet: greetMysql },
];

/** SQLite, which is part of Deno. */
export async function checkSqlite(): Promise<Finding> {
  const about = { name: "SQLite", use: "control tables, resources", needed: false } as const;
  try {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(":memory:");
    const version = database.prepare("select sqlite_version() as version").get()?.version;
    database.close();
    return { ...about, status: "ok", found: `${version}, part of Deno` };
  } catch (error) {
    return { ...about, status: "problem", found: messageOf(error), advice: `Run "deno upgrade"` };
  }
}

/** Whether a database listens on its port of this machine. */
export async function checkDatabase({ name, port, hostname = "127.0.0.1", greet }: DatabasePlace): Promise<Finding> {
  const about = { name, use: "tables as inputs and outputs", needed: false };
  const nothing: Finding = { ...about, status: "missing", found: `nothing listens on ${hostname}:${port}` };
  if (Deno.permissions.querySync({ name: "net", host: `${hostname}:${port}` }).state !== "granted") {
    return { ...nothing, found: "not looked for", advice: `Add --allow-net=${hostname}:${port}` };
  }
  const opening = Deno.connect({ hostname, port }).catch(() => undefined);
  const connection = await within<Deno.Conn | undefined>(opening, undefined, answerMs);
  if (!connection) {
    // It may still open after nobody waits any more.
    opening.then((late) => late?.close());
    return nothing;
  }
  try {
    const said = await within(greet(connection).catch(() => undefined), undefined, answerMs);
    if (said !== undefined) return { ...about, status: "ok", found: `${said} on ${hostname}:${port}` };
    const found = `something on ${hostname}:${port} that does not answer as ${name}`;
    return { ...about, status: "problem", found, advice: "See what listens there" };
  } finally {
    connection.close();
  }
}

/** It answers the question for encryption with one letter, before anybody has to log in. */
async function greetPostgres(connection: Deno.Conn): Promise<string | undefined> {
  await connection.write(new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]));
  const answer = new Uint8Array(1);
  await connection.read(answer);
  const letter = String.fromCharCode(answer[0]);
  return letter === "S" ? "with TLS" : letter === "N" ? "without TLS" : undefined;
}

/** It speaks first: length, number, protocol 10, and its version up to a zero. */
async function greetMysql(connection: Deno.Conn): Promise<string | undefined> {
  const buffer = new Uint8Array(256);
  const count = await connection.read(buffer) ?? 0;
  const packet = buffer.subarray(4, count);
  const end = packet.indexOf(0, 1);
  // Who may not connect from here is told so in an error packet.
  if (packet[0] === 255) return "refuses this host, listening";
  if (packet[0] !== 10 || end < 2) return undefined;
  // MariaDB puts an old number before its own, for clients that know no other.
  return new TextDecoder().decode(packet.subarray(1, end)).replace(/^5\.5\.5-/, "");
}
