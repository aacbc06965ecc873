/**
 * What PostgreSQL's catalogue knows of tables.
 * @module
 */
import type { TableColumn } from "./column.ts";
import { postgresDialect, quotedTable, type TableName } from "./dialect.ts";
import { columnOfPostgres } from "./postgres_values.ts";
import type { ListedTable, Session } from "./session.ts";

/** A field of a result, as the driver tells it. */
export interface PostgresField {
  name: string;
  type: number;
  /** The table it comes from, and its number there; 0 for what is computed. */
  table: number;
  number: number;
}

/** Tables and views, those of the user's own schema first. */
export function listing(rows: Record<string, unknown>[]): ListedTable[] {
  return rows.map(({ schema, name, kind }) => ({
    ...schema === null ? {} : { schema: String(schema) },
    name: String(name),
    kind: kind === "view" ? "view" : "table",
  }));
}
listing.query = `
  select nullif(n.nspname, current_schema()) as schema, c.relname as name,
    case when c.relkind in ('v', 'm') then 'view' else 'table' end as kind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname not like 'pg\\_%'
  order by schema nulls first, name`;

/** Adds to columns what the tables they come from know: digits, and whether null is allowed. */
export async function withTableFacts(
  session: Session,
  columns: TableColumn[],
  fields: PostgresField[],
): Promise<TableColumn[]> {
  const tables = [...new Set(fields.map(({ table }) => table))].filter((table) => table > 0);
  if (tables.length === 0) return columns;
  const facts = await session.run(
    `select attrelid::text as "table", attnum::text as number, atttypmod::text as mod
     from pg_attribute where attnum > 0 and attrelid in (${tables.map(Number).join()})`,
  );
  const byPlace = new Map(facts.map((fact) => [`${fact.table}.${fact.number}`, Number(fact.mod)]));
  return columns.map((column, i) => {
    const mod = byPlace.get(`${fields[i].table}.${fields[i].number}`);
    return column.type === "decimal" && mod !== undefined ? { ...column, ...digitsOf(mod) } : column;
  });
}

/** The digits of a numeric, which PostgreSQL keeps in one number. */
function digitsOf(mod: number): Pick<TableColumn, "precision" | "scale"> {
  return mod < 4 ? {} : { precision: (mod - 4) >> 16 & 0xffff, scale: (mod - 4) & 0x7ff };
}

/** The columns of a table; undefined when there is none by that name. */
export async function columnsOfTable(
  session: Session,
  table: TableName,
): Promise<{ oid: string; columns: TableColumn[] } | undefined> {
  const [found] = await session.run("select to_regclass($1)::oid::text as oid", [quotedTable(postgresDialect, table)]);
  if (found === undefined || found.oid === null) return undefined;
  const oid = String(found.oid);
  const rows = await session.run(
    `select attname as name, atttypid::text as type, atttypmod::text as mod, attnotnull::text as notnull,
       format_type(atttypid, atttypmod) as native
     from pg_attribute where attrelid = $1 and attnum > 0 and not attisdropped order by attnum`,
    [oid],
  );
  const columns = rows.map(({ name, type, mod, notnull, native }) => {
    const column = columnOfPostgres({ name: String(name), type: Number(type), table: 0, number: 0 });
    const digits = column.type === "decimal" ? digitsOf(Number(mod)) : {};
    return { ...column, ...digits, native: String(native), nullable: notnull !== "true" };
  });
  return { oid, columns };
}

/** Primary key and unique indexes of a table; those that hold for a part of the rows are left out. */
export async function keysOfTable(session: Session, oid: string): Promise<{ key: string[]; unique: string[][] }> {
  const rows = await session.run(
    `select i.indexrelid::text as "index", i.indisprimary::text as first, a.attname as name
     from pg_index i cross join unnest(i.indkey::smallint[]) with ordinality as k(number, place)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
     where i.indrelid = $1 and i.indisunique and i.indpred is null and i.indexprs is null and k.place <= i.indnkeyatts
     order by i.indisprimary desc, i.indexrelid, k.place`,
    [oid],
  );
  const indexes = [...Map.groupBy(rows, ({ index }) => String(index)).values()];
  const unique = indexes.map((parts) => parts.map(({ name }) => String(name)));
  const key = indexes.find(([part]) => part.first === "true")?.map(({ name }) => String(name)) ?? [];
  return { key, unique };
}
