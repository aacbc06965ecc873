/**
 * Errors of resources: in words of ours around the words of the database, and never with a secret.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import { type Connection, describeConnection } from "./connection.ts";

/** The kinds of failure that a caller may want to tell apart. */
export type ResourceErrorCode =
  /** User or password was refused, or the right to do something. */
  | "resource-denied"
  /** The server cannot prove that it is the one, or speaks no TLS. */
  | "resource-untrusted"
  /** Nobody answers there. */
  | "resource-unreachable"
  /** The connection broke. */
  | "resource-lost"
  /** The table, object, file or database is not there. */
  | "resource-missing"
  /** It is there already. */
  | "resource-exists"
  /** Values do not fit the columns. */
  | "resource-mismatch"
  /** A read that would write. */
  | "resource-read-only"
  /** All else that the database says about a statement. */
  | "resource-statement";

/** What a driver's error means. */
export interface ResourceProblem {
  code: ResourceErrorCode;
  /** A clause that goes on after `The resource "x" `. */
  text: string;
  hint?: string;
}

/**
 * The error of a resource. The driver's own error is left out on purpose: it may carry the statement with its values,
 * or the password.
 */
export function resourceError(connection: Connection, { code, text, hint }: ResourceProblem): DuctaflowError {
  const message = `The resource "${connection.name}" ${text} (${describeConnection(connection)})`;
  return new DuctaflowError(withoutSecrets(message, connection), {
    code,
    hint: hint === undefined ? undefined : withoutSecrets(hint, connection),
  });
}

/** A text in which no secret of a connection is left. */
export function withoutSecrets(text: string, connection: Connection): string {
  for (const secret of secretsOf(connection)) {
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      text = text.replaceAll(form, "***");
    }
  }
  return text;
}

function secretsOf(connection: Connection): string[] {
  const found = connection.type === "postgres" || connection.type === "mysql"
    ? [connection.password]
    : connection.type === "s3"
    ? [connection.secretAccessKey, connection.sessionToken]
    : [];
  // What is as short as this stands in any text.
  return found.filter((secret) => secret !== undefined && secret.length >= 4) as string[];
}

/** What the operating system says of connections, which all drivers hand on; undefined for all else. */
export function networkProblem(error: unknown): ResourceProblem | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  switch (code) {
    case "ECONNREFUSED":
      return {
        code: "resource-unreachable",
        text: "cannot be reached: the connection was refused",
        hint: "Check host and port, and that the server runs",
      };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        code: "resource-unreachable",
        text: "cannot be reached: its host has no address",
        hint: "Check the host",
      };
    case "ETIMEDOUT":
    case "CONNECT_TIMEOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return {
        code: "resource-unreachable",
        text: `cannot be reached: no answer (${code})`,
        hint: "Check host and port, and that no firewall is between",
      };
    case "ECONNRESET":
    case "EPIPE":
    case "CONNECTION_CLOSED":
    case "CONNECTION_DESTROYED":
    case "CONNECTION_ENDED":
    case "PROTOCOL_CONNECTION_LOST":
      return {
        code: "resource-lost",
        text: `broke the connection (${code})`,
        hint: "Run again: what was not committed was not saved",
      };
  }
  const certificate = certificateProblem(code, message);
  if (certificate) return certificate;
  if (typeof message === "string" && /Requires net access to/.test(message)) {
    return { code: "resource-denied", text: `may not be connected to from this process: ${message}` };
  }
  return undefined;
}

/** What the other side of an encrypted connection has not proved; undefined for all else. */
function certificateProblem(code: unknown, message: unknown): ResourceProblem | undefined {
  const text = typeof message === "string" ? message : "";
  if (
    code === "HANDSHAKE_NO_SSL_SUPPORT" || code === "ERR_SSL_WRONG_VERSION_NUMBER" || /InvalidContentType/.test(text)
  ) {
    return {
      code: "resource-untrusted",
      text: "answers without encryption, and the connection is to be encrypted",
      hint: "Turn TLS on at the server, or give { tls: false } where nobody can listen in between",
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || /not match certificate|NotValidForName/.test(text)) {
    return {
      code: "resource-untrusted",
      text: `has a certificate for another host: ${text}`,
      hint: "Give the host by a name that stands in the certificate",
    };
  }
  if (code === "CERT_HAS_EXPIRED" || /certificate has expired|: Expired/.test(text)) {
    return { code: "resource-untrusted", text: "has a certificate that has expired", hint: "Renew it at the server" };
  }
  if (!/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(String(code)) && !/certificate/i.test(text)) return undefined;
  return {
    code: "resource-untrusted",
    text: `has a certificate that is not trusted: ${text}`,
    hint: "Give the certificate of the authority that signed it as ca, in PEM",
  };
}
