/**
 * The registry of secrets. It is the process's own, so each test has secrets of its own.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { MASK, masked, maskedDeep, maskedKnown, noteSecret, noteUrl } from "../../lib/secrets.ts";
import { maskedEvent } from "../../lib/rollout/masked_event.ts";

Deno.test("masked() finds a secret in each form in which it may turn up", () => {
  const secret = `s3"cr\\et 'x' ü/+`;
  noteSecret(secret);
  const forms = [
    secret,
    JSON.stringify(secret),
    JSON.stringify(JSON.stringify({ x: secret })),
    `?token=${encodeURIComponent(secret)}&x`,
    `sh -c '${secret.replaceAll("'", "'\\''")}'`,
    `Basic ${btoa(unescape(encodeURIComponent(secret)))}`,
  ];
  for (const form of forms) {
    const shown = masked(`before ${form} after`);
    assert(shown.includes(MASK) && shown.startsWith("before ") && shown.endsWith(" after"), shown);
    assert(!shown.includes("cr"), shown);
  }
  assertEquals(masked("nothing of it"), "nothing of it");
});

Deno.test("masked() hides what is secret in a URL, and nothing that anybody might say", () => {
  noteUrl("https://me:hunter2pw@host:9/x?format=json&token=t0ps3cret&id=0123456789abcdef");
  assertEquals(masked("hunter2pw"), MASK);
  assertEquals(masked("t0ps3cret 0123456789abcdef"), `${MASK} ${MASK}`);
  assertEquals(masked(`Authorization: Basic ${btoa("me:hunter2pw")}`), `Authorization: Basic ${MASK}`);
  assertEquals(masked("it is json"), "it is json");
  assertEquals(masked("ready?format=json"), `ready?${MASK}`);
  noteUrl("http://u:p1@short");
  assertEquals(masked("curl: u:p1@short p1"), `curl: ${MASK}short p1`);
});

Deno.test("masked() hides the password of any URL, also one that nobody has named", () => {
  assertEquals(
    masked("see ftp://joe:never-heard-of@h/x and http://plain/"),
    `see ftp://joe:${MASK}@h/x and http://plain/`,
  );
  assertEquals(maskedKnown("ftp://joe:never-heard-of@h/x"), "ftp://joe:never-heard-of@h/x");
});

Deno.test("noteSecret() knows the longer of two that begin alike, lines of a key, and texts inside values", () => {
  noteSecret("alike-long-one");
  noteSecret("alike-long");
  noteSecret("-----BEGIN-----\nkey-line-1234\n");
  noteSecret({ deep: ["in-a-list-99", 12345, true] });
  assertEquals(masked("alike-long-one alike-long"), `${MASK} ${MASK}`);
  assertEquals(masked("| key-line-1234"), `| ${MASK}`);
  assertEquals(masked("in-a-list-99 12345 true"), `${MASK} 12345 true`);
});

Deno.test("maskedDeep() masks texts and keys, and gives the same value back where there is nothing to mask", () => {
  noteSecret("deep-secret-1");
  const plain = { a: [1, "x", null], b: { c: true } };
  assert(maskedDeep(plain) === plain);
  assertEquals(maskedDeep<object>({ "k deep-secret-1": ["deep-secret-1"] }), { [`k ${MASK}`]: [MASK] });
});

Deno.test("maskedEvent() keeps what holds a run together, whatever somebody took for a password", () => {
  noteSecret("changed");
  noteSecret("edge-1-secret");
  const event = {
    type: "task-finished",
    host: "edge-1-secret",
    status: "changed",
    steps: ["it is changed"],
    error: { kind: "exit", action: "put changed live", evidence: "edge-1-secret" },
  };
  assertEquals(maskedEvent(event), {
    type: "task-finished",
    host: "edge-1-secret",
    status: "changed",
    steps: [`it is ${MASK}`],
    error: { kind: "exit", action: `put ${MASK} live`, evidence: MASK },
  });
});

Deno.test("masked() takes time in proportion to the text, however many secrets there are", () => {
  for (let i = 0; i < 10_000; i++) noteSecret(`http://host-${i}/secret-of-host-${i}`);
  const text = "nothing here is a secret, http://host-x/ either, http://hosts and so on\n".repeat(14_000);
  const began = performance.now();
  masked(text);
  // A megabyte: some hundred milliseconds; to look for each secret by itself would take minutes.
  assert(performance.now() - began < 5000);
});
