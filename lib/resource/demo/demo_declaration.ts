/**
 * The built-in resource `demo`: a database with real data to try things on.
 * @module
 */
import { resolve } from "../../deps/path.ts";
import type { Declaration } from "../declaration.ts";

/** The database in `runs/demo.db` of the current folder, which the first process that asks for it makes. */
export function demoDeclaration(): Declaration {
  const path = resolve("runs/demo.db");
  const permissions = { read: [path], write: [path] };
  return {
    name: "demo",
    type: "sqlite",
    calls: "demo",
    connection: { type: "sqlite", name: "demo", path },
    read: permissions,
    write: permissions,
  };
}
