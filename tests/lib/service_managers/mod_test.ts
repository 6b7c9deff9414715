/**
 * What holds for every service manager of the list, whichever there are.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { lookAtService, lookAtServiceArgs } from "../../../lib/facts/service.ts";
import { bare, program } from "../../../lib/remote/program.ts";
import { withManagers } from "../../../lib/service_managers/docs_table.ts";
import { forEachManager, managerNames, managerWords } from "../../../lib/service_managers/mod.ts";
import { restartTexts } from "../../../tasks/restart/restart.ts";
import { CONTROL_TAKES } from "../../../tasks/restart/service_control.ts";
import { makeLocalDevice, type ToolboxOptions } from "../../local_device.ts";
import { type Need, testWhere } from "../../support.ts";

const source = (path: string): Promise<string> =>
  Deno.readTextFile(new URL(`../../../${path}`, import.meta.url));

const functionsOf = (text: string): string[] =>
  [...text.matchAll(/^ *([a-z_]+)\(\) [{(]/gm)].map(([, name]) => name!);

Deno.test("every service manager is a file with words for the documentation, and the table in it is current", async () => {
  const files = [...Deno.readDirSync(new URL("../../../lib/service_managers", import.meta.url))]
    .flatMap(({ name }) => name.endsWith(".sh") ? name.slice(0, -3) : []);
  assertEquals(files.sort(), managerNames.toSorted());
  for (const [name, words] of managerWords) assert(/^[\w`].*\.$/.test(words), `${name}: ${words}`);
  const document = await source("docs/device.md");
  assertEquals(document, withManagers(document), "run: deno task schema");
  for (const name of managerNames) assert(document.includes(`| \`${name}\` `), name);
});

Deno.test("every function of a service manager is one that is asked for, or one that it calls itself", async () => {
  const asked = new Set([
    ...functionsOf(await source("lib/facts/service.sh")),
    ...functionsOf(await source("tasks/restart/service_control.sh")),
  ]);
  assert(asked.has("known") && asked.has("still_fit"), [...asked].join());
  for (const name of managerNames) {
    const text = bare(await source(`lib/service_managers/${name}.sh`));
    const own = functionsOf(text).filter((one) => !asked.has(one));
    assertEquals(own.filter((one) => text.match(new RegExp(`\\b${one}\\b`, "g"))!.length < 2), [], name);
  }
});

Deno.test("forEachManager() has what starts and stops a service and not what looks at it; none has nothing", () => {
  const parts = forEachManager((text) => functionsOf(text));
  assertEquals(parts.none, []);
  for (const part of Object.values(parts)) assert(!part.includes("manages") && !part.includes("known"));
  assert(managerNames.some((name) => parts[name].includes("is_active")));
  assert(!lookAtService.text.includes("still_fit"));
});

const shells: readonly { readonly shell: "dash" | "bash" | "busybox"; readonly tools: ToolboxOptions }[] = [
  { shell: "dash", tools: {} },
  { shell: "bash", tools: { shell: "bash" } },
  { shell: "busybox", tools: { shell: "busybox", busybox: true } },
];

for (const { shell, tools } of shells) {
  const needs: Need[] = ["linux", shell];
  testWhere(
    `every service manager says that it does not know a service, and why it is not started, with ${shell}`,
    {
      needs,
    },
    async () => {
      await using device = await makeLocalDevice({
        tools: { without: ["systemctl", "rc-service", "sv"], ...tools },
      });
      const service = "lockstep-no-such-service";
      const remote = await device.connect();
      try {
        for (const manager of managerNames) {
          const looked = await remote.run(lookAtService, lookAtServiceArgs(manager, service));
          // It is the user's own word that there is one.
          const known = manager === "command" ? "yes" : "no";
          assertEquals([looked.code, looked.stderr], [0, ""], manager);
          assert(looked.stdout.startsWith(`manager=${manager}\n`), looked.stdout);
          assert(looked.stdout.includes(`\nknown=${known}\nunit=${service}\n`), looked.stdout);
          const restart = program("restart", restartTexts[manager], { takes: CONTROL_TAKES });
          const values = { root: device.root, service, command: "exit 9", limit: 1, settle: 0, may: "yes" };
          const { code, stderr } = await remote.run(restart, restart.args(values));
          assert(code === 86 || code === 91, `${manager}: ${code} ${stderr}`);
          assert(stderr.includes("\x1e"), `${manager} has no last words: ${stderr}`);
        }
      } finally {
        await remote.close();
      }
    },
  );
}
