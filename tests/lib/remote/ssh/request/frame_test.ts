import { assertEquals } from "@std/assert";
import { frame } from "../../../../../lib/remote/ssh/request/frame.ts";

Deno.test("frame() counts the lines of every value, so that a value with newlines stays one", () => {
  const request = {
    id: 7,
    seconds: 30,
    bytes: 12,
    text: "f() { :; }",
    keep: true,
    values: ["f", "a\nb", ""],
  };
  assertEquals(
    new TextDecoder().decode(frame(request)),
    "7 30 12 11 1 1 2 1\nf() { :; }\nf\na\nb\n\n",
  );
});
