import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import { renderCollation } from "../../lib/report/render_collation.ts";
import { fabricate, writeRuns } from "../batch/fabricated_runs.ts";
import { openBrowser, skipsBrowserTests } from "../browser.ts";
import { onePixel } from "../report/sample_run.ts";
import { payloads } from "../report/xss_corpus.ts";
import { collate, type CollateOptions, type Run } from "../../mod.ts";

import type { BulkRun, BulkSummary } from "../../lib/base/bulk_summary.ts";
import type { Thumbnails } from "../../lib/report/view_collation.ts";
import type { Browser, BrowserContextOptions, Page } from "../deps.ts";

const ignore = skipsBrowserTests();

interface Opened {
  page: Page;
  /** What a page must not do. */
  problems: string[];
  runs: Run[];
}

/** A test on the page over `count` made-up runs. */
function pageTest(
  name: string,
  count: number,
  fn: (opened: Opened) => Promise<void>,
  { hash = "", context = {}, options = {} }: {
    hash?: string;
    context?: BrowserContextOptions;
    options?: Partial<CollateOptions>;
  } = {},
): void {
  browserTest(name, async (browser, dir) => {
    const runs = await writeRuns(join(dir, "runs"), fabricate(count));
    const { indexPath } = await collate(runs, { dir: join(dir, "out"), title: "Delays", ...options });
    const opened = await watch(browser, context);
    await opened.page.goto(`file://${indexPath}${hash}`);
    await fn({ ...opened, runs });
    assertEquals(opened.problems, []);
  });
}

function browserTest(name: string, fn: (browser: Browser, dir: string) => Promise<void>): void {
  const test = async () => {
    const dir = await Deno.makeTempDir({ prefix: "collation_browser_" });
    const browser = await openBrowser();
    try {
      await fn(browser, dir);
    } finally {
      await browser.close();
      await Deno.remove(dir, { recursive: true });
    }
  };
  Deno.test({ name, ignore, fn: test });
}

async function watch(browser: Browser, options: BrowserContextOptions = {}): Promise<Omit<Opened, "runs">> {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  context.on("request", (request) => {
    if (!/^(file:.*\.html|data:|about:)/.test(request.url())) problems.push(`request ${request.url()}`);
  });
  context.on("page", (other) => problems.push(`popup ${other.url()}`));
  page.on("dialog", async (dialog) => {
    problems.push(`dialog ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("pageerror", (error) => problems.push(`error ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`console ${message.text()}`);
  });
  return { page, problems };
}

/** Texts of a column of the table, from 1. */
function column(page: Page, number: number): Promise<string[]> {
  return page.locator(`.grid tbody tr > :nth-child(${number})`).allInnerTexts();
}

async function numbers(page: Page, head: string): Promise<number[]> {
  const heads = await page.locator(".grid thead th button span").allInnerTexts();
  const texts = await column(page, heads.indexOf(head) + 1);
  return texts.filter((text) => text !== "").map((text) => Number(text.replaceAll(",", "")));
}

function found(page: Page): Promise<string> {
  return page.locator(".found").innerText();
}

pageTest("collate() offers no more rows when all are shown", 8, async ({ page }) => {
  assertEquals(await page.locator(".grid tbody tr").count(), 8);
  assertEquals(await page.locator(".more:visible").count(), 0);
});

pageTest(
  "collate() of 5,000 runs: all are counted, sorted and filtered, though few are drawn",
  5000,
  async ({ page }) => {
    assertEquals(await found(page), "5,000 runs");
    assertEquals(await page.locator(".grid tbody tr").count(), 200);
    await page.click("text=Show 200 more");
    await page.waitForFunction(() => document.querySelectorAll(".grid tbody tr").length >= 400);
    await page.click('th[data-key="m.auc"] button');
    const rising = await numbers(page, "auc");
    assertEquals(rising, rising.toSorted((a, b) => a - b));
    await page.click('th[data-key="m.auc"] button');
    const falling = await numbers(page, "auc");
    assertEquals(falling, falling.toSorted((a, b) => b - a));
    assert(falling[0] > rising.at(-1)!);
    await page.fill("#search", "scram NIGHT");
    assertEquals(await found(page), "333 of 5,000 runs");
    await page.selectOption('.picks label:has-text("model.trees") select', { label: "400" });
    assert((await column(page, 1)).every((text) => text.startsWith("SCRAM_night")));
    assert((await numbers(page, "model.trees")).every((trees) => trees === 400));
    await page.click(".tabs >> text=Timeline");
    assert(await page.locator("canvas").isVisible());
  },
  { options: { thumbnails: false } },
);

