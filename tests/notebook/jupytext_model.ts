/**
 * Jupytext's reading of percent scripts in TypeScript, written after its documented grammar and apart from `lib/`: what
 * the toolkit writes is held against it.
 */

/** A cell as Jupytext gives it; the title is one of the metadata. */
export interface ModelCell {
  type: string;
  metadata: Record<string, unknown>;
  source: string;
}

const marker = /^\s*\/\/\s*%%(%*)\s(.*)$/;
const bare = /^\s*\/\/\s*(%%|<codecell>|In\[[0-9 ]*\]:?)\s*$/;
const isMarker = (line: string) => marker.test(line) || bare.test(line);

/** Python's `str.splitlines()`. */
function splitLines(text: string): string[] {
  // deno-lint-ignore no-control-regex
  const lines = text.split(/\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Reads a text that ends in `.ts`. The header becomes a raw cell unless all of it is Jupytext's own. */
export function jupytextReads(text: string): ModelCell[] {
  let lines = splitLines(text);
  const cells: ModelCell[] = [];
  let start = 0;
  if (lines[0]?.startsWith("#!")) start = 1;
  const coding = /^[ \t\f]*\/\/.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)/.exec(lines[start] ?? "");
  if (coding) {
    if (coding[1] !== "utf-8") throw new Error("Encodings other than utf-8 are not supported");
    start++;
  }
  if (/^\/\/ ?---\s*$/.test(lines[start] ?? "")) {
    const end = lines.findIndex((line, i) => i > start && /^\/\/ ?---\s*$/.test(line));
    const inner = lines.slice(start + 1, end).map((line) => line.replace(/^\/\/ ?/, ""));
    const own: string[] = [];
    let inJupyter = false;
    for (const line of inner) {
      if (/^jupyter\s*:\s*$/.test(line)) inJupyter = true;
      else if (line !== "" && !/^\s/.test(line)) inJupyter = false;
      if (!inJupyter) own.push(line);
    }
    start = end + 1;
    const blank = lines[start]?.trim() === "";
    if (own.length > 0) {
      cells.push({
        type: "raw",
        metadata: blank ? {} : { lines_to_next_cell: 0 },
        source: ["---", ...own, "---"].join("\n"),
      });
    }
    if (blank) start++;
  }
  lines = lines.slice(start);
  while (lines.length > 0) {
    const { cell, taken } = readOne(lines);
    cells.push(cell);
    lines = lines.slice(taken);
  }
  return cells;
}

function readOne(lines: string[]): { cell: ModelCell; taken: number } {
  const head = isMarker(lines[0]) ? 1 : 0;
  let { type, metadata } = marker.test(lines[0]) ? readOptions(lines[0].slice(lines[0].indexOf("%%") + 2)) : plain();
  let next = lines.length;
  const quotes = new Quotes();
  for (let i = 0; i < lines.length; i++) {
    const quoted = quotes.open !== undefined;
    quotes.read(lines[i]);
    if (!quoted && i > 0 && isMarker(lines[i])) {
      next = i;
      break;
    }
  }
  const blank = (i: number) => i >= 0 && lines[i].trim() === "";
  const two = next >= 3 && !blank(next - 3) && blank(next - 2) && blank(next - 1);
  const end = two ? next - 2 : blank(next - 1) ? next - 1 : next;
  let body = lines.slice(head, end);
  const inText = isActive("ts", metadata);
  if (type === undefined) {
    type = "code";
    const inNotebook = isActive("ipynb", metadata);
    if (!inText) body = body.map(uncomment);
    else if (inNotebook) body = withoutMagics(body);
    if (!inNotebook) type = "raw";
    if (!inNotebook && metadata.active === "") delete metadata.active;
  } else body = body.map(uncomment);
  const between = end < lines.length ? next - end + (next >= lines.length ? 1 : 0) : 1;
  if (between !== 1) metadata.lines_to_next_cell = between;
  return { cell: { type, metadata, source: body.join("\n") }, taken: next };
}

const plain = (): { type?: string; metadata: Record<string, unknown> } => ({ metadata: {} });
const uncomment = (line: string) =>
  line.startsWith("// ") ? line.slice(3) : line.startsWith("//") ? line.slice(2) : line;

function withoutMagics(lines: string[]): string[] {
  const quotes = new Quotes();
  return lines.map((line) => {
    const isMagic = quotes.open === undefined && /^\s*(\/\/ |\/\/)*(%|%%|%%%)[a-zA-Z]/.test(line);
    quotes.read(line);
    return isMagic ? line.replace(/^(\s*)\/\/ ?/, "$1") : line;
  });
}

function isActive(ending: string, metadata: Record<string, unknown>): boolean {
  for (const tag of metadata.tags as string[] ?? []) {
    if (tag.startsWith("active-")) return tag.split("-").includes(ending);
  }
  return metadata.active === undefined ? true : String(metadata.active).split(/[.,]/).includes(ending);
}

/** The quotes that Python would find open, line by line. */
class Quotes {
  open: string | undefined;

  read(line: string): void {
    if (this.open === undefined && line.trimStart().startsWith("//")) return;
    let single: string | undefined;
    let last = -1;
    for (let i = 0; i < line.length; i++) {
      const c = line[i];
      if (single === undefined && this.open === undefined && line.slice(i, i + 2) === "//") return;
      if ((c !== '"' && c !== "'") || (i > 0 && line[i - 1] === "\\")) continue;
      if (single === c) {
        single = undefined;
        continue;
      }
      if (single !== undefined) continue;
      if (i >= 2 && line.slice(i - 2, i + 1) === c + c + c && i >= last + 3) {
        if (this.open === c) {
          this.open = undefined;
          last = i;
        } else if (this.open === undefined) {
          this.open = c;
          last = i;
        }
        continue;
      }
      if (this.open === undefined) single = c;
    }
  }
}

function readOptions(text: string): { type?: string; metadata: Record<string, unknown> } {
  const options = text.trim();
  const brace = options.indexOf("{");
  const equals = options.indexOf("=");
  let title = options;
  let metadata: Record<string, unknown> = {};
  if (brace >= 0 && (equals < 0 || brace < equals)) {
    title = options.slice(0, brace).trim();
    metadata = JSON.parse(options.slice(brace));
  } else {
    const words = (equals < 0 ? options : options.slice(0, equals)).split(" ");
    if (equals >= 0) {
      while (words.at(-1) === "") words.pop();
      words.pop();
    }
    while (words.length > 0 && (words.at(-1)!.trim() === "" || words.at(-1)!.startsWith("."))) words.pop();
    title = words.join(" ");
    metadata = readKeys(options.slice(title.length));
  }
  let type: string | undefined;
  for (const name of ["markdown", "raw", "md"]) {
    if (!title.includes(`[${name}]`)) continue;
    title = title.replace(`[${name}]`, "").trim();
    type = name === "md" ? "markdown" : name;
    if (name === "md") metadata.region_name = "md";
    break;
  }
  const depth = /^%*/.exec(title)![0].length;
  if (depth > 0) metadata.cell_depth = depth;
  title = title.slice(depth).trim();
  if (title) metadata.title = title;
  return { type, metadata };
}

function readKeys(given: string): Record<string, unknown> {
  const text = given.trim();
  if (text === "") return {};
  const space = text.lastIndexOf(" ");
  if (!text.startsWith("--") && /^[a-zA-Z_.]+[a-zA-Z0-9_.]*$/.test(text.slice(space + 1))) {
    return { [text.slice(space + 1)]: null, ...(space > 0 ? readKeys(text.slice(0, space)) : {}) };
  }
  for (let at = text.lastIndexOf("="); at >= 0; at = at === 0 ? -1 : text.lastIndexOf("=", at - 1)) {
    const before = text.slice(0, at).trimEnd();
    const start = before.lastIndexOf(" ");
    const key = text.slice(start + 1, at).trim();
    if (!/^[a-zA-Z0-9_.@/-]+$/.test(key)) continue;
    let value: unknown;
    try {
      value = JSON.parse(text.slice(at + 1));
    } catch {
      continue;
    }
    return { ...(start > 0 ? readKeys(text.slice(0, start)) : {}), [key]: value };
  }
  return { incorrectly_encoded_metadata: text };
}
