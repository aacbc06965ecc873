/** Syntax colours: highlight.js with the languages that a flow and its outputs are written in. Import it lazily. */
import core from "npm:highlight.js@11.12.0/lib/core";
import json from "npm:highlight.js@11.12.0/lib/languages/json";
import markdown from "npm:highlight.js@11.12.0/lib/languages/markdown";
import sql from "npm:highlight.js@11.12.0/lib/languages/sql";
import typescript from "npm:highlight.js@11.12.0/lib/languages/typescript";
import xml from "npm:highlight.js@11.12.0/lib/languages/xml";

core.registerLanguage("json", json);
core.registerLanguage("markdown", markdown);
core.registerLanguage("sql", sql);
core.registerLanguage("typescript", typescript);
core.registerLanguage("xml", xml);

export { core as highlighter };