pageTest(
  "the table shows each run with what differs, its numbers and a link to its report",
  48,
  async ({ page, runs }) => {
    const heads = await page.locator(".grid thead th button span").allInnerTexts();
    const expected = ["Instance", "Status", "zone", "period", "year", "model.trees", "flights", "mean_delay", "auc"];
    assertEquals(heads, [...expected, "Checks", "Duration"]);
    assertEquals(await column(page, 1), runs.map(({ instance }) => instance));
    const failed = runs.findIndex(({ status }) => status === "failed");
    const row = page.locator(".grid tbody tr").nth(failed);
    assertEquals(await row.locator(".state").innerText(), "✕ Failed");
    assertEquals(await row.locator(".said").innerText(), 'Failed in cell 3 "Load": no such file');
    await row.locator("th a").click();
    assertEquals(await page.title(), runs[failed].instance);
  },
);

pageTest("a metric is drawn between the least and the most of its column, from zero where that lies within", 48, async (
  { page, runs },
) => {
  const delays = runs.map(({ metrics }) => metrics.mean_delay);
  const known = delays.filter((delay) => delay !== undefined);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  assert(low < 0 && high > 0);
  const cells = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".grid tbody tr")].map((row) => {
      const { style } = row.children[7] as HTMLElement;
      return [style.getPropertyValue("--from"), style.getPropertyValue("--to")].map(parseFloat);
    })
  );
  delays.forEach((delay, i) => {
    if (delay === undefined) return assert(cells[i].every(Number.isNaN));
    const [from, to] = [Math.min(0, delay), Math.max(0, delay)].map((value) => 100 * (value - low) / (high - low));
    assert(Math.abs(cells[i][0] - Math.min(from, 98)) < 0.01 && Math.abs(cells[i][1] - Math.max(to, from + 2)) < 0.01);
  });
});

pageTest("columns sort by keyboard, say so, keep equal rows in order, and come back to the first order", 30, async (
  { page, runs },
) => {
  const sorted = () => page.locator("th[aria-sort]").evaluateAll((heads) => heads.map((head) => head.ariaSort));
  await page.focus('th[data-key="c.zone"] button');
  await page.keyboard.press("Enter");
  assertEquals(await sorted(), ["ascending"]);
  const zone = (name: string) => name.split("_")[0];
  const names = runs.map(({ instance }) => instance);
  assertEquals(await column(page, 1), names.toSorted((a, b) => zone(a).localeCompare(zone(b), "en")));
  await page.keyboard.press("Space");
  assertEquals(await sorted(), ["descending"]);
  assertEquals(await column(page, 1), names.toSorted((a, b) => zone(b).localeCompare(zone(a), "en")));
  await page.keyboard.press("Enter");
  assertEquals([await sorted(), await column(page, 1)], [[], names]);
  await page.click('th[data-key="m.flights"] button');
  await page.click('th[data-key="m.flights"] button');
  const last = await page.locator(".grid tbody tr").last().locator("td").nth(5).innerText();
  assertEquals(last, runs.some(({ metrics }) => metrics.flights === undefined) ? "" : last);
});

pageTest("filters stand in the address, are read from it, and can be cleared", 48, async ({ page, runs }) => {
  const warned = runs.filter(({ status, instance }) => status === "warned" && instance.includes("_am_"));
  assert(warned.length > 0);
  assertEquals(await found(page), `${warned.length} of 48 runs`);
  assertEquals(await page.inputValue("#search"), "am");
  assertEquals(await page.locator(".chip[aria-pressed=true]").allInnerTexts(), ["! Warned 10"]);
  await page.click(".plain");
  assertEquals(await found(page), "48 runs");
  await page.click(".chip >> text=Failed");
  await page.click('th[data-key="duration"] button');
  const { hash } = new URL(page.url());
  assertEquals(hash, "#sort=duration&status=Failed");
  await page.reload();
  assertEquals(await found(page), `${runs.filter(({ status }) => status === "failed").length} of 48 runs`);
  assertEquals(await page.getAttribute('th[data-key="duration"]', "aria-sort"), "ascending");
}, { hash: "#q=am&status=Warned&f.c.period=am" });

