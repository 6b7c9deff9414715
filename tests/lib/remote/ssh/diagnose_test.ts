import { assertEquals, assertStringIncludes } from "@std/assert";
import { whyUnreachable } from "../../../../lib/remote/ssh/diagnose.ts";
import type { Endpoint } from "../../../../lib/remote/ssh/transport.ts";
import { testWhere } from "../../../support.ts";

const endpoint = (settings: Partial<Endpoint>): Endpoint => ({
  name: "edge-1",
  connection: "ssh",
  address: "127.0.0.1",
  commonArgs: [],
  become: false,
  becomeUser: "root",
  ...settings,
});
const options = { connectTimeout: 1, ...(Deno.build.os === "windows" ? {} : { sshConfig: "/dev/null" }) };

/** Something that takes connections and then does what it is told. */
async function withListener(
  take: (connection: Deno.TcpConn) => Promise<unknown>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.TcpConn[] = [];
  const taking = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      await take(connection).catch(() => {});
    }
  })();
  try {
    await use(listener.addr.port);
  } finally {
    listener.close();
    await taking;
    for (const connection of open) {
      try {
        connection.close();
      } catch {
        // It has been closed.
      }
    }
  }
}

testWhere("whyUnreachable() finds nothing that listens", { needs: ["ssh"] }, async () => {
  let port = 0;
  await withListener(() => Promise.resolve(), (free) => Promise.resolve(void (port = free)));
  const why = await whyUnreachable(endpoint({ port }), options);
  assertEquals(why.kind, "unreachable");
  assertStringIncludes(why.next, `127.0.0.1 port ${port}`);
});

testWhere("whyUnreachable() finds a server that speaks and lets nobody in", { needs: ["ssh"] }, async () => {
  await withListener(
    (connection) => connection.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n")),
    async (port) => {
      const why = await whyUnreachable(endpoint({ port }), options);
      assertEquals(why.kind, "refused");
      assertStringIncludes(why.next, "key");
      const known = await whyUnreachable(endpoint({ port, hasPassword: true }), options);
      assertStringIncludes(known.next, "the inventory's password is not used");
    },
  );
});

testWhere(
  "whyUnreachable() finds a server that drops whom it does not want now",
  { needs: ["ssh"] },
  async () => {
    await withListener((connection) => Promise.resolve(connection.close()), async (port) => {
      const why = await whyUnreachable(endpoint({ port }), options);
      assertEquals(why.kind, "refused");
      assertStringIncludes(why.next, "--forks");
    });
  },
);

testWhere("whyUnreachable() finds a server that says nothing", { needs: ["ssh"] }, async () => {
  await withListener(() => Promise.resolve(), async (port) => {
    assertEquals((await whyUnreachable(endpoint({ port }), options)).kind, "timeout");
  });
});

testWhere("whyUnreachable() finds a name that does not resolve", { needs: ["ssh"] }, async () => {
  const why = await whyUnreachable(endpoint({ address: "no-such-host.invalid" }), options);
  assertEquals(why.kind, "unreachable");
  assertStringIncludes(why.evidence, "no-such-host.invalid");
});

testWhere("whyUnreachable() does not judge an address behind a proxy", { needs: ["ssh"] }, async () => {
  const why = await whyUnreachable(endpoint({ commonArgs: ["-o", "ProxyCommand=false"], port: 1 }), options);
  assertEquals(why.kind, "unreachable");
  assertStringIncludes(why.evidence, "proxy");
});
