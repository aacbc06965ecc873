/**
 * Markdown to HTML. Raw HTML is text, links lead only where reports may link, headings fit under the report's title, and
 * pictures are shown only when their bytes are at hand.
 * @module
 */
import { escapeHtml, SafeHtml, showControls } from "./escape.ts";
import { isAllowedLink } from "./links.ts";

type Renderer = (source: string, images: ImageSource) => string;

/** Gives the `data:` address of a picture beside the report, if its bytes are known. */
export type ImageSource = (name: string) => string | undefined;

const dataImage = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$/;
const cache = new Map<string, SafeHtml>();
let renderer: Promise<Renderer> | undefined;

/** Markdown as safe HTML; markdown-it is loaded with the first text. */
export async function renderMarkdown(source: string, images: ImageSource = () => undefined): Promise<SafeHtml> {
  const known = cache.get(source);
  if (known) return known;
  renderer ??= loadRenderer();
  const result = new SafeHtml(showControls((await renderer)(source, images)));
  // A text with pictures may come out differently in another report.
  if (!source.includes("![") && source.length < 20_000) {
    if (cache.size > 500) cache.clear();
    cache.set(source, result);
  }
  return result;
}

async function loadRenderer(): Promise<Renderer> {
  const { MarkdownIt } = await import("../deps/markdown.ts");
  const markdown = new MarkdownIt({ html: false, linkify: true });
  markdown.validateLink = (url: string) => isAllowedLink(url) || dataImage.test(url);
  const { rules } = markdown.renderer;
  rules.heading_open = (tokens, i) => `<${headingTag(tokens[i].tag)}>`;
  rules.heading_close = (tokens, i) => `</${headingTag(tokens[i].tag)}>\n`;
  rules.table_open = () => `<div class="scroll"><table>\n`;
  rules.table_close = () => `</table></div>`;
  rules.link_open = (tokens, i) => {
    const href = String(tokens[i].attrGet("href") ?? "");
    if (!isAllowedLink(href)) return "<a>";
    return `<a href="${escapeHtml(href)}" rel="noopener noreferrer">`;
  };
  rules.image = (tokens, i, _options, env) => {
    const images = env?.images as ImageSource;
    return renderImage(String(tokens[i].attrGet("src")), tokens[i].content, images);
  };
  return (source, images) => markdown.render(source, { images });
}

/** The report's title is the only `h1`. */
function headingTag(tag: string): string {
  return `h${Math.min(6, Number(tag.slice(1)) + 1)}`;
}

function renderImage(src: string, alt: string, images: ImageSource): string {
  const data = dataImage.test(src) ? src : images(decodeName(src));
  if (data) return `<img class="paper" src="${escapeHtml(data)}" alt="${escapeHtml(alt)}">`;
  const label = escapeHtml(alt || src);
  if (!isAllowedLink(src)) return label;
  return `<a href="${escapeHtml(src)}" rel="noopener noreferrer">${label}</a>`;
}

function decodeName(src: string): string {
  try {
    return decodeURIComponent(src).replace(/^\.\//, "");
  } catch {
    return src;
  }
}
