/** The toolkit served over http on loopback, for tests that use it from a URL. */
import { join } from "../../lib/deps/path.ts";
import { type Project, projectTest, type Said } from "./project.ts";

const checkout = new URL("../../", import.meta.url);
const types: Record<string, string> = {
  ts: "application/typescript",
  js: "text/javascript",
  css: "text/css",
  json: "application/json",
  eta: "text/plain",
};

/** The checkout over http, and beside it, below `/web/`, what a test puts there. */
export class Site {
  readonly web = new Map<string, string>();
  readonly asked: string[] = [];
  #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => this.#answer(request));

  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  url(path: string): string {
    return `http://${this.host}/${path}`;
  }

  /** Takes it off the web; a second time does nothing. */
  async close(): Promise<void> {
    await this.#server.shutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.asked.push(pathname);
    const headers = { "content-type": types[pathname.split(".").at(-1)!] ?? "text/plain" };
    try {
      const body = this.web.get(pathname.slice(1)) ?? await Deno.readTextFile(new URL(`.${pathname}`, checkout));
      return new Response(body, { headers });
    } catch {
      return new Response("Not here", { status: 404 });
    }
  }
}

/** A test in an empty folder without configuration, with the site and a cache of its own that has only the packages. */
export function siteTest(name: string, fn: (project: Project, site: Site, deno: DenoRun) => Promise<void>): void {
  projectTest(name, {}, async (project) => {
    await using site = new Site();
    Deno.removeSync(project.path("deno.json"));
    const cache = join(project.outside, "cache");
    Deno.mkdirSync(cache);
    // Only packages are shared, to spare the download; modules of the toolkit are fetched from the site.
    Deno.symlinkSync(join(await denoDir(), "npm"), join(cache, "npm"));
    const env = { DENO_DIR: cache, HOME: undefined };
    await fn(project, site, (...args) => project.deno(args, env));
  });
}

/** Runs `deno` in the project's folder. */
export type DenoRun = (...args: string[]) => Promise<Said>;

/** The folder of the cache of the Deno that runs the tests. */
export async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", "--no-config"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
