/** Markdown to HTML: markdown-it, which is safe as long as `html` stays off. Import it lazily. */
import MarkdownIt from "npm:markdown-it@15.0.3";

export { MarkdownIt };
