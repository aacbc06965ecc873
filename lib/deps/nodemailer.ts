/** Mail by SMTP: nodemailer, which takes 150 ms to load. Import it when there is a mail to send: `await import`. */
// @ts-types="./types/nodemailer.d.ts"
export { createTransport } from "npm:nodemailer@10.6.0";
