/**
 * The flow by which an operator runs as a step: one for all operators of a module that ask for the same, kept below
 * `runs/.ductaflow/ops/`. It imports the user's module, so that stack traces name the user's own lines and the code graph
 * holds the user's code.
 * @module
 */
import { writeFileAtomic } from "../base/atomic_file.ts";
import { childModule, maybeChildText } from "../base/child_module.ts";
import { originOf } from "../base/frozen_source.ts";
import { sha256 } from "../base/hash.ts";
import { canonicalJson, type JsonObject } from "../base/json.ts";
import { maybeText } from "../base/maybe_file.ts";
import { suggestName } from "../base/names.ts";
import { toolkitUrl } from "../base/toolkit.ts";
import { basename, dirname, fromFileUrl, join, resolve } from "../deps/path.ts";
import { ownerFile } from "../step/project.ts";

/** What the header of the flow says. */
export interface FlowRequest {
  /** URL of the user's module. */
  module: string;
  /** Options of the operator: `permissions` (paths relative to `declaredIn`), `timeout`, `retries`, `memory`, `fresh_for`. */
  options: JsonObject;
  /** URL of the file that declares the operator. */
  declaredIn: string;
  /** Whether it gets or gives Arrow tables. */
  arrow: boolean;
  /** How long results of a read count. */
  freshFor?: string | number;
}

const pathKinds = ["read", "write", "ffi"];

/** The path of the flow, which is written if it is not there yet. */
export async function operatorFlow(request: FlowRequest, folder: string): Promise<string> {
  const { module, options, declaredIn } = request;
  const header: JsonObject = {};
  for (const key of ["timeout", "retries", "memory"]) if (options[key] !== undefined) header[key] = options[key];
  const freshFor = request.freshFor ?? options.fresh_for;
  if (freshFor !== undefined) header.fresh_for = freshFor;
  if (options.permissions !== undefined) {
    header.permissions = absolutePaths(options.permissions as JsonObject, declaredIn);
  }
  const name = suggestName(decodeURIComponent(basename(new URL(module).pathname)).replace(/\.[^.]*$/, ""));
  const text = flowText(name, module, header, request.arrow);
  const key = await keyOf(canonicalJson([module, header, request.arrow]));
  const own = join(folder, `${name}-${key}`);
  const path = join(own, `${name}.ts`);
  if (maybeText(path) === text) return path;
  Deno.mkdirSync(own, { recursive: true });
  // A module of the toolkit's own belongs to no project of the user's.
  writeFileAtomic(join(own, ownerFile), maybeChildText(module) === undefined ? module : toolkitUrl);
  writeFileAtomic(path, text);
  return path;
}

const keys = new Map<string, Promise<string>>();

/** Calls of one operator share their flow, so that its key is made once. */
function keyOf(content: string): Promise<string> {
  let key = keys.get(content);
  if (!key) keys.set(content, key = sha256(content).then((hash) => hash.slice(0, 12)));
  return key;
}

function flowText(name: string, module: string, header: JsonObject, arrow: boolean): string {
  const lines = Object.entries({ title: name, ...header }).map(([key, value]) => `// ${key}: ${JSON.stringify(value)}`);
  const runOp = childModule("lib/ops/child/run_op.ts");
  const arrowModule = arrow
    ? `import { makeArrow } from ${JSON.stringify(childModule("lib/ops/child/arrow.ts"))};\n`
    : "";
  return `// ---
${lines.join("\n")}
// ---
// %% [markdown]
// One call of an operator. The function stands in ${module.replaceAll("\n", " ")}
// %% tags=["parameters"]
declare const op: string; // the exported function
declare const kind: string; // op, metric, check, read, save or system
declare const args: unknown[]; // its arguments
let title = ""; // what a metric or check is called
let unit = "";
let severity = "warning";
let workflow = "";
let workflowRun = "";
// %% Call
import * as operators from ${JSON.stringify(module)};
import { runOp } from ${JSON.stringify(runOp)};
${arrowModule}await runOp(operators, { op, kind, args, title, unit, severity, workflow, workflowRun }${
    arrow ? ", makeArrow" : ""
  });
`;
}

function absolutePaths(permissions: JsonObject, declaredIn: string): JsonObject {
  if (!declaredIn.startsWith("file:")) return permissions;
  // What was published speaks of the places where it was written.
  const folder = dirname(originOf(fromFileUrl(declaredIn)));
  return Object.fromEntries(
    Object.entries(permissions).map(([kind, values]) => [
      kind,
      pathKinds.includes(kind) && Array.isArray(values)
        ? values.map((value) => typeof value === "string" ? resolve(folder, value) : value)
        : values,
    ]),
  );
}
