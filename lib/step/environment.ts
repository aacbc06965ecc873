/**
 * Where a run takes place: versions, machine, and the commit of the project.
 * @module
 */
import { join } from "../deps/path.ts";
import type { EnvironmentRecord, GitRecord } from "../base/record.ts";
import { conductorLocale } from "./locale.ts";

const gitTrustedMs = 500;
let environment: EnvironmentRecord | undefined;
let lastGit: { root: string; at: number; git: GitRecord | undefined } | undefined;

/** This machine and this Deno. Needs no permission. */
export function describeEnvironment(): EnvironmentRecord {
  return environment ??= {
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    typescript: Deno.version.typescript,
    os: Deno.build.os,
    arch: Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    timeZone: conductorLocale().timeZone,
  };
}

/**
 * The commit that a folder is at, read from `.git` as files, since a conductor need not be allowed to run git.
 * Undefined outside a repository and where the files cannot be read.
 */
export function maybeGit(root: string | undefined): GitRecord | undefined {
  if (root === undefined) return undefined;
  // Many runs a second need not ask each time.
  const now = performance.now();
  if (lastGit?.root === root && now - lastGit.at < gitTrustedMs) return lastGit.git;
  lastGit = { root, at: now, git: readGit(root) };
  return lastGit.git;
}

function readGit(root: string): GitRecord | undefined {
  try {
    const folder = gitFolder(root);
    const head = Deno.readTextFileSync(join(folder, "HEAD")).trim();
    if (!head.startsWith("ref: ")) return { commit: head };
    const ref = head.slice(5);
    const commit = readRef(folder, ref);
    return commit === undefined ? undefined : { commit, branch: ref.replace("refs/heads/", "") };
  } catch {
    // No repository, or one that is not ours to read: a run can do without.
    return undefined;
  }
}

/** `.git` is a folder, or in a worktree a file that names one. */
function gitFolder(root: string): string {
  const path = join(root, ".git");
  if (Deno.statSync(path).isDirectory) return path;
  const [, folder] = /^gitdir: (.+)$/m.exec(Deno.readTextFileSync(path))!;
  return folder.startsWith("/") ? folder : join(root, folder);
}

function readRef(folder: string, ref: string): string | undefined {
  for (const base of [folder, join(folder, "..", "..")]) {
    try {
      return Deno.readTextFileSync(join(base, ref)).trim();
    } catch {
      // Packed, or kept with the main worktree.
    }
    try {
      const packed = Deno.readTextFileSync(join(base, "packed-refs"));
      const line = packed.split("\n").find((line) => line.endsWith(` ${ref}`));
      if (line) return line.slice(0, 40);
    } catch {
      // Nothing is packed here.
    }
  }
  return undefined;
}
