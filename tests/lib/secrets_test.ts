/**
 * What is masked, and what is not. The set of secrets is the process's own: each test begins with an empty one.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { choicesOf, hostVariables, variableNames } from "../../lib/settings/variables.ts";
import { cutText } from "../../lib/bounds.ts";
import { withoutSecrets } from "../../lib/settings/mod.ts";
import { PUBLIC_WORDS } from "../../lib/public_words.ts";
import {
  forgetSecrets,
  isSecretName,
  MASK,
  masked,
  maskedDeep,
  noteSealed,
  noteSecret,
  noteSecretName,
  noteUrl,
  noteVariable,
} from "../../lib/secrets.ts";
import { maskedEvent } from "../../lib/run/masked_events.ts";

function test(name: string, body: () => void): void {
  Deno.test(name, () => {
    forgetSecrets();
    try {
      body();
    } finally {
      forgetSecrets();
    }
  });
}

const secrets: readonly string[] = [
  "canary-Plain-1",
  "with space and\ttab",
  `quotes ' and " and \\ back`,
  "a/b+c=d&e%f#g?h@i:j",
  "größe-日本語-🚀",
  "$(touch x) `y` ${z} !h",
  "ends in newline\n",
  "line one of a key\nline two of a key\nline three of it",
  "<b>&amp;</b>",
  "zero\u200bwidth-secret",
  "ABCD1234",
];

/** How somebody may write a text inside another one. */
const writings: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => `before ${text} after`,
  "in the middle of a word": (text) => `x${text}x`,
  JSON: (text) => JSON.stringify({ log: text }),
  "JSON in JSON": (text) => JSON.stringify({ log: JSON.stringify([text]) }),
  "JSON with escaped slashes": (text) => JSON.stringify([text]).replaceAll("/", "\\/"),
  percent: (text) => `http://h/?q=${encodeURIComponent(text)}&r`,
  "percent in small letters": (text) =>
    encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
  "a form": (text) => encodeURIComponent(text).replaceAll("%20", "+"),
  base64: (text) => `[${encode(text)}]`,
  "base64 of a login": (text) => `Basic ${encode(`user:${text}`)}.`,
  "base64 of a longer login": (text) => `Basic ${encode(`me:${text} and more`)}.`,
  "base64 for URLs": (text) =>
    encode(`ab${text}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  "base64 broken over lines": (text) => encode(`x${text}${"y".repeat(40)}`).replace(/(.{19})/g, "$1\r\n"),
  HTML: (text) =>
    `<p>${
      text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
    }`,
  "a word of sh": (text) => `+ curl '${text.replaceAll("'", "'\\''")}'`,
  "between double quotes of sh": (text) => `"${text.replace(/["\\$`]/g, "\\$&")}"`,
  "broken over lines": (text) => `log: ${text.slice(0, 5)}\n  ${text.slice(5)}`,
  "broken over lines of a failure": (text) => `  | ${text.slice(0, 4)}\n  | ${text.slice(4)}`,
  coloured: (text) => `\x1b[31m${text.slice(0, 3)}\x1b[0m${text.slice(3)}\x1b[1;32m!`,
  "with what is not seen": (text) => [...text].join("\u200b"),
};

