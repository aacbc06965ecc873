/**
 * Tells how a run ended by all channels of its workflow. Nothing here is waited for by a run; what could not be told is
 * noted with the run.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import { maybeEnv } from "../../base/maybe_env.ts";
import { sleep } from "../../base/sleep.ts";
import { join } from "../../deps/path.ts";
import { readSettings } from "../settings.ts";
import { appendLine, readLines, type TicketState } from "../ticket.ts";
import type { WorkflowPaths } from "../workflow_paths.ts";
import { type Channel, defaultEvents } from "./channel.ts";
import { eventsOf, makeMessage, type Message } from "./message.ts";
import { send, type SendEffects, SendError } from "./send.ts";

/** What telling needs from outside. */
export interface NotifyEffects extends SendEffects {
  sleep: (ms: number) => Promise<void>;
  /** Milliseconds that one try may take. */
  tryMs: number;
}

/** One line of `notified.ndjson`. */
export interface Notified {
  /** What the channel is: its kind, without addresses. */
  channel: string;
  event: string;
  ok: boolean;
  tries: number;
  problem?: string;
}

/** Pauses between tries. */
const pauses = [1000, 5000];
const tryMs = 10_000;

/** The effects of a real process. */
export function processEffects(): NotifyEffects {
  return { env: maybeEnv, fetch: (...args) => fetch(...args), sleep: (ms) => sleep(ms), tryMs };
}

/** Tells everybody who wants to know. A channel that was told before a crash is not told again. */
export async function notifyAll(paths: WorkflowPaths, state: TicketState, effects: NotifyEffects): Promise<void> {
  const { notify } = readSettings(paths).effective;
  if (notify.length === 0) return;
  const events = eventsOf(paths, state);
  const log = join(state.paths.dir, "notified.ndjson");
  const told = new Set(readLines<Notified>(log).map(({ channel }) => channel));
  await Promise.all(notify.map(async (channel, i) => {
    const name = `${i} ${kindOf(channel)}`;
    const event = events.find((each) => (channel.on ?? defaultEvents).includes(each));
    if (event === undefined || told.has(name)) return;
    const tried = await trySending(channel, makeMessage(paths, state, event), effects);
    appendLine(log, { channel: name, event, ...tried } satisfies Notified);
  }));
}

async function trySending(
  channel: Channel,
  message: Message,
  effects: NotifyEffects,
): Promise<Pick<Notified, "ok" | "tries" | "problem">> {
  for (let tries = 1;; tries++) {
    try {
      await withinTime(channel, message, effects);
      return { ok: true, tries };
    } catch (error) {
      const isFinal = error instanceof SendError && error.final;
      if (isFinal || tries > pauses.length) return { ok: false, tries, problem: messageOf(error) };
      await effects.sleep(pauses[tries - 1]);
    }
  }
}

/** A library may not listen to the signal: then nobody waits for it any longer. */
async function withinTime(channel: Channel, message: Message, effects: NotifyEffects): Promise<void> {
  const limit = new AbortController();
  const why = new SendError(`It took longer than ${effects.tryMs / 1000} s`, false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      limit.abort(why);
      reject(why);
    }, effects.tryMs);
  });
  try {
    await Promise.race([send(channel, message, effects, limit.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function kindOf(channel: Channel): string {
  return "webhook" in channel ? `webhook ${channel.format ?? "json"}` : "email" in channel ? "email" : "command";
}
