/** Data frame libraries, for tests of tables. Import it lazily. */
export { table as arqueroTable } from "npm:arquero@8.0.1";
export {
  DateDay,
  Field,
  Int64,
  List,
  Table,
  tableFromArrays,
  TimestampMicrosecond,
  vectorFromArray,
} from "npm:apache-arrow@21.2.0";
