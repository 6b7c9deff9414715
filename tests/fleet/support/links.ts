/**
 * Links that can be cut and mended: in front of every device of a fleet a TCP proxy on loopback. While a link is cut, no byte gets through and
 * no end of a connection is told, in either direction, as on a network whose cable is pulled; what was sent is kept, and arrives once
 * the link is mended, as TCP would send it again. A link can also be told to meet that fate after so many bytes.
 * @module
 */
import type { Fleet, Vars } from "./fleet.ts";

/** The links of a fleet, until disposed of. */
export interface Links extends AsyncDisposable {
  /** For `fleet.inventory({ hosts })`: the way through the proxies. */
  readonly vars: Readonly<Record<string, Vars>>;
  /** `GET URL/NAME` cuts the link of that device; `GET URL/NAME?drop` ends its connections, and the next ones get through. */
  readonly url: string;
  cut(name: string): void;
  /** Lets this many bytes through from the device, over all its connections from now on; then the link is cut. */
  cutAfter(name: string, bytes: number): void;
  /** How many bytes have come from the device so far. */
  bytes(name: string): number;
  /** Lets everything through again; `reset` ends the connections that are open instead. */
  mend(name: string, how: "resume" | "reset"): void;
}

/** Puts a proxy in front of every device, and tells ssh's known hosts of it. */
export async function makeLinks(fleet: Fleet): Promise<Links> {
  const links = new Map(fleet.devices.map(({ name, port }) => [name, new Link(port)]));
  const known = await Deno.readTextFile(`${fleet.dir}/known_hosts`);
  const lines = fleet.devices.flatMap(({ name, port }) =>
    known.split("\n").filter((line) => line.startsWith(`[127.0.0.1]:${port} `))
      .map((line) => line.replace(`:${port} `, `:${links.get(name)!.port} `))
  );
  await Deno.writeTextFile(`${fleet.dir}/known_hosts`, lines.join("\n") + "\n", { append: true });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    const link = links.get(decodeURIComponent(pathname.slice(1)));
    if (search === "?drop") link?.drop();
    else link?.cut();
    return new Response(null, { status: link === undefined ? 404 : 204 });
  });
  return {
    vars: Object.fromEntries([...links].map(([name, link]) => [name, { ansible_port: link.port }])),
    url: `http://127.0.0.1:${server.addr.port}`,
    cut: (name) => links.get(name)!.cut(),
    cutAfter: (name, bytes) => links.get(name)!.cutAfter(bytes),
    bytes: (name) => links.get(name)!.bytes,
    mend: (name, how) => links.get(name)!.mend(how),
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      for (const link of links.values()) link.close();
    },
  };
}

class Link {
  readonly port: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  /** From the device. */
  bytes = 0;
  /** The number of bytes at which the link is cut. */
  #limit = Infinity;
  #whole = true;
  /** Resolved while the link is whole. */
  #gate = Promise.withResolvers<void>();

  constructor(private readonly target: number) {
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#gate.resolve();
    void this.#accept();
  }

  cut(): void {
    // A reader that waits already waits for the gate that is there.
    if (this.#whole) this.#gate = Promise.withResolvers<void>();
    this.#whole = false;
  }

  cutAfter(bytes: number): void {
    this.#limit = this.bytes + bytes;
    if (bytes === 0) this.cut();
  }

  drop(): void {
    this.#end();
  }

  mend(how: "resume" | "reset"): void {
    if (how === "reset") this.#end();
    this.#limit = Infinity;
    this.#whole = true;
    this.#gate.resolve();
  }

  close(): void {
    this.#listener.close();
    this.#end();
    this.#gate.resolve();
  }

  #end(): void {
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) void this.#carry(near);
  }

  async #carry(near: Deno.Conn): Promise<void> {
    this.#open.add(near);
    await this.#gate.promise;
    // It may have been reset meanwhile.
    if (!this.#open.has(near)) return;
    try {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
      this.#open.add(far);
      await Promise.race([this.#pump(near, far), this.#pump(far, near, true)]);
      close(far);
      this.#open.delete(far);
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    } finally {
      close(near);
      this.#open.delete(near);
    }
  }

  /** Carries bytes one way until either end is gone. */
  async #pump(from: Deno.Conn, to: Deno.Conn, counts = false): Promise<void> {
    const buffer = new Uint8Array(65536);
    try {
      while (true) {
        const count = await from.read(buffer);
        await this.#gate.promise;
        if (count === null) return;
        for (let sent = 0; sent < count;) {
          const room = counts ? this.#limit - this.bytes : Infinity;
          const written = await to.write(buffer.subarray(sent, Math.min(count, sent + room)));
          sent += written;
          if (!counts) continue;
          this.bytes += written;
          if (this.bytes < this.#limit) continue;
          this.cut();
          await this.#gate.promise;
        }
      }
    } catch {
      // One of the ends was closed, or its process is gone.
      await this.#gate.promise;
    }
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
