/** Arrow tables. Load it when it is needed: it is large. */
export { Table, tableFromArrays, vectorFromArray } from "npm:apache-arrow@21.2.0";
