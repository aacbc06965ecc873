/**
 * Servers of a test's own in a temporary folder, with certificates of an authority that nobody else trusts. Their programs
 * are looked for where Debian's packages put them; without them the tests are skipped with a notice.
 */
import type { ServerConnection } from "../../lib/resource/host/connection.ts";

export interface TlsServer extends AsyncDisposable {
  connection: ServerConnection;
  /** The certificate of the authority that signed the server's. */
  ca: string;
  /** That of another authority by the same name. */
  otherCa: string;
}

interface Programs {
  dir: string;
  openssl: string;
}

/** Starts a PostgreSQL; undefined when it is not installed. */
export async function startPostgres(names = "DNS:localhost"): Promise<TlsServer | undefined> {
  const programs = await findPrograms("initdb", await folders("/usr/lib/postgresql", "bin"));
  if (!programs) return undefined;
  const place = await Place.make("postgres", programs, names);
  const data = `${place.dir}/data`;
  await place.run(`${programs.dir}/initdb`, ["-D", data, "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8"]);
  await place.write(
    "data/pg_hba.conf",
    "hostssl all tester 127.0.0.1/32 trust\nhostnossl plain all 127.0.0.1/32 trust\nhost all all ::1/128 trust\n",
  );
  const settings = {
    listen_addresses: "127.0.0.1",
    port: place.port,
    unix_socket_directories: "",
    fsync: "off",
    ssl: "on",
    ssl_cert_file: `${place.dir}/server.crt`,
    ssl_key_file: `${place.dir}/server.key`,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  place.start(`${programs.dir}/postgres`, ["-D", data, ...flags]);
  return await place.server({ type: "postgres", user: "tester", database: "postgres" });
}

/** Starts a MariaDB; undefined when it is not installed. */
export async function startMariadb(names = "DNS:localhost"): Promise<TlsServer | undefined> {
  const programs = await findPrograms("mariadbd", ["/usr/sbin", "/usr/bin"]);
  if (!programs) return undefined;
  const place = await Place.make("mysql", programs, names);
  const data = `${place.dir}/data`;
  const user = place.uid === undefined ? [] : ["--user=mysql"];
  await place.run("/usr/bin/mariadb-install-db", [
    "--no-defaults",
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
    ...user,
  ]);
  place.start(`${programs.dir}/mariadbd`, [
    "--no-defaults",
    `--datadir=${data}`,
    `--port=${place.port}`,
    "--bind-address=127.0.0.1",
    `--socket=${place.dir}/socket`,
    `--ssl-cert=${place.dir}/server.crt`,
    `--ssl-key=${place.dir}/server.key`,
    "--require-secure-transport=on",
  ]);
  return await place.server({ type: "mysql", user: "root", database: "mysql" });
}

async function folders(parent: string, inner: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(parent)).catch(() => []);
  return names.map(({ name }) => `${parent}/${name}/${inner}`);
}

async function findPrograms(name: string, dirs: string[]): Promise<Programs | undefined> {
  const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);
  const openssl = "/usr/bin/openssl";
  for (const dir of dirs) if (await isThere(`${dir}/${name}`) && await isThere(openssl)) return { dir, openssl };
  console.warn(`There is no ${name} or no openssl: tests of encrypted connections with it are skipped`);
  if (Deno.env.get("DUCTAFLOW_REQUIRE_DATABASES") === "1") throw new Error(`There is no ${name}`);
  return undefined;
}

/** A folder with certificates and the process of a server. */
class Place {
  readonly dir: string;
  readonly port: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly #user: string;
  #process?: Deno.ChildProcess;

  private constructor(dir: string, port: number, user: string, ids: { uid?: number; gid?: number }) {
    [this.dir, this.port, this.#user] = [dir, port, user];
    Object.assign(this, ids);
  }

  static async make(user: string, { openssl }: Programs, names: string): Promise<Place> {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    const dir = await Deno.makeTempDir({ prefix: "ductaflow_tls_" });
    // These servers refuse to run as root.
    const ids = Deno.uid() === 0 ? await idsOf(user) : {};
    const place = new Place(dir, port, user, ids);
    await makeCertificates(dir, openssl, names);
    if (place.uid !== undefined) await place.own(dir);
    return place;
  }

  async own(path: string): Promise<void> {
    await Deno.chown(path, this.uid!, this.gid!);
    for await (const { name } of Deno.readDir(path)) await Deno.chown(`${path}/${name}`, this.uid!, this.gid!);
  }

  async write(file: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.dir}/${file}`, text);
  }

  async run(program: string, args: string[]): Promise<void> {
    const { success, stdout, stderr } = await this.#command(program, args, "piped").output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    if (!success) throw new Error(`${program} failed: ${text}`);
  }

  start(program: string, args: string[]): void {
    this.#process = this.#command(program, args, "null").spawn();
  }

  #command(program: string, args: string[], output: "piped" | "null"): Deno.Command {
    const { uid, gid } = this;
    return new Deno.Command(program, {
      args,
      cwd: this.dir,
      env: { LC_ALL: "C.UTF-8", HOME: this.dir, USER: this.#user },
      stdin: "null",
      stdout: output,
      stderr: output,
      ...uid === undefined ? {} : { uid, gid },
    });
  }

  /** The server, as soon as it listens. */
  async server(about: Pick<ServerConnection, "type" | "user" | "database">): Promise<TlsServer> {
    const process = this.#process!;
    let isRunning = true;
    process.status.then(() => isRunning = false);
    while (!await this.#listens()) {
      if (!isRunning) throw new Error(`The ${about.type} server ended before it listened`);
      await new Promise((done) => setTimeout(done, 50));
    }
    const read = (name: string) => Deno.readTextFile(`${this.dir}/${name}`);
    return {
      connection: { ...about, name: "test", host: "localhost", port: this.port, tls: true },
      ca: await read("ca.crt"),
      otherCa: await read("other.crt"),
      [Symbol.asyncDispose]: async () => {
        // PostgreSQL would wait for its clients at SIGTERM, and MariaDB does not hear SIGINT.
        process.kill(about.type === "postgres" ? "SIGINT" : "SIGTERM");
        await process.status;
        await Deno.remove(this.dir, { recursive: true });
      },
    };
  }

  async #listens(): Promise<boolean> {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
      return true;
    } catch {
      return false;
    }
  }
}

async function idsOf(user: string): Promise<{ uid?: number; gid?: number }> {
  const line = (await Deno.readTextFile("/etc/passwd")).split("\n").find((line) => line.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** An authority, a certificate of it for these names, and another authority by the same name. */
async function makeCertificates(dir: string, openssl: string, names: string): Promise<void> {
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command(openssl, { args, cwd: dir }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  for (const name of ["ca", "other"]) {
    await run(
      ...["req", "-x509", ...curve, "-keyout", `${name}.key`, "-out", `${name}.crt`, "-days", "2"],
      ...["-subj", "/CN=test authority", "-addext", "keyUsage=critical,keyCertSign"],
    );
  }
  await run("req", ...curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server");
  await Deno.writeTextFile(`${dir}/names`, `subjectAltName=${names}\n`);
  await run(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-out", "server.crt", "-days", "2", "-extfile", "names"],
  );
  await Deno.chmod(`${dir}/server.key`, 0o600);
}
