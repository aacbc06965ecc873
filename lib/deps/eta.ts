/** Templates: eta without its file system half, which takes 40 ms to load. */
export { Eta } from "npm:eta@4.6.0/core";
