/**
 * Which addresses a report may link to: the web, mail, places on the page, and files beside the report.
 * @module
 */
import { nameProblem } from "../base/names.ts";

/** Whether a link written by a flow may stand in the report. */
export function isAllowedLink(url: string): boolean {
  // Browsers drop controls and white space around and inside a scheme.
  // deno-lint-ignore no-control-regex
  const plain = url.replace(/[\x00-\x20\x7f-\x9f]/g, "");
  if (/^(https?:\/\/|mailto:)/i.test(plain)) return true;
  // Relative: no colon before the first slash, query or fragment, whatever stands for a scheme there.
  return !/^[^/?#]*:/.test(plain) && !plain.startsWith("/") && !plain.includes("\\");
}

/** The address of a file in the run folder, seen from the report; undefined when the name leads out of it. */
export function fileLink(name: string): string | undefined {
  const parts = name.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || part.includes("\\"))) return undefined;
  return `./${parts.map(encodePart).join("/")}`;
}

/** The address of the report of another run in the same runs folder. */
export function reportLink(run: { step: string; instance: string }): string | undefined {
  if (nameProblem(run.step) || nameProblem(run.instance)) return undefined;
  return `../../${encodePart(run.step)}/${encodePart(run.instance)}/report.html`;
}

/** A relative path as an address: every part encoded, so that none is taken for a scheme, a query or a fragment. */
export function pathLink(path: string): string {
  return path.split("/").map(encodePart).join("/");
}

function encodePart(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
