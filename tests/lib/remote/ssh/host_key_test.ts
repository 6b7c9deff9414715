import { assertEquals, assertStringIncludes } from "@std/assert";
import { changeOf, type KnownKey, parseKnown } from "../../../../lib/remote/ssh/host_key.ts";

const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKmYKRnLBa5Qc9Jztj9Z2C87gwjeElfoOlq227VnJhC8";
const fingerprint = "SHA256:9mf6mCqY5PvqhYVjn8QdneZJMKfAKbE8J2slg9T8Nr4";

Deno.test("parseKnown() has the keys of a host as ssh-keygen writes them, with their lines", () => {
  assertEquals(
    parseKnown(
      [
        "# Host [127.0.0.1]:24567 found: line 3 ",
        `|1|5fPApyGaDkmO7aiAItE8W2A+/FQ=|kRHGF/wPJNCUmHp1qsOXwti1fPQ= ${line} a comment`,
        "# Host [127.0.0.1]:24567 found: line 12 CA",
        `@cert-authority *.example.com ${line}`,
        "# Host [127.0.0.1]:24567 found: line 14 REVOKED",
        `@revoked * ${line}`,
        "# Host [127.0.0.1]:24567 found: line 20 ",
        `[127.0.0.1]:24567 ${line}`,
        "",
      ].join("\n"),
      "/known",
    ),
    [3, 20].map((at) => ({ type: "ssh-ed25519", fingerprint, file: "/known", line: String(at) })),
  );
  assertEquals(parseKnown("", "/known"), []);
});

Deno.test("changeOf() names both keys and the place of the old one, unless the key is known or the first", () => {
  const key = (type: string, name: string, file = "/known"): KnownKey => ({
    type,
    fingerprint: `SHA256:${name}`,
    file,
    line: "7",
  });
  const [ed, rsa] = [key("ssh-ed25519", "ed"), key("ssh-rsa", "rsa", "/other")];
  assertEquals(changeOf("ssh-ed25519", "SHA256:ed", "edge", [rsa, ed]), null);
  assertEquals(changeOf("ssh-ed25519", "SHA256:new", "edge", []), null);
  const changed = changeOf("ssh-ed25519", "SHA256:new", "edge", [rsa, ed])!;
  assertStringIncludes(
    changed,
    "known was SHA256:ed (ssh-ed25519, /known line 7), shown is SHA256:new (ssh-ed25519)",
  );
  assertStringIncludes(changed, "ssh-keygen -R edge -f /known");
  // Of a type that was not known yet: ssh calls that a new key, whichever server shows it.
  const other = changeOf("ecdsa-sha2-nistp256", "SHA256:new", "edge", [rsa])!;
  assertStringIncludes(other, "known was SHA256:rsa (ssh-rsa, /other line 7)");
});
