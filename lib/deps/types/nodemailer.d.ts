/** Types of the parts of nodemailer 10.x that this project uses. */
export interface Transport {
  sendMail(mail: {
    from: string;
    to: string[];
    subject: string;
    text: string;
    messageId?: string;
    headers?: { [name: string]: string };
  }): Promise<{ accepted: unknown[]; rejected: unknown[]; response: string }>;
  close(): void;
}
export interface TransportOptions {
  host: string;
  port: number;
  secure: boolean;
  auth?: { user: string; pass: string };
  connectionTimeout: number;
  greetingTimeout: number;
  socketTimeout: number;
}
export function createTransport(options: TransportOptions): Transport;
