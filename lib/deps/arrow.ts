/** Arrow tables. Load it when it is needed: it is large. */
export {
  Bool,
  Float64,
  Int64,
  Table,
  tableFromArrays,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from "npm:apache-arrow@21.2.0";
