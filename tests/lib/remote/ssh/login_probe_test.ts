import { assertEquals, assertStringIncludes } from "@std/assert";
import { faultOf, type Seen, seenIn } from "../../../../lib/remote/ssh/login_probe.ts";

Deno.test("seenIn() finds what a login did with a command and with its input, through all noise", () => {
  const cases: [text: string, seen: Omit<Seen, "ended">][] = [
    ["", { runs: false, options: "", reader: null }],
    ["motd\nm runs\nm options hBc\n", { runs: true, options: "hBc", reader: null }],
    ["m runs\r\nm options hrBc\r\n", { runs: true, options: "hrBc", reader: null }],
    ["m read 3.6.0  \nm read\n", { runs: false, options: "", reader: "fish" }],
    ["m read  5.9 \nm read\n", { runs: false, options: "", reader: "zsh" }],
    ["m read   5.2.15(1)-release\nm read\n", { runs: false, options: "", reader: "bash" }],
    ["m read   \nm read\n", { runs: false, options: "", reader: "" }],
    ["m read\n", { runs: false, options: "", reader: "" }],
    // Anyone who prints its input has not run it.
    [`echo m read "$FISH_VERSION"\necho m read\nm runs\n`, { runs: true, options: "", reader: null }],
    ["x m runs\nm runs on\nmm runs\n", { runs: false, options: "", reader: null }],
  ];
  for (const [text, seen] of cases) assertEquals(seenIn(text, "m"), seen, text);
});

Deno.test("faultOf() names what is known of a login, and nothing that is not", () => {
  const seen: Seen = { runs: false, options: "", reader: null, ended: true };
  const cases: [seen: Partial<Seen>, exitCode: number | null, says: string | null][] = [
    [{ reader: "fish" }, null, "ends in fish"],
    [{ reader: "", runs: true }, null, "ends in another shell"],
    [{ runs: true, options: "hrBc" }, 1, "is restricted"],
    [{ runs: true, options: "hBc" }, null, "reads standard input"],
    [{ runs: true, options: "hBc" }, 127, "finds no sh"],
    [{ runs: true, options: "hBc" }, 1, null],
    [{}, 1, "another program instead of"],
    [{}, null, "another program instead of"],
    [{ ended: false }, null, null],
    [{ ended: false }, 1, null],
  ];
  for (const [part, exitCode, says] of cases) {
    const fault = faultOf({ ...seen, ...part }, exitCode);
    if (says === null) assertEquals(fault, null);
    else assertStringIncludes(fault?.evidence ?? "", says);
  }
});
