/**
 * What MySQL and MariaDB say, in words of ours.
 * @module
 */
import { messageOf } from "../../base/error.ts";
import type { ServerConnection } from "./connection.ts";
import { networkProblem, type ResourceProblem } from "./resource_error.ts";

/**
 * What an error means.
 * @param firstRow the number of the first row of the statement that failed, where it had rows
 */
export function mysqlProblem(error: unknown, { user, database }: ServerConnection, firstRow?: number): ResourceProblem {
  const network = networkProblem(error);
  if (network) return network;
  const message = messageOf(error);
  const number = (error as { errno?: unknown } | null)?.errno;
  switch (number) {
    case 1044:
    case 1142:
    case 1143:
    case 1227:
    case 1370:
      return { code: "resource-denied", text: `refused it to the user "${user}": ${message}` };
    case 1045:
    case 1698:
      return {
        code: "resource-denied",
        text: `refused the user "${user}": ${message}`,
        hint: "Check user and password; a password is best given by reference, as ${NAME}",
      };
    case 1049:
      return { code: "resource-missing", text: `has no database "${database}"` };
    case 1146:
    case 1051:
      return { code: "resource-missing", text: `says: ${message}` };
    case 1792:
      return {
        code: "resource-read-only",
        text: `refused to be changed: ${message}, and a read changes nothing`,
        hint: "Save a table with artifact.save(db.table(…)), or change the database with its own tools",
      };
    case 1053:
    case 1927:
    case 2006:
    case 2013:
      return { code: "resource-lost", text: `ended the connection: ${message}`, hint: "Run again: nothing was saved" };
    case 1153:
      return {
        code: "resource-mismatch",
        text: `refused a row: ${message}`,
        hint: "Make max_allowed_packet of the server larger than the largest value",
      };
  }
  const row = rowOf(message, firstRow);
  const mismatches = [1048, 1062, 1136, 1216, 1264, 1265, 1292, 1364, 1366, 1406, 1411, 1451, 1452, 3819, 4025, 4078];
  if (typeof number === "number" && mismatches.includes(number)) {
    return { code: "resource-mismatch", text: `refused ${row ?? "a row"}: ${message}` };
  }
  return { code: "resource-statement", text: `refused ${row ?? "the statement"}: ${message}` };
}

/** MySQL counts the rows of one statement. */
function rowOf(message: string, firstRow: number | undefined): string | undefined {
  const row = / at row (\d+)$/.exec(message)?.[1];
  return row === undefined || firstRow === undefined ? undefined : `row ${firstRow + Number(row) - 1}`;
}
