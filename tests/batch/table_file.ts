/** Tables in files of their own, for tests. */
import { assertRejects } from "../../lib/deps/assert.ts";
import { DuctaflowError } from "../../lib/base/error.ts";
import { readTable } from "../../lib/batch/read_table.ts";
import type { Row } from "../../lib/batch/row.ts";

/** A folder with these files, gone after the test. */
export class TableFolder implements Disposable {
  readonly dir: string = Deno.makeTempDirSync();

  constructor(files: { [name: string]: string | Uint8Array } = {}) {
    for (const [name, content] of Object.entries(files)) {
      Deno.writeFileSync(this.path(name), typeof content === "string" ? new TextEncoder().encode(content) : content);
    }
  }

  path(name: string): string {
    return `${this.dir}/${name}`;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

/** The rows of a table with this content. */
export async function readContent(name: string, content: string | Uint8Array): Promise<Row[]> {
  using folder = new TableFolder({ [name]: content });
  return await readTable(folder.path(name));
}

/** The error for a table with this content, with the folder left out of its message. */
export async function errorFor(
  name: string,
  content: string | Uint8Array,
): Promise<{ code: string; message: string; hint?: string }> {
  using folder = new TableFolder({ [name]: content });
  const error = await assertRejects(() => readTable(folder.path(name)), DuctaflowError);
  const shorten = (text: string) => text.replaceAll(`${folder.dir}/`, "");
  return { code: error.code, message: shorten(error.message), hint: error.hint && shorten(error.hint) };
}

/** Rows as plain data, without what they know of their origin. */
export function plain(rows: readonly object[]): unknown {
  return structuredClone(rows);
}
