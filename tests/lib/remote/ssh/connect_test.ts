import { assertEquals } from "@std/assert";
import { Failure, type FailureKind } from "../../../../lib/errors.ts";
import { type Connector, gentleConnector } from "../../../../lib/remote/ssh/connect.ts";
import type { Endpoint } from "../../../../lib/remote/ssh/transport.ts";
import { failureOf } from "../../../local_device.ts";
import type { Remote } from "../../../../lib/remote/remote.ts";

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
const refuse = (kind: FailureKind, again: boolean): Failure =>
  new Failure({ kind, action: "connect", evidence: "" }, { again });
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens 120 sessions at once and tells how many were being opened at first, and at most. */
async function crowd(endpoints: (i: number) => Endpoint): Promise<[first: number, most: number]> {
  let [now, first, most] = [0, 0, 0];
  const open: Connector = async () => {
    most = Math.max(most, ++now);
    await wait(2);
    first ||= now;
    now--;
    return remote;
  };
  const connect = gentleConnector(open);
  await Promise.all(Array.from({ length: 120 }, (_, i) => connect(endpoints(i), options)));
  return [first, most];
}

Deno.test("gentleConnector() opens few sessions at once to one destination, and more and more to many", async () => {
  const one = [8, 8];
  const many = [8, 32];
  assertEquals(await crowd(() => endpoint()), one);
  assertEquals(await crowd((i) => endpoint({ address: `10.0.0.${i}` })), many);
  assertEquals(await crowd((i) => endpoint({ port: 2200 + i })), many);
  const via = (...commonArgs: string[]) => (i: number) => endpoint({ address: `10.0.0.${i}`, commonArgs });
  assertEquals(await crowd(via("-J", "gate")), one);
  assertEquals(await crowd(via("-o", "ProxyJump=gate")), one);
  assertEquals(await crowd(via("-oProxyCommand=x")), one);
  assertEquals(await crowd(via("-o", "Compression=yes")), many);
  assertEquals(await crowd(() => endpoint({ connection: "local" })), [120, 120]);
});

Deno.test("gentleConnector() tries again if that may help, and only then", async () => {
  const cases: [kind: FailureKind, again: boolean, refusals: number, tries: number, opened: boolean][] = [
    ["refused", true, 0, 1, true],
    ["refused", true, 1, 2, true],
    ["refused", true, 2, 3, true],
    ["refused", true, 9, 3, false],
    ["unreachable", true, 1, 2, true],
    ["unreachable", false, 9, 1, false],
    ["timeout", false, 9, 1, false],
    ["privilege", false, 9, 1, false],
  ];
  for (const [kind, again, refusals, tries, opened] of cases) {
    let tried = 0;
    const pauses: number[] = [];
    const connect = gentleConnector(
      () => ++tried > refusals ? Promise.resolve(remote) : Promise.reject(refuse(kind, again)),
      (attempt) => Promise.resolve(void pauses.push(attempt)),
    );
    const connecting = connect(endpoint(), options);
    if (opened) assertEquals(await connecting, remote);
    else assertEquals((await failureOf(connecting)).kind, kind);
    assertEquals([tried, pauses], [tries, Array.from({ length: tries - 1 }, (_, i) => i + 1)], kind);
  }
});

Deno.test("gentleConnector() does not try again where it was let wait first", async () => {
  let tried = 0;
  const connect = gentleConnector(async () => {
    tried++;
    await wait(60);
    throw refuse("unreachable", true);
  });
  await failureOf(connect(endpoint(), { ...options, connectTimeout: 0.1 }));
  assertEquals(tried, 1);
});

Deno.test("gentleConnector() says that a host is slow, and lets others knock meanwhile", async () => {
  let [opening, slow] = [0, 0];
  const ended = Promise.withResolvers<void>();
  const connect = gentleConnector(async () => {
    opening++;
    await ended.promise;
    return remote;
  });
  const given = { ...options, connectTimeout: 0.06 };
  const all = Array.from({ length: 20 }, () => connect(endpoint(), given, () => slow++));
  assertEquals(opening, 0);
  await wait(5);
  assertEquals([opening, slow], [8, 0]);
  while (opening < 20) await wait(5);
  ended.resolve();
  await Promise.all(all);
  assertEquals(slow >= 16, true);
});

Deno.test("gentleConnector() lets the next in after one that failed, and does not try again once it is given up", async () => {
  let tried = 0;
  const stop = new AbortController();
  const connect = gentleConnector(() => {
    tried++;
    stop.abort();
    return Promise.reject(refuse("refused", true));
  }, () => Promise.resolve());
  const given = { ...options, signal: stop.signal };
  const kinds = await Promise.all(
    Array.from({ length: 20 }, () => failureOf(connect(endpoint(), given)).then(({ kind }) => kind)),
  );
  assertEquals([kinds.length, tried], [20, 20]);
});
