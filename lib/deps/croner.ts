/** Cron expressions: croner, for the next and the previous tick only; nothing of it runs a job. Import it lazily. */
export { Cron } from "npm:croner@11.0.1";
