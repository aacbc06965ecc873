/**
 * One message by one channel, once: what fails is thrown, without secrets.
 * @module
 */
import { DuctaflowError, messageOf } from "../../base/error.ts";
import type { Channel } from "./channel.ts";
import { facts, headline, type Message } from "./message.ts";

/** What sending needs from outside. */
export interface SendEffects {
  /** The value of a variable of the environment. */
  env: (name: string) => string | undefined;
  fetch: typeof fetch;
}

/** A failure that another try may not have. */
export class SendError extends DuctaflowError {
  /** Whether another try would meet the same. */
  readonly final: boolean;

  constructor(message: string, final: boolean) {
    super(message, { code: "notify-failed" });
    this.final = final;
  }
}

/** Sends a message; gives up when the signal says so. */
export async function send(
  channel: Channel,
  message: Message,
  effects: SendEffects,
  signal: AbortSignal,
): Promise<void> {
  const secrets: string[] = [];
  const reveal = (text: string, inUrl = false) => resolveReferences(text, effects, secrets, inUrl);
  try {
    if ("webhook" in channel) await post(channel, message, reveal, effects, signal);
    else if ("email" in channel) await mail(channel, message, reveal);
    else await command(channel.command, message, signal);
  } catch (error) {
    const text = secrets.reduce((text, secret) => text.replaceAll(secret, "***"), messageOf(error));
    throw new SendError(text, error instanceof SendError && error.final);
  }
}

type Reveal = (text: string, inUrl?: boolean) => string;

async function post(
  { webhook, format = "json", headers = {} }: Extract<Channel, { webhook: string }>,
  message: Message,
  reveal: Reveal,
  { fetch }: SendEffects,
  signal: AbortSignal,
): Promise<void> {
  const given = Object.entries(headers).map(([name, value]) => [name, reveal(value)]);
  const response = await fetch(reveal(webhook, true), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-ductaflow-delivery": message.delivery,
      ...Object.fromEntries(given),
    },
    body: JSON.stringify(shapes[format](message)),
    // What is told is for this address only.
    redirect: "manual",
    signal,
  });
  await response.body?.cancel();
  if (response.ok) return;
  const isPassing = response.status >= 500 || response.status === 429 || response.status === 408;
  throw new SendError(`The webhook answered ${response.status}`, !isPassing);
}

const shapes: { [format in "json" | "slack" | "teams"]: (message: Message) => object } = {
  json: (message) => message,
  slack(message) {
    const plain = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const lines = facts(message).map(([name, value]) => `*${name}:* ${plain(value)}`);
    const section = {
      type: "section",
      text: { type: "mrkdwn", text: `*${plain(headline(message))}*\n${lines.join("\n")}` },
    };
    return { text: plain(headline(message)), blocks: [section] };
  },
  teams(message) {
    const content = {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.4",
      body: [
        { type: "TextBlock", text: headline(message), weight: "bolder", size: "medium", wrap: true },
        { type: "FactSet", facts: facts(message).map(([title, value]) => ({ title, value })) },
      ],
    };
    return { type: "message", attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }] };
  },
};

const mailTimeoutMs = 10_000;

async function mail(
  { email, from, smtp }: Extract<Channel, { email: unknown }>,
  message: Message,
  reveal: Reveal,
): Promise<void> {
  const url = new URL(reveal(smtp, true));
  const { createTransport } = await import("../../deps/nodemailer.ts");
  const secure = url.protocol === "smtps:";
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    ...(url.username === ""
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: mailTimeoutMs,
    greetingTimeout: mailTimeoutMs,
    socketTimeout: mailTimeoutMs,
  });
  try {
    const text = facts(message).map(([name, value]) => `${name}: ${value}`).join("\n");
    const headers = { "X-Ductaflow-Delivery": message.delivery };
    const to = [email].flat();
    await transport.sendMail({
      from,
      to,
      subject: headline(message),
      text: `${headline(message)}\n\n${text}\n`,
      headers,
    });
  } catch (error) {
    // The server refuses for good: another try would meet the same.
    const code = (error as { responseCode?: number }).responseCode ?? 0;
    throw new SendError(messageOf(error), code >= 500);
  } finally {
    transport.close();
  }
}

async function command([program, ...args]: string[], message: Message, signal: AbortSignal): Promise<void> {
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "null", stderr: "piped", signal }).spawn();
  const writer = child.stdin.getWriter();
  // It may have no interest in what there is to know.
  await writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`)).catch(() => {});
  await writer.close().catch(() => {});
  const [{ success, code, signal: ended }, said] = await Promise.all([child.status, new Response(child.stderr).text()]);
  signal.throwIfAborted();
  const why = said.trim().split("\n").at(-1)!.slice(0, 200);
  if (!success) throw new SendError(`The command ended with ${ended ?? `code ${code}`}${why ? `: ${why}` : ""}`, false);
}

/** Puts values in the place of `${NAME}`; within a URL they are escaped, unless they are its beginning. */
function resolveReferences(text: string, { env }: SendEffects, secrets: string[], inUrl: boolean): string {
  return text.replace(/\$\{(\w+)\}/g, (_, name: string, at: number) => {
    const value = env(name);
    if (value === undefined || value === "") throw new SendError(`The variable "${name}" is not set`, true);
    const put = inUrl && at > 0 ? encodeURIComponent(value) : value;
    secrets.push(value, put);
    return put;
  });
}
