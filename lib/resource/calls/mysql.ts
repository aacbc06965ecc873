/**
 * What steps do with MySQL and MariaDB.
 * @module
 */
import { databaseCalls } from "../host/database_calls.ts";
import { openMysql } from "../host/mysql.ts";

export const { read, save, answer } = databaseCalls(openMysql);

if (import.meta.main) await answer();
