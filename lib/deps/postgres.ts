/**
 * PostgreSQL: postgres.js, in pure JavaScript. It looks at the environment while it connects, so it needs `--ignore-env`
 * or the right to read it. Load it when it is needed: `await import`.
 */
export { default as postgres } from "npm:postgres@3.4.9";
export type { Sql } from "npm:postgres@3.4.9";
