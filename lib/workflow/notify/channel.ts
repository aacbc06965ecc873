/**
 * Who is told how a run ended, as plain data. Secrets stand in it as references only, `${NAME}`, and are looked up in the
 * environment when something is sent.
 * @module
 */
import { DuctaflowError } from "../../base/error.ts";
import { nearest } from "../../base/nearest.ts";

/** What somebody may want to hear of: `recovered` is the first good run after a failed one. */
export type NotifyEvent = "failed" | "warned" | "recovered" | "succeeded";

/** A channel by which somebody is told. */
export type Channel =
  & {
    /** What is told. Default: failed, warned and recovered. */
    on?: NotifyEvent[];
  }
  & (
    /** A POST of JSON: all that is known, or the shape that Slack or Teams shows. */
    | { webhook: string; format?: "json" | "slack" | "teams"; headers?: { [name: string]: string } }
    /** A mail through an SMTP server, `smtp://user:${SMTP_PASSWORD}@host:587`. */
    | { email: string | string[]; from: string; smtp: string }
    /** A program; what there is to tell is JSON on its stdin. */
    | { command: string[] }
  );

/** What is told unless a channel says otherwise. */
export const defaultEvents: NotifyEvent[] = ["failed", "warned", "recovered"];

const events: NotifyEvent[] = [...defaultEvents, "succeeded"];
const kinds = { webhook: ["format", "headers"], email: ["from", "smtp"], command: [] } as const;

/** Reads a channel; a text is the URL of a webhook. */
export function parseChannel(value: unknown): Channel {
  const given = (typeof value === "string" ? { webhook: value } : value) as { [name: string]: unknown };
  const isObject = typeof given === "object" && given !== null;
  const kind = isObject
    ? (["webhook", "email", "command"] as const).find((each) => given[each] !== undefined)
    : undefined;
  if (!kind) {
    throw refuse(
      `${JSON.stringify(value)} names no webhook, email or command`,
      `Such as { webhook: "\${SLACK_URL}", format: "slack" }`,
    );
  }
  const accepted = [kind, "on", ...kinds[kind]];
  for (const key of Object.keys(given).filter((key) => !accepted.includes(key))) {
    const meant = nearest(key, accepted);
    throw refuse(
      `the ${kind} has the key "${key}"`,
      meant ? `Did you mean "${meant}"?` : `Its keys are ${accepted.join(", ")}`,
    );
  }
  for (const event of list(given.on)) {
    if (!events.includes(event as NotifyEvent)) {
      throw refuse(`"on" names "${event}"`, `Accepted are ${events.join(", ")}`);
    }
  }
  const problem = problemOf[kind](given);
  if (problem) throw refuse(problem);
  return (given.on === undefined ? { ...given } : { ...given, on: list(given.on) }) as Channel;
}

const problemOf: { [kind in keyof typeof kinds]: (given: { [name: string]: unknown }) => string | undefined } = {
  webhook({ webhook, format = "json", headers = {} }) {
    if (!isUrl(webhook, /^https?:/)) return `the webhook is "${webhook}", which is no http(s) URL nor a reference`;
    if (!["json", "slack", "teams"].includes(String(format))) {
      return `the format is "${format}", not json, slack or teams`;
    }
    const isText = typeof headers === "object" && headers !== null &&
      Object.values(headers).every((v) => typeof v === "string");
    return isText ? undefined : "the headers are no object of texts";
  },
  email({ email, from, smtp }) {
    const wrong = [...list(email), from].find((address) =>
      !/^[^\s@]+@[^\s@]+$|^[^<]*<[^\s@]+@[^\s@]+>$/.test(String(address))
    );
    if (wrong !== undefined || list(email).length === 0) return `"${wrong}" is no mail address`;
    if (!isUrl(smtp, /^smtps?:/)) return "the server is no smtp: or smtps: URL nor a reference";
    return /^smtps?:\/\/[^/]*:(?!\$\{)[^@/]+@/.test(String(smtp))
      ? "the server's URL has a password in it: write a reference such as ${SMTP_PASSWORD} there"
      : undefined;
  },
  command({ command }) {
    const isRight = Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === "string");
    return isRight ? undefined : "the command is no list of texts, the program first";
  },
};

function isUrl(value: unknown, scheme: RegExp): boolean {
  if (typeof value !== "string") return false;
  return /^\$\{\w+\}/.test(value) || (scheme.test(value) && URL.canParse(value.replace(/\$\{\w+\}/g, "x")));
}

function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function refuse(problem: string, hint?: string): DuctaflowError {
  return new DuctaflowError(`A channel of notify cannot be used: ${problem}`, {
    code: "bad-setting",
    ...(hint === undefined ? {} : { hint }),
  });
}
