/**
 * Pictures as `data:` addresses in `<img>`, where scripts in an SVG do not run and nothing is loaded.
 * @module
 */
import { markup, type SafeHtml } from "./escape.ts";

const bitmapTypes = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;
const paint = /\b(?:fill|stroke|color)\s*[=:]\s*["']?\s*(#[0-9a-f]{3,8}|rgba?\([^)]*\)|black\b|white\b)/gi;
const encoder = new TextEncoder();

// An SVG in an <img> does not inherit the page's colours, so it is told them; `--plot-background` is Observable Plot's.
const themeStyle = "<style>:root{color-scheme:light dark;color:#23282e;color:light-dark(#23282e,#d9dde1);" +
  "--plot-background:light-dark(#fdfdfb,#15181b)}@media print{:root{color-scheme:light}}</style>";

/** The `data:` address of a picture from base64, or undefined when the type or the text cannot be one. */
export function imageData(mime: unknown, data: unknown): string | undefined {
  if (typeof mime !== "string" || typeof data !== "string" || !bitmapTypes.has(mime)) return undefined;
  const text = data.replace(/\s+/g, "");
  return base64.test(text) ? `data:${mime};base64,${text}` : undefined;
}

/** A bitmap on light paper, since its own colours are usually made for white. */
export function bitmapImage(mime: unknown, data: unknown, alt = ""): SafeHtml | undefined {
  const src = imageData(mime, data);
  return src === undefined ? undefined : markup`<img class="paper" src="${src}" alt="${alt}">`;
}

/** An SVG; on light paper unless it is made to take the colours of what is around it. */
export function svgImage(svg: unknown, alt = ""): SafeHtml | undefined {
  const data = svgData(svg);
  return data && markup`<img class="${data.themed ? "plot" : "paper"}" src="${data.src}" alt="${alt}">`;
}

/** The `data:` address of an SVG, and whether it takes the colours of what is around it; undefined when it is none. */
export function svgData(svg: unknown): { src: string; themed: boolean } | undefined {
  if (typeof svg !== "string" || !/<svg\b/i.test(svg)) return undefined;
  const themed = followsTheme(svg);
  const bytes = encoder.encode(completeSvg(svg, themed));
  return { src: `data:image/svg+xml;base64,${bytes.toBase64()}`, themed };
}

/**
 * Whether an SVG looks right on a dark page too: it draws text in the colour of the text around it, and nothing in
 * colours near white (as scales of colour made for light paper have) or near black.
 */
function followsTheme(svg: string): boolean {
  if (!/\bcurrentColor\b/i.test(svg)) return false;
  const seen = new Set<string>();
  for (const [, color] of svg.matchAll(paint)) {
    if (seen.has(color)) continue;
    seen.add(color);
    const light = brightness(color.toLowerCase());
    if (light < 0.15 || light > 0.85) return false;
  }
  return true;
}

/** From 0 for black to 1 for white. */
function brightness(color: string): number {
  if (color === "black") return 0;
  if (color === "white") return 1;
  const hex = color.length < 7 ? [...color.slice(1, 4)].map((digit) => digit + digit) : color.slice(1, 7).match(/../g);
  const [red, green, blue] = color.startsWith("#")
    ? hex!.map((digits) => parseInt(digits, 16))
    : color.match(/[\d.]+/g)?.map(Number) ?? [];
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

/** As a file of its own an SVG must name its namespaces, which HTML serialisers leave out, and know no HTML entities. */
function completeSvg(svg: string, themed: boolean): string {
  const start = svg.search(/<svg\b/i);
  const end = svg.indexOf(">", start);
  if (end < 0) return svg;
  let open = svg.slice(start, end);
  const selfClosed = open.endsWith("/");
  if (!/\sxmlns\s*=/.test(open)) open = open.replace(/^<svg/i, `<svg xmlns="http://www.w3.org/2000/svg"`);
  if (/\bxlink:/.test(svg) && !/\sxmlns:xlink\s*=/.test(open)) {
    open = open.replace(/^<svg/i, `<svg xmlns:xlink="http://www.w3.org/1999/xlink"`);
  }
  const style = themed && !selfClosed ? themeStyle : "";
  return `${open}>${style}${svg.slice(end + 1).replaceAll("&nbsp;", "&#160;")}`;
}
