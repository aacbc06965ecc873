/**
 * The guide to batches, followed to the letter: its files are written, its cells run as one conductor, its edits are
 * made between them, and what the cells print is what it shows. `DUCTAFLOW_UPDATE_IMAGES=1` takes its pictures again.
 */
import { assert, assertEquals } from "../../lib/deps/assert.ts";
import { join } from "../../lib/deps/path.ts";
import { openBrowser, skipsBrowserTests } from "../browser.ts";
import { flowUrl, modUrl, type Project, projectTest } from "./project.ts";

import type { Page } from "../deps.ts";

const root = new URL("../../", import.meta.url);
const guide = Deno.readTextFileSync(new URL("docs/guide-batch.md", root));
const flags = ["--check", "--allow-read", "--allow-write=runs,delivery,west.csv,flows", "--allow-run=deno"];
const shownFolder = "/home/you/ductaflow";
const updatesImages = Deno.env.get("DUCTAFLOW_UPDATE_IMAGES") === "1";
const largestImage = 150_000;
const ignoreBrowser = skipsBrowserTests();

/** A fenced block: its language, the file that it is about, and its text. */
interface Block {
  language: string;
  file: string;
  text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)]
    .map(([, language, file, text]) => ({ language, file, text }));
}

/** The cells as one script that writes a mark before each output, with the edits of the guide made in between. */
function conductorOf(blocks: Block[]): string {
  return blocks.map(({ language, file, text }) => {
    if (language === "ts") return `console.log("\\u001e");\n${text.replaceAll(`"./mod.ts"`, `"${modUrl}"`)}`;
    return language === "diff" ? `editFile(${JSON.stringify(file)}, ${JSON.stringify(changesOf(text))});\n` : "";
  }).join("") + editFile;
}

const editFile = `
function editFile(path: string, changes: [string, string][]) {
  const text = Deno.readTextFileSync(path);
  for (const [old] of changes) if (text.split(old).length !== 2) throw new Error(path + " has not once: " + old);
  Deno.writeTextFileSync(path, changes.reduce((text, [old, now]) => text.replace(old, now), text));
}
`;

/** Pairs of a \`-\` line and the \`+\` line after it. */
function changesOf(diff: string): [string, string][] {
  const lines = diff.trimEnd().split("\n");
  const [removed, added] = ["-", "+"].map((sign) => lines.filter((line) => line[0] === sign).map((l) => l.slice(1)));
  assertEquals(removed.length, added.length);
  return removed.map((line, i) => [line, added[i]]);
}

/** What the guide shows after each cell; nothing for a cell without output. */
function shownOutputs(blocks: Block[]): string[] {
  return blocks.flatMap(({ language }, i) => {
    if (language !== "ts") return [];
    const next = blocks[i + 1];
    return [next?.language === "text" ? next.text : ""];
  });
}

/** The flows of this repository, importing what a flow imports from there. */
function exampleFlows(folder = "flows"): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory) Object.assign(files, exampleFlows(path));
    else files[path] = Deno.readTextFileSync(new URL(path, root)).replaceAll("../lib/flow.ts", flowUrl);
  }
  return files;
}

projectTest("docs/guide-batch.md does and shows what it says", exampleFlows(), async (project) => {
  const blocks = blocksOf(guide);
  for (const { language, file, text } of blocks) if (language === "csv") project.write({ [file]: text });
  const { code, stdout, stderr } = await project.conduct(conductorOf(blocks), { flags });
  assertEquals(code, 0, stderr);
  const printed = stdout.replaceAll(project.dir, shownFolder).split("\u001e\n").slice(1);
  assertEquals(printed, shownOutputs(blocks));
  if (!ignoreBrowser) await lookAtPages(project);
});

projectTest("README.md has a sample of a batch that runs", exampleFlows(), async (project) => {
  const [header, first, second] = Deno.readTextFileSync(new URL("scenarios.csv", root)).split("\n");
  project.write({ "scenarios.csv": `${header}\n${first}\n${second}\n` });
  const readme = Deno.readTextFileSync(new URL("README.md", root));
  const [sample] = blocksOf(readme).filter(({ text }) => text.includes("runInstances("));
  const { code, stderr } = await project.conduct(sample.text.replace("./mod.ts", modUrl), { flags });
  assertEquals(code, 0, stderr);
  const delivered = project.path("delivery/western_airports/early_shift/west_morning_long");
  assertEquals([...Deno.readDirSync(delivered)].map(({ name }) => name).toSorted(), [
    "delivery.json",
    "flights.csv",
    "report.html",
  ]);
  assert(Deno.statSync(project.path("runs/collated/index.html")).isFile);
});

/** The pages that the guide has pictures of. */
async function lookAtPages(project: Project): Promise<void> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 720 }, colorScheme: "light" });
    await page.goto(`file://${project.path("runs/delay_model/west_evening_short/report.html")}`);
    assertEquals(await page.locator("h1").innerText(), "Delay model");
    assert((await page.locator("body").innerText()).includes("bad days are few"));
    await take(page, "batch-report");

    await page.goto(`file://${project.path("runs/collated/index.html")}`);
    assertEquals(await page.locator("h1").innerText(), "Flights from the west");
    assertEquals(await page.locator(".grid tbody tr").count(), 8);
    await take(page, "batch-table");

    await page.getByText("Gallery", { exact: true }).click();
    assertEquals(await page.locator("img:visible").count(), 16);
    await take(page, "batch-gallery");
  } finally {
    await browser.close();
  }
}

async function take(page: Page, name: string): Promise<void> {
  if (!updatesImages) return;
  const path = join(root.pathname, "docs/images", `${name}.png`);
  await page.screenshot({ path });
  assert(Deno.statSync(path).size <= largestImage, `${path} is larger than ${largestImage} bytes`);
}

Deno.test("docs/guide-batch.md shows the pictures that are there, each no larger than 150 kB", () => {
  const named = [...guide.matchAll(/\]\(images\/(.+?)\)/g)].map(([, name]) => name);
  const there = [...Deno.readDirSync(new URL("docs/images", root))];
  assertEquals(there.map(({ name }) => name).toSorted(), named.toSorted());
  for (const name of named) assert(Deno.statSync(new URL(`docs/images/${name}`, root)).size <= largestImage, name);
});