function encode(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

for (const [how, write] of Object.entries(writings)) {
  test(`masked() finds a secret, when it is written ${how}`, () => {
    for (const secret of secrets) noteSecret(secret);
    for (const secret of secrets) {
      const text = write(secret);
      const found = masked(text);
      assert(found.includes(MASK), `${JSON.stringify(text)} → ${JSON.stringify(found)}`);
      for (const piece of [secret.trim(), encode(secret).slice(2, -6)]) {
        assert(!found.includes(piece), `${piece} is in ${JSON.stringify(found)}`);
      }
      assertEquals(masked(found), found);
    }
  });
}

test("masked() leaves the rest of a text as it is, when there are secrets in it", () => {
  noteSecret("hunter2-long");
  assertEquals(masked("a hunter2-long\nb hunter2-long, c"), `a ${MASK}\nb ${MASK}, c`);
  assertEquals(masked("nothing here\n\x1b[31mred\x1b[0m größe"), "nothing here\n\x1b[31mred\x1b[0m größe");
  noteSecret("abcdefgh");
  noteSecret("efghijkl");
  assertEquals(masked("1abcdefghijkl2"), `1${MASK}2`);
});

test("masked() takes short secrets for words of their own, and those of less than four characters for none", () => {
  for (const secret of ["abc", "pin7", "4711", "12345678"]) noteSecret(secret);
  assertEquals(masked("abc pin7 (4711) u:pin7@h"), `abc ${MASK} (${MASK}) u:${MASK}@h`);
  assertEquals(masked("spinning pin77 147110 x4711x"), "spinning pin77 147110 x4711x");
  noteSecret("alike-long-one");
  noteSecret("alike-long");
  assertEquals(masked("alike-long-one alike-long"), `${MASK} ${MASK}`);
  assertEquals(masked("line\npin7\nline"), `line\n${MASK}\nline`);
  assertEquals(masked("pi\nn7"), "pi\nn7");
  assertEquals(masked("912345678 and 12345678, x12345678x"), `912345678 and ${MASK}, x${MASK}x`);
});

test("masked() leaves what everybody says, when somebody has encrypted it", () => {
  for (const word of ["root", "systemd", "/opt/iot-inference", "true", "127.0.0.1"]) noteSealed(word);
  const text = "root, systemd under /opt/iot-inference at 127.0.0.1: true";
  assertEquals(masked(text), text);
});

test("PUBLIC_WORDS has every default of a variable, and what variables may be", () => {
  const defaults = Object.values(hostVariables.parse({})).filter((value) =>
    typeof value === "string" && value.length > 3
  );
  const choices = variableNames.flatMap(choicesOf).filter((word) => word.length > 3);
  assertEquals([...defaults, ...choices].filter((word) => !PUBLIC_WORDS.has(String(word))), []);
});

test("masked() hides logins and tokens of URLs that nobody has named", () => {
  const cases: readonly [string, string][] = [
    ["at http://me:pw@host:1/x, no", `at http://${MASK}@host:1/x, no`],
    ["https://ghp_abc@github.com/", `https://${MASK}@github.com/`],
    ["amqp://u:p%40ss@[::1]:5672", `amqp://${MASK}@[::1]:5672`],
    ["http://me:p@ss@host", `http://${MASK}@host`],
    ["ssh://git@host/x mail@host", "ssh://git@host/x mail@host"],
    ["/r?token=abc&format=json", `/r?token=${MASK}&format=json`],
    ["/r?a=1&X-Amz-Signature=abc#f", `/r?a=1&X-Amz-Signature=${MASK}#f`],
    ["/r?author=me&page=2", "/r?author=me&page=2"],
    ["Authorization: Basic bWU6cHc= x", `Authorization: Basic ${MASK} x`],
    [`"Authorization": "Bearer abc.def"`, `"Authorization": "Bearer ${MASK}"`],
    [`found "api_token='abc"`, `found "api_token='${MASK}"`],
    [
      "-e api_token=VALUE and token={{ it }}, token=$TOKEN",
      "-e api_token=VALUE and token={{ it }}, token=$TOKEN",
    ],
    ["ansible_become_password=x1 port=22", `ansible_become_password=${MASK} port=22`],
  ];
  for (const [text, expected] of cases) {
    assertEquals(masked(text), expected);
    assertEquals(masked(expected), expected);
  }
});

test("noteUrl() takes password and tokens, decoded, too, and no mere words", () => {
  noteUrl("http://me:p%40ss-word@h:1/ready?token=tok-1&format=prometheus&sig=s1&k=Zx9-abcdef");
  assertEquals(
    masked("p@ss-word p%40ss-word tok-1 prometheus Zx9-abcdef"),
    `${MASK} ${MASK} ${MASK} prometheus ${MASK}`,
  );
  assertEquals(masked(`Basic ${btoa("me:p@ss-word")}`), `Basic ${MASK}`);
});

test("noteSealed() takes the parts of a URL and the words of a command, too", () => {
  noteSealed("http://secret-host.example:8443/hooks/T0123/B0456XYZ/");
  noteSealed("deploy-canary-1 {{ name_of_another }}");
  assertEquals(masked("name_of_another deploy-canary-1"), `name_of_another ${MASK}`);
  noteSealed("notify --token=deadbeef01 --user me:hunter2 /usr/local/bin/restart");
  for (
    const part of [
      "secret-host.example",
      "secret-host.example:8443",
      "/hooks/T0123/B0456XYZ",
      "deadbeef01",
      "hunter2",
    ]
  ) assertEquals(masked(`(${part})`), `(${MASK})`);
  assertEquals(masked("run /usr/local/bin/restart"), "run /usr/local/bin/restart");
});

test("noteVariable() goes by the name, by --secret and by what a URL has", () => {
  noteSecretName("site_code");
  noteVariable("db", {
    user: "somebody",
    password: "pw-nested-1",
    hosts: [{ apiKey: "key-nested-2" }],
  });
  noteVariable("ansible_become_pass", "become-3");
  noteVariable("site_code", "code-four");
  noteVariable("feed", "https://u:feed-five@h/");
  noteVariable("ansible_ssh_private_key_file", "/home/me/id_key");
  noteVariable("vault_password", "{{ other_name }}");
  assertEquals(
    masked("somebody pw-nested-1 key-nested-2 become-3 code-four feed-five /home/me/id_key {{ other_name }}"),
    `somebody ${Array(5).fill(MASK).join(" ")} /home/me/id_key {{ other_name }}`,
  );
});

test("isSecretName() knows what is a secret, and what only names one", () => {
  for (
    const name of [
      "ansible_password",
      "ansible_ssh_pass",
      "api_token",
      "apiToken",
      "db-passwd",
      "HMAC_KEY",
      "x_secret",
    ]
  ) {
    assert(isSecretName(name), name);
  }
  for (
    const name of [
      "ansible_ssh_private_key_file",
      "bypass",
      "compass",
      "token_url",
      "keyboard",
      "deploy_path",
      "key",
    ]
  ) {
    assert(!isSecretName(name), name);
  }
});

test("maskedDeep() masks texts, keys, numbers and what is called a secret, and nothing else", () => {
  noteSecret("canary-1234");
  noteSecret(483920);
  const value = {
    "canary-1234": ["x canary-1234", 483920, 7, null, true],
    token: "never named",
    deep: { password: 12, template_token: "{{ x }}" },
  };
  assertEquals(maskedDeep(value) as unknown, {
    [MASK]: [`x ${MASK}`, MASK, 7, null, true],
    token: MASK,
    deep: { password: MASK, template_token: "{{ x }}" },
  });
  const plain = { a: [1, "b"], c: { d: null } };
  assertEquals(maskedDeep(plain) === plain, true);
});

test("cutText() masks before it cuts, so that half a secret is never left", () => {
  noteSecret("canary-at-the-very-edge");
  for (let before = 30; before < 60; before++) {
    const cut = cutText(`${"x".repeat(before)}canary-at-the-very-edge${"y".repeat(200)}`, 100);
    assert(!/canary|very-edge/.test(cut), cut);
  }
});

test("withoutSecrets() keeps of -e what may be written down, and names what may not", () => {
  noteSecretName("code");
  noteSecret("out-of-a-vault");
  const cases: readonly [string, readonly string[], readonly string[]][] = [
    ["a=1 b='two words'", ["a=1 b='two words'"], []],
    ["a=1 code=9 b='two words' db_password=x", ["a=1 b='two words'"], ["code", "db_password"]],
    ["api_token=x", [], ["api_token"]],
    ["health_url=http://me:pw@host/", [], ["health_url"]],
    ["health_ready=/r?token=abc", [], ["health_ready"]],
    ["x=out-of-a-vault", [], ["x"]],
    ["@file.yml", ["@file.yml"], []],
    ['{"a": [1], "code": 9, "b": {"password": "x"}}', ['{"a":[1]}'], ["code", "b"]],
    ['{"a": [1]}', ['{"a": [1]}'], []],
    ["{code: 9}", [], ["code"]],
  ];
  for (const [option, kept, withheld] of cases) {
    assertEquals(withoutSecrets([option]), { kept, withheld }, option);
  }
});

test("maskedEvent() keeps what holds a run together, whatever somebody took for a password", () => {
  noteSecret("changed-secretly");
  noteSecret("edge-1-secret");
  const at = "2026-11-24T02:19:45.017Z";
  assertEquals(
    maskedEvent({
      at,
      type: "task-finished",
      host: "edge-1-secret",
      task: "commit",
      status: "failed",
      startedAt: at,
      durationMs: 1,
      steps: ["it is changed-secretly"],
      error: {
        kind: "exit",
        host: "edge-1-secret",
        action: "put changed-secretly live",
        evidence: "edge-1-secret",
      },
    }),
    {
      at,
      type: "task-finished",
      host: "edge-1-secret",
      task: "commit",
      status: "failed",
      startedAt: at,
      durationMs: 1,
      steps: [`it is ${MASK}`],
      error: { kind: "exit", host: "edge-1-secret", action: `put ${MASK} live`, evidence: MASK },
    },
  );
});

test("masked() takes time that grows with the text alone, however many secrets there are", () => {
  for (let i = 0; i < 10_000; i++) noteSecret(`eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.host-${i}-${i * 7919}`);
  const line =
    "2026-11-24T02:19:45Z edge-1 phase4-inference[412]: loaded 3 models in 1204 ms, listening on 9208\n";
  const text = line.repeat(10_000) + "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.none".repeat(1000);
  const started = performance.now();
  assertEquals(masked(text), text);
  assert(performance.now() - started < 3000, `${performance.now() - started} ms for 1 MB`);
  // What makes a careless expression slow.
  for (const odd of ["a", "a=", "?a", "://", "://a:", "?token", "password", "=", "\n", "A".repeat(7) + " "]) {
    const long = odd.repeat(400_000 / odd.length);
    const before = performance.now();
    masked(long);
    assert(performance.now() - before < 1500, `${performance.now() - before} ms for many ${odd}`);
  }
});
