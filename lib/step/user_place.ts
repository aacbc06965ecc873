/**
 * Where in the user's own code an error was thrown, when the flow is one that the toolkit wrote around it.
 * @module
 */
import { originOf, originUrlOf } from "../base/frozen_source.ts";
import { flowLocation } from "../notebook/flow_location.ts";
import { toolkitFolder } from "../base/toolkit.ts";
import { toFileUrl } from "../deps/path.ts";

const toolkit = toolkitFolder;
const notTheirs = /^(ext|node|npm|data|blob):|\/\.ductaflow\/|\/npm\/registry|\/node_modules\//;

/** Whether a flow was written by the toolkit, to run somebody's function as a step. */
export function isWritten(flowUrl: string): boolean {
  return flowUrl.includes("/.ductaflow/ops/");
}

/** The innermost place in a stack that is neither the toolkit's nor a package's; undefined without one. */
export function userPlace(stack: string | undefined): string | undefined {
  for (const line of (stack ?? "").split("\n").map(atOrigin)) {
    const [, place, row, column] = /(?:\(|at )((?:[a-z]+:\/\/|\/|[A-Z]:\\)[^()]*?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    if (place === undefined) continue;
    const url = /^([a-z]{2,}):/.test(place) ? place : toFileUrl(place).href;
    if (!notTheirs.test(url) && !isToolkits(url)) return flowLocation(url, Number(row), Number(column));
  }
  return undefined;
}

/** Not all below the toolkit's folder is the toolkit: its own examples and tests are users. */
function isToolkits(url: string): boolean {
  return url.startsWith(`${toolkit}lib/`);
}

/** A stack without the lines of what the toolkit wrote or is. */
export function userStack(stack: string): string {
  return stack.split("\n").map(atOrigin).filter((line) => {
    return !notTheirs.test(line) && !line.includes(toolkit.replace("file://", "") + "lib/");
  }).join("\n");
}

/** Frozen copies of published sources are the user's: their lines are those of the files that they were made of. */
function atOrigin(line: string): string {
  return line.replace(
    /(?:file:\/\/)?\/[^\s()]*\/\.ductaflow\/workflows\/[^\s():]+/g,
    (place) => place.startsWith("file:") ? originUrlOf(place) : originOf(place),
  );
}