pageTest("the gallery shows pictures in the order of the table, and what has none", 30, async ({ page, runs }) => {
  await page.waitForFunction(() => document.querySelectorAll(".card img").length > 0);
  await page.click(".tabs >> text=Table");
  await page.click('th[data-key="c.year"] button');
  await page.click('th[data-key="c.year"] button');
  const order = await column(page, 1);
  await page.click(".tabs >> text=Gallery");
  assertEquals(await page.locator(".card h3 a").allInnerTexts(), order);
  const failed = runs.filter(({ status }) => status === "failed").length;
  assertEquals(await page.locator(".card img").count(), 30 - failed);
  assertEquals(await page.locator(".card .none").count(), failed);
  const decoded = await page.locator(".card img").evaluateAll(async (images) => {
    await Promise.all(images.map((image) => (image as HTMLImageElement).decode()));
    return images.every((image) => (image as HTMLImageElement).naturalWidth > 0);
  });
  assert(decoded);
}, { hash: "#view=gallery" });

pageTest("the timeline shows a run under the pointer and opens its report", 12, async ({ page, runs }) => {
  const canvas = page.locator("canvas");
  await canvas.hover({ position: { x: 6, y: 6 } });
  const [first] = runs.toSorted((a, b) => a.record.startedAt < b.record.startedAt ? -1 : 1);
  const tip = await page.locator(".tip").innerText();
  assert(
    runs.some(({ instance, record }) => record.startedAt === first.record.startedAt && tip.startsWith(instance)),
    tip,
  );
  await canvas.click({ position: { x: 6, y: 6 } });
  await page.waitForURL(/report\.html$/);
  assertEquals(await page.title(), tip.split(" · ")[0]);
}, { hash: "#view=timeline" });

pageTest("without scripts the page is a table of the first 500 runs with links", 501, async ({ page, runs }) => {
  assertEquals(await page.locator("noscript tbody tr").count(), 500);
  assert((await page.locator("main").innerText()).includes("1 more runs are in bulk_summary.json"));
  await page.locator("noscript tbody th a").first().click();
  assertEquals(await page.title(), runs[0].instance);
}, { context: { javaScriptEnabled: false } });

pageTest("a phone of 360 px scrolls the table in its box, with the first column in sight", 12, async ({ page }) => {
  for (const view of ["Gallery", "Timeline", "Table"]) {
    await page.click(`.tabs >> text=${view}`);
    assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 360, view);
  }
  await page.evaluate(() => document.querySelector(".grid")!.scrollLeft = 400);
  const box = await page.locator(".grid tbody th").first().boundingBox();
  assert(box !== null && box.x >= 0 && box.x < 40, JSON.stringify(box));
}, { context: { viewport: { width: 360, height: 740 } } });

pageTest("the page follows dark mode and prints all rows on white", 300, async ({ page }) => {
  const colors = () =>
    page.evaluate(
      () => [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color],
    );
  const [ground, ink] = await colors();
  assert(brightness(ground) < 40 && brightness(ink) > 180, `${ground} ${ink}`);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const [paper, print] = await colors();
  assert(brightness(paper) === 255 && brightness(print) < 80, `${paper} ${print}`);
  await page.pdf({ format: "A4", landscape: true });
  assertEquals(await page.locator(".grid tbody tr").count(), 300);
}, { context: { colorScheme: "dark" } });

browserTest(
  "no text of a run, its config, its results or its pictures becomes markup or code",
  async (browser, dir) => {
    const { page, problems } = await watch(browser);
    for (let first = 0; first < payloads.length; first += 5) {
      const path = join(dir, `page-${first}.html`);
      Deno.writeTextFileSync(path, await poisonedPage(first));
      await page.goto(`file://${path}`);
      for (const view of ["Gallery", "Timeline", "Table"]) {
        await page.click(`.tabs >> text=${view}`);
        problems.push(...(await page.evaluate(inspectDom)).map((text) => `payload ${first}, ${view}: ${text}`));
      }
      await page.fill("#search", payloads[first].slice(0, 20).split(/\s/)[0]);
      await page.locator(".grid thead button").nth(2).click();
      assert(page.url().startsWith(`file://${path}`), page.url());
    }
    const noScript = await watch(browser, { javaScriptEnabled: false });
    await noScript.page.goto(`file://${join(dir, "page-0.html")}`);
    assertEquals([...problems, ...noScript.problems], []);
    assertEquals("canary" in globalThis, false, "the template ran code while rendering");
  },
);

