import { assertEquals } from "@std/assert";
import { valueOf } from "../../../../lib/ansible/configuration/values.ts";

const ground = { cwd: "/work", env: { HOME: "/home/me/", KEYS: "/keys" }, file: "/etc/ansible/ansible.cfg" };

Deno.test("valueOf() reads each kind, or says what it expected", () => {
  assertEquals(valueOf("whole", " +1_0 ", ground), { value: 10 });
  assertEquals(valueOf("whole", "1.0", ground), { expected: "a whole number" });
  assertEquals(
    ["Yes", " t", "ON", "1"].map((text) => valueOf("truth", text, ground)),
    Array(4).fill({ value: true }),
  );
  assertEquals(
    ["No", "f ", "off", "0"].map((text) => valueOf("truth", text, ground)),
    Array(4).fill({ value: false }),
  );
  assertEquals(
    ["", "treu", "2"].map((text) => valueOf("truth", text, ground)),
    Array(3).fill({ expected: "yes or no" }),
  );
  assertEquals(valueOf("text", "'a b'", ground), { value: "a b" });
  assertEquals(valueOf("text", "'a b\\'", ground), { value: "'a b\\'" });
  assertEquals(valueOf("list", "a, 'b' ,", ground), { value: ["a", "b"] });
});

Deno.test("valueOf() fills in homes and variables of paths, relative to the file or the current folder", () => {
  const path = (text: string, file: string | undefined = ground.file) =>
    valueOf("path", text, { ...ground, file });
  assertEquals(path("id"), { value: "/etc/ansible/id" });
  assertEquals(valueOf("path", "id", { cwd: "/work", env: {} }), { value: "/work/id" });
  assertEquals(path("~/id"), { value: "/home/me/id" });
  assertEquals(path("~"), { value: "/home/me" });
  assertEquals(path("~root/id"), { value: "/root/id" });
  assertEquals(path("~nobody-at-all/id"), { value: "/etc/ansible/~nobody-at-all/id" });
  assertEquals(path("$KEYS/${KEYS}/$NONE/../x"), { value: "/keys/keys/x" });
  assertEquals(path("{{CWD}}/id"), { value: "/work/id" });
  assertEquals(valueOf("paths", "a, ~/b,,/c", ground), { value: ["/etc/ansible/a", "/home/me/b", "/c"] });
});
