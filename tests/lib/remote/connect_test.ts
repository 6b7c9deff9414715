import { assertEquals } from "@std/assert";
import { Failure, type FailureKind } from "../../../lib/errors.ts";
import { type Connector, gentleConnector } from "../../../lib/remote/connect.ts";
import type { Remote } from "../../../lib/remote/session.ts";
import type { Endpoint } from "../../../lib/remote/transport.ts";
import { failureOf } from "../../local_device.ts";

const options = { connectTimeout: 1, commandTimeout: 1 };
const remote: Remote = { run: () => Promise.reject(new Error("not asked")), close: () => Promise.resolve() };
const endpoint = (settings: Partial<Endpoint> = {}): Endpoint => ({
  name: "edge-1",
  connection: "ssh",
  address: "10.0.0.7",
  commonArgs: [],
  become: false,
  becomeUser: "root",
  ...settings,
});
const refuse = (kind: FailureKind): Failure => new Failure({ kind, action: "connect", evidence: "" });

/** Opens 40 sessions at once and tells how many were being opened at most. */
async function crowd(endpoints: (i: number) => Endpoint): Promise<number> {
  let [now, most] = [0, 0];
  const open: Connector = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 2));
    now--;
    return remote;
  };
  const connect = gentleConnector(open);
  await Promise.all(Array.from({ length: 40 }, (_, i) => connect(endpoints(i), options)));
  return most;
}

Deno.test("gentleConnector() opens few sessions at once to one destination, and any number to many", async () => {
  assertEquals(await crowd(() => endpoint()), 8);
  assertEquals(await crowd((i) => endpoint({ address: `10.0.0.${i}` })), 40);
  assertEquals(await crowd((i) => endpoint({ port: 2200 + i })), 40);
  assertEquals(await crowd((i) => endpoint({ address: `10.0.0.${i}`, commonArgs: ["-J", "gate"] })), 8);
  assertEquals(
    await crowd((i) => endpoint({ address: `10.0.0.${i}`, commonArgs: ["-o", "ProxyJump=gate"] })),
    8,
  );
  assertEquals(await crowd((i) => endpoint({ address: `10.0.0.${i}`, commonArgs: ["-oProxyCommand=x"] })), 8);
  assertEquals(
    await crowd((i) => endpoint({ address: `10.0.0.${i}`, commonArgs: ["-o", "Compression=yes"] })),
    40,
  );
  assertEquals(await crowd(() => endpoint({ connection: "local" })), 40);
});

Deno.test("gentleConnector() tries again where it was refused, and only then", async () => {
  const cases: [kind: FailureKind, refusals: number, tries: number, opened: boolean][] = [
    ["refused", 0, 1, true],
    ["refused", 1, 2, true],
    ["refused", 2, 3, true],
    ["refused", 9, 3, false],
    ["unreachable", 9, 1, false],
    ["timeout", 9, 1, false],
    ["privilege", 9, 1, false],
    ["interrupted", 9, 1, false],
  ];
  for (const [kind, refusals, tries, opened] of cases) {
    let tried = 0;
    const pauses: number[] = [];
    const connect = gentleConnector(
      () => ++tried > refusals ? Promise.resolve(remote) : Promise.reject(refuse(kind)),
      (attempt) => Promise.resolve(void pauses.push(attempt)),
    );
    const connecting = connect(endpoint(), options);
    if (opened) assertEquals(await connecting, remote);
    else assertEquals((await failureOf(connecting)).kind, kind);
    assertEquals([tried, pauses], [tries, Array.from({ length: tries - 1 }, (_, i) => i + 1)], kind);
  }
});

Deno.test("gentleConnector() lets the next in after one that failed, and does not try again once it is given up", async () => {
  let tried = 0;
  const stop = new AbortController();
  const connect = gentleConnector(() => {
    tried++;
    stop.abort();
    return Promise.reject(refuse("refused"));
  }, () => Promise.resolve());
  const given = { ...options, signal: stop.signal };
  const kinds = await Promise.all(
    Array.from({ length: 20 }, () => failureOf(connect(endpoint(), given)).then(({ kind }) => kind)),
  );
  assertEquals([kinds.length, tried], [20, 20]);
});
