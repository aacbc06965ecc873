/** Run folders as they compare: without what differs between two runs of the same, times and ids. */

/** What every execution has of its own. */
const own = new Set([
  "id",
  "run",
  "startedAt",
  "endedAt",
  "durationMs",
  "memory",
  "duration",
  "start_time",
  "end_time",
]);

/** All files below a folder by path, as text that compares. Of a report it is only said that it is there. */
export function comparableRuns(dir: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const path of filesBelow(dir).sort()) files[path.slice(dir.length + 1)] = comparable(path);
  return files;
}

/** Absolute paths of all files below a folder. */
export function filesBelow(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) => {
    return isDirectory ? filesBelow(`${dir}/${name}`) : [`${dir}/${name}`];
  });
}

function comparable(path: string): string {
  const text = Deno.readTextFileSync(path);
  if (path.endsWith("/report.html")) return text.endsWith("</html>\n") ? "a whole report" : "a part of a report";
  if (!/\/(run\.json|flow\.ipynb)$/.test(path)) return text;
  return JSON.stringify(JSON.parse(text, (key, value) => own.has(key) ? undefined : value));
}
