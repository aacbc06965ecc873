/** Observable Plot without a browser: a chart as the text of one SVG image. */
import * as Plot from "npm:@observablehq/plot@0.6.17";
import { DOMParser } from "npm:linkedom@0.18.10";

export { Plot };

/** Two colours that differ in brightness too and read well on white and on black. */
export const colors = { late: "#d9662b", onTime: "#3f88c5" };

const document = new DOMParser().parseFromString("<html></html>", "text/html");

/** Draws a chart with a title and a line of small print (the sample size, the unit, what is left out). */
export function chart(title: string, note: string, options: Plot.PlotOptions): string {
  const width = 640;
  const height = 48 + (options.height ?? 300);
  const margins = { marginTop: 28, marginLeft: 52, marginBottom: 44 };
  const plot = Plot.plot({
    document: document as never,
    width,
    height: 300,
    ...margins,
    style: { fontSize: "12px" },
    ...options,
  });
  // Everything but the marks is drawn in the colour of the text around it, so that it suits light and dark pages.
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` role="img" aria-label="${escapeXml(title)}" fill="currentColor" font-family="system-ui, sans-serif">`,
    `<text x="4" y="18" font-size="16" font-weight="600">${escapeXml(title)}</text>`,
    `<text x="4" y="37" font-size="12" opacity="0.75">${escapeXml(note)}</text>`,
    `<g transform="translate(0 48)">${(plot as { outerHTML: string }).outerHTML}</g>`,
    `</svg>`,
  ].join("");
}

/** The same chart as a file: dark on white, as there is no page around it to take its colours from. */
export function chartFile(svg: string): string {
  return svg.replace("<svg ", '<svg style="color: #222; background: #fff" ');
}

/** Text, safe to put into HTML and SVG. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