pageTest("scripts in an SVG do not run", 2, async ({ page, runs }) => {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="parent.canary=1"><script>top.canary=1</script>` +
    `<image href="https://evil.test/x.png"/></svg>`;
  Deno.writeTextFileSync(join(runs[0].dir, "curve.svg"), svg);
  const out = join(runs[0].dir, "..", "..", "..", "out");
  await collate(runs, { dir: out, title: "SVG" });
  await page.goto(`file://${out}/index.html#view=gallery`);
  await page.reload();
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLImageElement>(".card img")].some((i) => i.complete)
  );
  assertEquals(await page.title(), "SVG");
  assertEquals(await page.evaluate(() => "canary" in globalThis), false);
});

/** A page in which every text is a payload, some with a good start. */
function poisonedPage(first: number): Promise<string> {
  let i = first;
  const next = () => payloads[i++ % payloads.length];
  const run = (): BulkRun => ({
    step: next(),
    instance: next(),
    status: next() as BulkRun["status"],
    statusText: next(),
    cached: i % 2 === 0,
    startedAt: "2026-01-02T03:04:05Z",
    durationMs: 1000,
    config: { [next()]: next(), fixed: next(), nested: { [next()]: [next(), { [next()]: next() }] } },
    defaults: { [next()]: next() },
    metrics: Object.fromEntries([[next(), { value: 1, unit: next() }], ["shared", { value: i, unit: next() }]]),
    checks: [{ name: next(), ok: false, severity: "warning", message: next() }],
    artifacts: [],
    report: next(),
    note: next(),
  });
  const runs = Array.from({ length: 4 }, run);
  const summary: BulkSummary = {
    schema: 1,
    toolkit: next(),
    title: next(),
    madeAt: next(),
    counts: { total: 4, cached: 2, status: {} as BulkSummary["counts"]["status"] },
    durationMs: 1,
    steps: [...new Set(runs.map(({ step }) => step))],
    columns: {
      varying: [...new Set(["fixed", ...runs.flatMap(({ config }) => Object.keys(config))])],
      common: Object.fromEntries([[next(), next()]]),
    },
    runs,
  };
  const src = `data:image/png;base64,${onePixel}`;
  const thumbnails: Thumbnails[] = [{
    name: next(),
    pictures: runs.map((_, i) => ({ name: next(), href: next(), ...(i % 2 ? { src } : {}) })),
  }];
  return renderCollation(summary, thumbnails);
}

/** Runs in the page: everything that it never has. */
function inspectDom(): string[] {
  const problems: string[] = [];
  const known = new Set(
    ("a article b body button canvas dd details div dl dt footer h1 h3 head header html i img input label link main meta " +
      "noscript option p script section select small span strong style summary table tbody td th thead title tr").split(
        " ",
      ),
  );
  const counts = { script: 3, style: 1, meta: 6, link: 1, h1: 1, noscript: 1 };
  for (const [name, expected] of Object.entries(counts)) {
    const { length } = document.querySelectorAll(name);
    if (length !== expected) problems.push(`${length} ${name}`);
  }
  for (const element of document.querySelectorAll("*")) {
    if (!known.has(element.localName)) problems.push(`element ${element.localName}`);
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) problems.push(`attribute ${name}`);
      if (
        name === "style" &&
        !/^(--(from|to|card): [\d.]+(%|rem);? ?|(width|height|left|top): [\d.]+px;? ?)+$/.test(value)
      ) {
        problems.push(`style ${value}`);
      }
    }
    if (element instanceof HTMLAnchorElement) {
      if (!/^(https?|mailto|file):$/.test(element.protocol)) problems.push(`link ${element.href}`);
      if (element.protocol === "file:" && element.host !== "") problems.push(`link to a share ${element.href}`);
    }
    if (element instanceof HTMLImageElement && !element.src.startsWith("data:image/")) {
      problems.push(`image ${element.src}`);
    }
  }
  // deno-lint-ignore no-control-regex
  const hidden = /[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/.exec(document.body.innerText);
  if (hidden) problems.push(`hidden character ${hidden[0].charCodeAt(0)}`);
  if ("canary" in globalThis) problems.push("canary");
  return problems;
}

function brightness(color: string): number {
  const [red, green, blue] = color.match(/[\d.]+/g)!.map(Number);
  return (red + green + blue) / 3;
}
