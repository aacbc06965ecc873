/** A listener on loopback that counts who connects and answers nobody. */
export class Counter {
  #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  #count = 0;
  #accepting = this.#accept();
  #closed = false;

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Ends the counting. Connections come in order, so after one of our own all before it were counted. */
  async end(): Promise<number> {
    const own = await Deno.connect({ port: this.port, hostname: "127.0.0.1" });
    await own.read(new Uint8Array(1));
    own.close();
    this.close();
    await this.#accepting;
    return this.#count - 1;
  }

  close(): void {
    if (!this.#closed) this.#listener.close();
    this.#closed = true;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#count++;
      connection.close();
    }
  }
}
