/**
 * How a resource is reached, complete and with its secrets: known to the process that talks to it, and to no other.
 * @module
 */

/** A file of SQLite. */
export interface SqliteConnection {
  type: "sqlite";
  name: string;
  path: string;
}

/** A file of DuckDB. */
export interface DuckdbConnection {
  type: "duckdb";
  name: string;
  path: string;
}

/** A database server. */
export interface ServerConnection {
  type: "postgres" | "mysql";
  name: string;
  host: string;
  port: number;
  user: string;
  database: string;
  password?: string;
  /** Whether the connection is encrypted and the server's certificate checked. */
  tls: boolean;
  /** Certificates, in PEM, of the authorities to trust. */
  ca?: string;
}

/** A bucket of S3, or of what speaks its language. */
export interface S3Connection {
  type: "s3";
  name: string;
  /** Origin of the service, such as `https://s3.eu-central-1.amazonaws.com`. */
  endpoint: string;
  region: string;
  bucket: string;
  /** What all keys start with; empty or ending in a slash. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** A folder. */
export interface FilesConnection {
  type: "files";
  name: string;
  dir: string;
}

/** A database, by whatever road. */
export type DatabaseConnection = SqliteConnection | DuckdbConnection | ServerConnection;

/** A place of files. */
export type StoreConnection = S3Connection | FilesConnection;

/** Any resource. */
export type Connection = DatabaseConnection | StoreConnection;

/** What people call it, without secrets: `postgres database "sales" at db.example.com:5432`. */
export function describeConnection(connection: Connection): string {
  switch (connection.type) {
    case "sqlite":
    case "duckdb":
      return `${connection.type} file ${connection.path}`;
    case "postgres":
    case "mysql":
      return `${connection.type} database "${connection.database}" at ${connection.host}:${connection.port}`;
    case "s3":
      return `s3 bucket "${connection.bucket}" at ${new URL(connection.endpoint).host}`;
    case "files":
      return `folder ${connection.dir}`;
  }
}
