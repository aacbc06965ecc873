/**
 * MySQL and MariaDB: mysql2, in pure JavaScript, with callbacks, since only that half of it streams. Load it when it is
 * needed: `await import`.
 */
export { createConnection } from "npm:mysql2@3.24.6";
export type { Connection, ConnectionOptions, FieldPacket } from "npm:mysql2@3.24.6";
