/** The version of this toolkit, as records and the command line tell it. */
export const version = "0.1.0";
