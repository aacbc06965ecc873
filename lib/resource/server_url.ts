/**
 * Addresses of database servers.
 * @module
 */

/** What a URL says of a server. */
export interface ServerParts {
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
  tls?: boolean;
}

const schemes = { postgres: ["postgres:", "postgresql:"], mysql: ["mysql:", "mariadb:"] };
const ignored = ["application_name", "connect_timeout"];

/** The parts of a URL such as `postgres://user:${PASSWORD}@host:5432/database?sslmode=require`. */
export function urlParts(text: string, type: keyof typeof schemes, refuse: (problem: string) => void): ServerParts {
  // A reference in place of a password is no valid part of a URL.
  const readable = text.replace(/:\$\{(\w+)\}@/, (_, name) => `:${encodeURIComponent(`\${${name}}`)}@`);
  const url = URL.canParse(readable) ? new URL(readable) : undefined;
  if (url === undefined || !schemes[type].includes(url.protocol)) {
    // Never the text itself: it may hold a password.
    refuse(`its url is none of ${type}, accepted is ${type}://user@host:port/database`);
    return {};
  }
  const part = (value: string) => value === "" ? undefined : decodeURIComponent(value);
  let tls: boolean | undefined;
  for (const [key, value] of url.searchParams) {
    if (key === "sslmode" || key === "ssl-mode") {
      tls = !["disable", "disabled"].includes(value.toLowerCase());
    } else if (!ignored.includes(key)) refuse(`its url has "${key}", accepted there is sslmode`);
  }
  return {
    host: part(url.hostname.replace(/^\[|\]$/g, "")),
    port: url.port === "" ? undefined : Number(url.port),
    user: part(url.username),
    password: part(url.password),
    database: part(url.pathname.replace(/^\//, "")),
    tls,
  };
}

/** A host and its port as Deno's permission names them. */
export function serverAddress(host: string, port: number): string {
  return `${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
}

/** Whether a host is this machine, so that nobody can listen in between. */
export function loopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
