/**
 * The MIME type of a file, by its name and by what its first bytes say.
 * @module
 */
import { readHead } from "./previews/file_head.ts";

const byExtension: Record<string, string> = {
  arrow: "application/vnd.apache.arrow.file",
  avif: "image/avif",
  bin: "application/octet-stream",
  csv: "text/csv",
  css: "text/css",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  duckdb: "application/vnd.duckdb",
  eps: "application/postscript",
  feather: "application/vnd.apache.arrow.file",
  geojson: "application/geo+json",
  gif: "image/gif",
  gz: "application/gzip",
  htm: "text/html",
  html: "text/html",
  ipynb: "application/x-ipynb+json",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  jsonl: "application/x-ndjson",
  log: "text/plain",
  md: "text/markdown",
  mjs: "text/javascript",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ndjson: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
  pdf: "application/pdf",
  png: "image/png",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  py: "text/x-python",
  r: "text/x-r",
  sql: "application/sql",
  sqlite: "application/vnd.sqlite3",
  svg: "image/svg+xml",
  tab: "text/tab-separated-values",
  tif: "image/tiff",
  tiff: "image/tiff",
  toml: "application/toml",
  ts: "text/x.typescript",
  tsv: "text/tab-separated-values",
  txt: "text/plain",
  wasm: "application/wasm",
  webp: "image/webp",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
  zst: "application/zstd",
};

/** First bytes that leave no doubt; `?` stands for any byte. */
const byMagic: [magic: string, type: string][] = [
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["RIFF????WEBP", "image/webp"],
  ["%PDF-", "application/pdf"],
  ["PAR1", "application/vnd.apache.parquet"],
  ["ARROW1", "application/vnd.apache.arrow.file"],
  ["SQLite format 3\0", "application/vnd.sqlite3"],
  ["\x1f\x8b", "application/gzip"],
  ["\x28\xb5\x2f\xfd", "application/zstd"],
];

/** Types that the first bytes must confirm, because reports show such files as what they claim to be. */
const confirmed = new Set(byMagic.map(([, type]) => type));

/** The type of a file; `application/octet-stream` when neither name nor content tell. */
export function artifactType(path: string, size: number): string {
  const named = byExtension[/\.([a-z0-9]+)$/i.exec(path)?.[1].toLowerCase() ?? ""];
  if (size === 0) return named === undefined || confirmed.has(named) ? "inode/x-empty" : named;
  const { bytes } = readHead(path, 4096);
  const magic = byMagic.find(([magic]) => startsWith(bytes, magic))?.[1];
  if (magic !== undefined) return magic;
  const text = looksLikeText(bytes);
  if (named === undefined || confirmed.has(named)) return text ? "text/plain" : "application/octet-stream";
  return isTextType(named) && !text ? "application/octet-stream" : named;
}

/** Whether files of a type are text that people can read. */
export function isTextType(type: string): boolean {
  return type.startsWith("text/") || type.endsWith("+json") || type.endsWith("+xml") ||
    /^application\/(json|x-ndjson|xml|yaml|toml|sql|postscript)$/.test(type);
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  for (let i = 0; i < magic.length; i++) if (magic[i] !== "?" && bytes[i] !== magic.charCodeAt(i)) return false;
  return true;
}

/** No NUL byte, or a byte order mark that explains it. Wrong UTF-8 alone does not make a file binary. */
function looksLikeText(bytes: Uint8Array): boolean {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return utf16 || !bytes.includes(0);
}
