/**
 * `resources.yaml`: the resources of a project, with secrets by reference.
 * @module
 */
import { dirname, fromFileUrl, resolve } from "../deps/path.ts";
import { parseYaml } from "../base/parse_yaml.ts";
import { DuctaflowError, messageOf } from "../base/error.ts";
import { type Declaration, parseDeclaration } from "./declaration.ts";

/** Reads the file. Passwords that stand there as they are are refused: it may be shared. */
export async function readResourcesFile(path: string | URL): Promise<Declaration[]> {
  const file = path instanceof URL ? fromFileUrl(path) : resolve(path);
  let data: unknown;
  try {
    data = parseYaml(await Deno.readTextFile(file));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new DuctaflowError(`There is no "${file}"`, {
        code: "no-resources",
        hint:
          "Write it: a name, and below it type and address, such as\n  sales:\n    type: sqlite\n    path: sales.db",
      });
    }
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new DuctaflowError(`"${file}" is no YAML: ${messageOf(cause)}`, { code: "bad-resource", cause });
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new DuctaflowError(`"${file}" is no list of resources: accepted is a name, and below it its options`, {
      code: "bad-resource",
    });
  }
  const place = { folder: dirname(file), allowPlainSecrets: false };
  return Object.entries(data).map(([name, given]) => parseDeclaration(name, given, place));
}
