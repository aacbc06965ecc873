/**
 * The page of `run --watch`: a small server on this machine only. It frames the report, untouched and under its own
 * strict policy, in a page that says how the run goes and loads the report anew when there is a new one.
 * @module
 */
import { oneLine } from "../style.ts";
import pageHtml from "./page.html" with { type: "text" };
import pageScript from "./page.js" with { type: "text" };
import pageStyle from "./page.css" with { type: "text" };

/** How the watch stands. */
export interface WatchState {
  kind: "running" | "good" | "warned" | "bad" | "ended";
  /** What is watched, such as `delay_model/am`. */
  name: string;
  /** A line, or what is wrong in several. */
  text: string;
}

/** What a run leaves to be shown. */
export interface ShownRun {
  report: string;
  /** Absolute path of its folder. */
  dir: string;
  /** Names and types of the files that may be fetched. */
  files: Map<string, string>;
}

/** The running server. */
export interface WatchServer {
  /** The address of the page. Its last part is a secret: whoever has it may read the report. */
  url: string;
  /** Tells the pages that are open. */
  tell(state: WatchState): void;
  /** Shows a run from now on. */
  show(run: ShownRun): void;
  close(): Promise<void>;
}

const encoder = new TextEncoder();
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A file of a flow may be a page, which must not act as one of ours. */
const filePolicy = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const commonHeaders = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

/** Starts the server on a port of the loopback interface; 0 means any that is free. */
export function startWatchServer(port: number, first: WatchState): WatchServer {
  const token = crypto.randomUUID().replaceAll("-", "");
  const clients = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let state = first;
  let run: ShownRun | undefined;
  let version = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => answer(request));
  const { port: actual } = server.addr;
  const hosts = new Set([`127.0.0.1:${actual}`, `localhost:${actual}`]);

  function answer(request: Request): Response | Promise<Response> {
    // A page from elsewhere may have a name that leads here, or send requests from its own place.
    if (!hosts.has(request.headers.get("host") ?? "")) return plain(403, "This address is not served here");
    const origin = request.headers.get("origin");
    if (origin !== null && !hosts.has(origin.replace(/^http:\/\//, ""))) return plain(403, "Another page asks");
    if (request.method !== "GET" && request.method !== "HEAD") {
      return plain(405, "There is nothing to do here but look");
    }
    const [, given, ...rest] = new URL(request.url).pathname.split("/");
    if (given !== token) return plain(403, "The address lacks its secret part: take it from the terminal");
    const route = rest.join("/");
    if (route === "") return reply(pageHtml, "text/html", pagePolicy);
    if (route === "page.js") return reply(pageScript, "text/javascript", pagePolicy);
    if (route === "page.css") return reply(pageStyle, "text/css", pagePolicy);
    if (route === "events") return events();
    if (route === "run/report.html" && run) return reply(run.report, "text/html", "frame-ancestors 'self'");
    return route.startsWith("run/") ? file(route.slice(4)) : plain(404, "There is no such page");
  }

  function events(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        own = controller;
        clients.add(own);
        own.enqueue(message());
      },
      cancel: () => void clients.delete(own),
    });
    return new Response(body, { headers: { ...commonHeaders, "content-type": "text/event-stream" } });
  }

  function message(): Uint8Array {
    const data = { ...state, name: oneLine(state.name), version };
    return encoder.encode(`retry: 1000\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Only what the record lists is there: the name is looked up, never joined to a path before. */
  async function file(encoded: string): Promise<Response> {
    const name = maybeDecoded(encoded);
    const type = name === undefined ? undefined : run?.files.get(name);
    if (!run || type === undefined) return plain(404, "The run left no such file");
    try {
      const path = `${run.dir}/${name}`;
      if (!Deno.lstatSync(path).isFile) return plain(404, "The run left no such file");
      const opened = await Deno.open(path);
      const headers = { ...commonHeaders, "content-type": type, "content-security-policy": filePolicy };
      return new Response(opened.readable, { headers });
    } catch {
      return plain(404, "The file is not there at the moment");
    }
  }

  function send(): void {
    for (const client of clients) client.enqueue(message());
  }

  return {
    url: `http://127.0.0.1:${actual}/${token}/`,
    tell(next) {
      state = next;
      send();
    },
    show(next) {
      run = next;
      version++;
    },
    async close() {
      for (const client of clients) client.close();
      clients.clear();
      await server.shutdown();
    },
  };
}

function maybeDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function reply(text: string, type: string, policy: string): Response {
  const headers = { ...commonHeaders, "content-type": `${type}; charset=utf-8`, "content-security-policy": policy };
  return new Response(text, { headers });
}

function plain(status: number, text: string): Response {
  const headers = { ...commonHeaders, "content-type": "text/plain; charset=utf-8" };
  return new Response(`${text}\n`, { status, headers });
}
