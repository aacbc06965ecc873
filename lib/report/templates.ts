/**
 * The templates, compiled once. They escape every value that is not `SafeHtml`, so no template needs raw output.
 * @module
 */
import { Eta } from "../deps/eta.ts";
import { toHtml } from "./escape.ts";
import artifacts from "./templates/artifacts.eta" with { type: "text" };
import cells from "./templates/cells.eta" with { type: "text" };
import config from "./templates/config.eta" with { type: "text" };
import header from "./templates/header.eta" with { type: "text" };
import page from "./templates/page.eta" with { type: "text" };
import provenance from "./templates/provenance.eta" with { type: "text" };
import results from "./templates/results.eta" with { type: "text" };

const parts = { page, header, results, config, cells, artifacts, provenance };
let engine: Eta | undefined;

/** Fills in the page template. */
export function renderPage(data: object): string {
  engine ??= makeEngine(parts);
  return engine.render("@page", data);
}

/** Compiles templates, each under its name after an `@`. */
export function makeEngine(parts: Record<string, string>): Eta {
  const eta = new Eta({ autoEscape: true, cache: true, escapeFunction: toHtml, rmWhitespace: false });
  for (const [name, text] of Object.entries(parts)) eta.loadTemplate(`@${name}`, text);
  return eta;
}
