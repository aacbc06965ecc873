/**
 * HTML that a flow made, in a frame of its own: no access to the page, no network, no scripts but the one that tells the
 * page how high it is.
 * @module
 */
import { escapeAttribute, SafeHtml } from "./escape.ts";
import frameScript from "./templates/frame.js" with { type: "text" };
import frameStyle from "./templates/frame.css" with { type: "text" };

export { frameScript };

/**
 * A sandboxed frame with this HTML. It inherits the page's policy, which its own `<meta>` repeats for readers that do
 * not let frames inherit.
 */
export function htmlFrame(content: string, policy: string): SafeHtml {
  const document = `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `<meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>${frameStyle}</style>` +
    `<script>${frameScript}</script></head><body>${content}</body></html>`;
  const note = /<script\b/i.test(content)
    ? `<p class="note">The scripts in this output do not run in a report</p>`
    : "";
  return new SafeHtml(
    `<iframe class="frame" sandbox="allow-scripts" title="HTML output" srcdoc="${
      escapeAttribute(document)
    }"></iframe>${note}`,
  );
}
