/** A small mail server on loopback: takes mails over real connections, with or without a password, and can refuse them. */

/** A mail as it came. */
export interface ReceivedMail {
  from: string;
  to: string[];
  data: string;
  user?: string;
  password?: string;
}

/** A running server. */
export interface SmtpServer extends AsyncDisposable {
  port: number;
  mails: ReceivedMail[];
  connections: number;
}

/** Starts a server. `answer` gives the reply to `RCPT TO`, by the number of the connection. */
export function startSmtpServer(answer: (connection: number) => string = () => "250 OK"): SmtpServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const mails: ReceivedMail[] = [];
  const server = { port: listener.addr.port, mails, connections: 0 };
  const accepting = (async () => {
    for await (const conn of listener) {
      server.connections++;
      open.add(conn);
      serve(conn, mails, answer(server.connections)).catch(() => {}).finally(() => open.delete(conn));
    }
  })();
  return Object.assign(server, {
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) conn.close();
      await accepting.catch(() => {});
    },
  });
}

async function serve(conn: Deno.Conn, mails: ReceivedMail[], rcptAnswer: string): Promise<void> {
  const say = (text: string) => conn.write(new TextEncoder().encode(`${text}\r\n`));
  let mail: ReceivedMail = { from: "", to: [], data: "" };
  let inData = false;
  await say("220 test ESMTP");
  for await (const line of linesOf(conn)) {
    if (inData) {
      if (line === ".") {
        inData = false;
        mails.push(mail);
        mail = { ...mail, from: "", to: [], data: "" };
        await say("250 Taken");
      } else mail.data += `${line.replace(/^\./, "")}\n`;
      continue;
    }
    const [verb] = line.toUpperCase().split(/[ :]/);
    if (verb === "EHLO") await say("250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME");
    else if (verb === "AUTH") {
      const [, user, password] = atob(line.split(" ")[2]).split("\0");
      Object.assign(mail, { user, password });
      await say("235 Welcome");
    } else if (verb === "MAIL") {
      mail.from = /<(.*?)>/.exec(line)![1];
      await say("250 OK");
    } else if (verb === "RCPT") {
      if (rcptAnswer.startsWith("250")) mail.to.push(/<(.*?)>/.exec(line)![1]);
      await say(rcptAnswer);
    } else if (verb === "DATA") {
      inData = true;
      await say("354 Go on");
    } else if (verb === "QUIT") {
      await say("221 Bye");
      return conn.close();
    } else await say("250 OK");
  }
}

async function* linesOf(conn: Deno.Conn): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
    const lines = (rest + decoder.decode(buffer.subarray(0, n), { stream: true })).split("\r\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
