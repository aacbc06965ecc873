/**
 * How a run came about: permissions, what it read, its code, where it ran.
 * @module
 */
import { formatBytes, plural, shortHash } from "./format.ts";
import { reportLink } from "./links.ts";
import { list } from "./view.ts";
import { permissionKinds } from "../base/permission_kind.ts";

import type { PermissionKind, PermissionSet, RunRecord } from "../base/record.ts";

const shownValues = 4;

/** Some values of a list in a table cell; the rest is folded. */
export interface ValuesView {
  shown: string[];
  folded: string[];
}

/** The last part of the report. */
export interface ProvenanceView {
  permissions: { kind: string; requested: ValuesView; granted: ValuesView; used: ValuesView; denied: ValuesView }[];
  denied: { kind: string; value: string }[];
  suggestion?: string;
  command: string;
  inputs: {
    path: string;
    kind: string;
    size: string;
    hash: string;
    from?: { text: string; href?: string };
    changed: boolean;
  }[];
  untraced: string[];
  modules: { specifier: string; hash: string }[];
  packages: string[];
  codeSize: string;
  facts: { name: string; value: string }[];
}

/** What the record says about how the run came about. */
export function viewProvenance(record: RunRecord): ProvenanceView {
  const permissions = record.permissions ?? {};
  const modules = list(record.code?.modules).map(({ specifier, hash }) => ({ specifier, hash: shortHash(hash) }));
  const packages = list(record.code?.packages);
  return {
    permissions: viewPermissions(permissions),
    denied: permissionKinds.flatMap((kind) => valuesOf(permissions.denied, kind).map((value) => ({ kind, value }))),
    suggestion: permissions.suggestion,
    command: list(permissions.command).map(quoteArgument).join(" "),
    inputs: list(record.inputs).map((input) => ({
      path: input.path,
      kind: input.kind,
      size: input.size === undefined ? "" : formatBytes(input.size),
      hash: shortHash(input.hash),
      from: input.from && { text: `${input.from.step} / ${input.from.instance}`, href: reportLink(input.from) },
      changed: input.changed === true,
    })),
    untraced: list(record.untraced),
    modules,
    packages,
    codeSize: `${plural(modules.length, "module")}, ${plural(packages.length, "package")}`,
    facts: viewFacts(record),
  };
}

function viewPermissions(permissions: Partial<RunRecord["permissions"]>): ProvenanceView["permissions"] {
  const sets = [permissions.requested, permissions.granted, permissions.used, permissions.denied];
  return permissionKinds.filter((kind) => sets.some((set) => valuesOf(set, kind).length > 0)).map((kind) => {
    const [requested, granted, used, denied] = sets.map((set) => foldValues(valuesOf(set, kind)));
    return { kind, requested, granted, used, denied };
  });
}

function valuesOf(set: PermissionSet | undefined, kind: PermissionKind): string[] {
  const value = set?.[kind];
  return value === true ? ["all"] : list(value as string[] | undefined);
}

function foldValues(values: string[]): ValuesView {
  const cut = values.length > shownValues + 1 ? shownValues : values.length;
  return { shown: values.slice(0, cut), folded: values.slice(cut) };
}

function viewFacts(record: RunRecord): ProvenanceView["facts"] {
  const { environment, git, flow, code } = record;
  const facts: [string, unknown][] = [
    ["Flow", flow?.url],
    ["Flow hash", flow?.hash],
    ["Config hash", record.configHash],
    ["Code hash", code?.hash],
    ["Git commit", git && `${git.commit}${git.branch ? ` (${git.branch})` : ""}`],
    ["Deno", environment && `${environment.deno} · V8 ${environment.v8} · TypeScript ${environment.typescript}`],
    [
      "Machine",
      environment && `${environment.os} ${environment.arch}, ${environment.cores} cores, ${environment.timeZone}`,
    ],
    ["Output", viewOutput(record)],
    ["Toolkit", record.toolkit],
    ["Run", record.id],
  ];
  return facts.filter(([, value]) => value).map(([name, value]) => ({ name, value: String(value) }));
}

function viewOutput({ output }: RunRecord): string | undefined {
  if (!output) return undefined;
  const parts = [`${formatBytes(output.stdoutBytes)} on stdout`, `${formatBytes(output.stderrBytes)} on stderr`];
  if (output.droppedBytes > 0) parts.push(`${formatBytes(output.droppedBytes)} dropped`);
  if (output.droppedDisplays > 0) parts.push(`${output.droppedDisplays} rich outputs dropped`);
  if (output.pipeHeld === true) parts.push("a process left behind held the pipes open");
  return parts.join(" · ");
}

function quoteArgument(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${String(text).replaceAll("'", `'\\''`)}'`;
}
